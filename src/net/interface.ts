/** What hosts and modules see of the network. */
import type { C2sOptions } from '../stream/c2s-stream.ts';

/** The open ports of one service. */
export interface NetListener {
  /** Where it listens: `address:port`. */
  readonly addresses: readonly string[];
  /** Take no new connections, and close those that have not authenticated. */
  close(): Promise<void>;
  /** Resolves when no connection is left. Those still there after the time for closing are cut. */
  drained(): Promise<void>;
}

/** Where a service listens. */
export interface ListenOptions {
  /** Its name, for logs and metrics. */
  readonly service: string;
  /** IP addresses; `*` is every IPv4 address and `::` every IPv6 address, left out where the machine has none. */
  readonly interfaces: readonly string[];
  /** Port 0 is any free one. */
  readonly ports: readonly number[];
  /** Connections at most, so that descriptors are left for everything else; the next ones are closed at once. */
  readonly maxConnections?: number;
  /** Whether the kernel looks after quiet connections. */
  readonly keepAlive: boolean;
}

/** Milliseconds that a client has, or that it is kept waiting. */
export interface StreamDeadlines {
  /** From the first byte of TLS to the end of its handshake. */
  readonly tls: number;
  /** From the connection to the stream header. */
  readonly header: number;
  /** From there to authentication. */
  readonly auth: number;
  /** From there to the bound resource. */
  readonly bind: number;
  /** Once it has closed its side: for us, to answer what it sent before. */
  readonly finish: number;
  /** To close its side, once ours is closed. */
  readonly close: number;
}

/** How clients are served. */
export interface C2sListenOptions extends ListenOptions, C2sOptions {
  readonly deadlines: StreamDeadlines;
  /** TLS starts with the first byte (XEP-0368) instead of by STARTTLS. */
  readonly direct?: true;
  /** Connections from one IPv4 address or IPv6 /64 that have not authenticated; loopback is exempt. */
  readonly maxUnauthenticated: number;
  readonly output: OutputLimits;
}

/** Bounds of what may wait for a client that does not read. */
export interface OutputLimits {
  /** Bytes at which the connection is congested: its own client is not read from, and who can wait should. */
  readonly soft: number;
  /** Bytes at which it is cut. */
  readonly hard: number;
  /** Milliseconds without progress after which it is cut. */
  readonly stall: number;
}

/** Which versions and ciphers of TLS are accepted: the configurations of Mozilla's “Server Side TLS” 5.7. */
export type TlsProfile = 'modern' | 'intermediate' | 'old';

/** What an operator wants otherwise than the profile has it. */
export interface TlsSettings {
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Of TLS 1.2, as OpenSSL writes them. */
  readonly ciphers?: string;
  /** Of TLS 1.3. */
  readonly suites?: string;
  /** Curves for the exchange of keys, separated by colons. */
  readonly curves?: string;
  /** Parameters of finite-field Diffie-Hellman in PEM, or `auto`. */
  readonly dhparam?: string;
  /** The server chooses the cipher, not the client. */
  readonly serverPreference?: true;
  /** Session tickets, which save a client most of the next handshake. */
  readonly tickets?: false;
}

/** What a certificate proves, and with which key. Paths are of PEM files. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
  /** Of the key, where it is encrypted. */
  readonly passphrase?: string;
}

/** How the certificate of a host is found. Where there is none, one is made. */
export interface TlsHostOptions {
  readonly profile: TlsProfile;
  readonly settings?: TlsSettings;
  /** The certificate to use; without it one is looked for. */
  readonly certificate?: CertificatePair;
  /** Folder to look in; it need not be there. */
  readonly directory?: string;
  /** Only for this service, before what is served for all. */
  readonly service?: string;
  /**
   * File with the authorities, in PEM, that vouch for the certificates of clients, or a folder of such files; without it
   * none are asked for.
   */
  readonly clientAuthorities?: string;
}

/** The certificate that a host shows. */
export interface ServedCertificate {
  /** Path of the file; `undefined` for one that is kept nowhere. */
  readonly path: string | undefined;
  /** Was it made here, so that no client can know it? */
  readonly selfSigned: boolean;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Files with certificates of the host that were passed over because they have expired. */
  readonly expired: readonly string[];
}

/** The certificates of the hosts of this process. */
export interface TlsHosts {
  /**
   * Find the certificate of a domain and use it from now on; connections that there are keep theirs.
   * @throws Error it cannot be used
   */
  serve(domain: string, options: TlsHostOptions): Promise<ServedCertificate & { readonly stop: () => void }>;
  /** Do something that serves many hosts: each folder of certificates is read once meanwhile. */
  readingOnce<T>(work: () => Promise<T>): Promise<T>;
}

/** Whether new connections are taken, by all services. */
export interface Admission {
  /** While false they are closed at once. */
  accepting: boolean;
}

/** The network of this process. */
export interface Network {
  readonly tls: TlsHosts;
  readonly admission: Admission;
  /**
   * Serve clients.
   * @param present the listener of this service: addresses that stay are not touched, nor are connections
   * @throws Error an address cannot be listened on; then all is as it was
   */
  listenC2s(options: C2sListenOptions, present?: NetListener): Promise<NetListener>;
}
