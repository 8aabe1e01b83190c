/** Clients over TCP (RFC 6120): the listener, resource binding, and the limits of streams. */
import { z } from 'zod';
import { bytes } from '../../config/bytes.ts';
import { duration } from '../../config/duration.ts';
import { INTERFACE_OPTIONS, interfacesOf } from '../../config/interfaces.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { NS_BIND, bindFeature } from '../../stream/features/bind.ts';
import { limitsFeature } from '../../stream/features/limits.ts';
import { sessionFeature } from '../../stream/features/session.ts';
import { LIMITS_AFTER_AUTH, LIMITS_BEFORE_AUTH } from '../../xml/limits.ts';

const SECOND = 1000;
/** Longest wait for the stream header, in milliseconds. */
const HEADER_TIMEOUT = 30_000;
/** Longest handshake of TLS, in milliseconds. */
const TLS_TIMEOUT = 10_000;
/** Longest time that a client which closed its stream is kept for its last answers, in milliseconds. */
const FINISH_TIMEOUT = 30_000;
const OUTPUT = { soft: 1024 * 1024, hard: 4 * 1024 * 1024, stall: 60_000 };

const period = duration(86_400);

export default defineModule({
  name: 'c2s',
  summary: 'Client connections over TCP',
  xeps: [
    { xep: 368, version: '1.1.0', note: 'the records are the operator’s to publish' },
    { xep: 478, version: '0.2.0' },
  ],
  scope: 'host',
  options: z.object({
    c2s_ports: z
      .array(z.int().min(0).max(65_535))
      .default([5222])
      .describe('Ports for client connections; 0 is any free one'),
    c2s_direct_tls_ports: z
      .array(z.int().min(0).max(65_535))
      .default([])
      .describe('Ports on which TLS starts with the first byte; 0 is any free one'),
    ...INTERFACE_OPTIONS,
    c2s_direct_tls_interfaces: z
      .array(z.string())
      .optional()
      .describe('Addresses to listen on with direct TLS; those of `interfaces` by default'),
    c2s_interfaces: z.array(z.string()).optional().describe('Addresses to listen on; those of `interfaces` by default'),
    c2s_timeout: period.default(60).describe('Seconds a client has to authenticate, and again to bind a resource'),
    c2s_close_timeout: period.default(5).describe('Seconds a client has to close its side of a stream that was closed'),
    c2s_tcp_keepalives: z.boolean().default(true).describe('Let the kernel probe quiet connections'),
    c2s_stanza_size_limit: bytes(10_000)
      .default(LIMITS_AFTER_AUTH.bytes)
      .describe('Largest stanza of a client, in bytes'),
    c2s_max_unauthenticated: z
      .int()
      .min(1)
      .default(50)
      .describe('Connections from one address that have not logged in; loopback is exempt'),
    c2s_max_auth_failures: z.int().min(1).default(5).describe('Failed logins after which a connection is closed'),
    c2s_max_resources: z.int().min(1).default(16).describe('Resources that one account may have connected'),
    conflict_resolve: z
      .enum(['kick_old', 'kick_new', 'random', 'increment'])
      .default('kick_old')
      .describe('What happens when a client asks for a resource that is connected already'),
  }),

  async setup(m) {
    const { options, host } = m;
    m.acceptClients({ conflict: options.conflict_resolve, maxSessions: options.c2s_max_resources });
    m.streamFeature(bindFeature);
    m.streamFeature(sessionFeature);
    m.streamFeature(limitsFeature());
    const shared = {
      keepAlive: options.c2s_tcp_keepalives,
      hosts: (domain: string) => host.server.hosts.get(domain)?.clients,
      limitsBeforeAuth: LIMITS_BEFORE_AUTH,
      limitsAfterAuth: { ...LIMITS_AFTER_AUTH, bytes: options.c2s_stanza_size_limit },
      maxAuthFailures: options.c2s_max_auth_failures,
      maxUnauthenticated: options.c2s_max_unauthenticated,
      deadlines: {
        tls: Math.min(TLS_TIMEOUT, options.c2s_timeout * SECOND),
        header: Math.min(HEADER_TIMEOUT, options.c2s_timeout * SECOND),
        auth: options.c2s_timeout * SECOND,
        bind: options.c2s_timeout * SECOND,
        finish: FINISH_TIMEOUT,
        close: options.c2s_close_timeout * SECOND,
      },
      output: OUTPUT,
    };
    const { network } = host.server;
    if (options.c2s_ports.length > 0) {
      const ports = options.c2s_ports;
      const interfaces = interfacesOf(options.c2s_interfaces, options);
      await m.listen('c2s', (present) => network.listenC2s({ ...shared, service: 'c2s', interfaces, ports }, present));
    }
    if (options.c2s_direct_tls_ports.length > 0) {
      const ports = options.c2s_direct_tls_ports;
      const interfaces = interfacesOf(options.c2s_direct_tls_interfaces, options);
      await m.listen('c2s_direct_tls', (present) =>
        network.listenC2s({ ...shared, service: 'c2s_direct_tls', interfaces, ports, direct: true }, present),
      );
    }
    m.iq(
      'set',
      NS_BIND,
      'bind',
      () => {
        throw new StanzaError('not-allowed', 'This stream has its resource'); // RFC 6120 §7.6.2.2
      },
      { to: ['host', 'self'] },
    );
    // The request of RFC 3921 §3 is answered as long as there are clients that send it.
    m.iq('set', 'urn:ietf:params:xml:ns:xmpp-session', 'session', () => undefined, { to: ['host', 'self'] });
  },
});
