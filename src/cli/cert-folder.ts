/** Where commands for certificates write, and what they know of the server. */
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { idsOf, ownerOf } from '../app/service/privileges.ts';
import type { ServerSettings } from '../app/server-settings.ts';
import { prepareDomainpart } from '../jid/domainpart.ts';
import { PEM_MODE, storePem } from '../net/tls/store-pem.ts';

/** The folder of certificates of a server. */
export class CertFolder {
  readonly path: string;
  /** All domains that are served. */
  readonly domains: readonly string[];
  readonly #owner: { readonly uid: number; readonly gid: number } | undefined;

  constructor({ hosts, dataPath, process: own }: ServerSettings) {
    const folders = hosts.map(({ options }): unknown => Reflect.get(options, 'certificates'));
    this.path = folders.find((folder) => typeof folder === 'string') ?? join(dataPath, 'certs');
    this.domains = hosts.map(({ domain }) => domain);
    // What root makes is for the account of the server.
    const data = ownerOf(dataPath);
    const account = data !== undefined && data.user !== 0 ? data : own?.runAsRoot === true ? undefined : own?.account;
    this.#owner = process.getuid?.() !== 0 || account === undefined ? undefined : idsOf(account);
  }

  /** The path of a file of a domain. @param kind its ending */
  file(domain: string, kind: 'crt' | 'key' | 'req' | 'cnf'): string {
    return join(this.path, `${domain}.${kind}`);
  }

  /** Store such a file, readable for the server and for nobody else. */
  async store(domain: string, kind: 'crt' | 'key' | 'req' | 'cnf', text: string): Promise<string> {
    const path = this.file(domain, kind);
    await storePem([{ path, text, mode: kind === 'key' ? PEM_MODE.key : PEM_MODE.certificate }], this.#owner);
    return path;
  }

  /** Store a key and its certificate, so that nobody finds the one with that of before of the other. Returns the path of the latter. */
  async storePair(domain: string, key: string, certificate: string): Promise<string> {
    const path = this.file(domain, 'crt');
    await storePem(
      [
        { path: this.file(domain, 'key'), text: key, mode: PEM_MODE.key },
        { path, text: certificate, mode: PEM_MODE.certificate },
      ],
      this.#owner,
    );
    return path;
  }

  /**
   * The domains that a certificate for some of them should name: those, and the ones that are served below the first.
   * @throws Error one of them is no domain
   */
  namesFor(given: readonly string[]): [string, ...string[]] {
    const [first = '', ...others] = given.map(domainOf);
    const below = this.domains.filter((domain) => domain.endsWith(`.${first}`));
    return [first, ...new Set([...others, ...below])];
  }
}

/** A domain as it is served. @throws Error it is none */
function domainOf(text: string): string {
  const domain = prepareDomainpart(text);
  if (domain === undefined || domainToASCII(domain) === '') throw new Error(`${text} is not a domain`);
  return domain;
}
