/** Reloads of the configuration under clients that write to each other: nobody may notice. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Connection } from '../../bench/load/connection.ts';
import { PASSWORD } from '../../bench/servers/accounts.ts';
import { readLines } from '../../src/app/read-lines.ts';
import { makeSelfSigned } from '../../src/net/tls/self-signed.ts';
import { freePort } from '../support/ports.ts';
import { DOMAIN, FaultServer } from './server-process.ts';

/** How large a run is. */
export interface ReloadRunOptions {
  readonly clients: number;
  readonly reloads: number;
  /** Milliseconds between two messages of a client. */
  readonly pause: number;
  /** Milliseconds between two reloads. */
  readonly between: number;
}

/** What came of it. */
export interface ReloadReport {
  readonly sent: number;
  readonly received: number;
  /** Answers to requests, of which there was one for each message. */
  readonly answered: number;
  /** Messages that were not the next one of their sender, and errors that clients got. */
  readonly wrong: readonly string[];
  readonly dropped: number;
  /** Steps of reloads that were not done. */
  readonly failed: readonly string[];
  /** Why broken configurations were refused. */
  readonly refused: readonly string[];
  /** Reloads after which new connections did not get the new certificate. */
  readonly oldCertificates: number;
  /** Milliseconds of the longest reload. */
  readonly longest: number;
}

/** Milliseconds for what is still under way when nothing new is sent. */
const PATIENCE = 60_000;

/** Every so many reloads the file is broken. */
const BROKEN = 5;

const NS_DISCO = 'http://jabber.org/protocol/disco#info';

/** A message or an answer, up to its end. */
const STANZA = /<(message|iq)\b[\s\S]*?<\/\1>/;

/** One client, which writes to the next one and reads from the one before. */
class Chatter {
  readonly wrong: string[] = [];
  sent = 0;
  received = 0;
  answered = 0;
  readonly #connection: Connection;
  readonly #next: string;
  #text = '';

  constructor(connection: Connection, next: string) {
    this.#connection = connection;
    this.#next = next;
    connection.listen((chunk) => this.#take(chunk.toString('latin1')));
  }

  get open(): boolean {
    return this.#connection.open;
  }

  /** Write to the next one, and ask the server something. */
  send(): void {
    const id = this.sent++;
    this.#connection.write(`<message to='${this.#next}' type='chat' id='m${id}'><body>n${id}</body></message>`);
    this.#connection.write(`<iq type='get' to='${DOMAIN}' id='q${id}'><query xmlns='${NS_DISCO}'/></iq>`);
  }

  close(): void {
    this.#connection.close();
  }

  #take(text: string): void {
    this.#text += text;
    for (let found = STANZA.exec(this.#text); found !== null; found = STANZA.exec(this.#text)) {
      const [stanza, name] = found;
      this.#text = this.#text.slice(found.index + stanza.length);
      if (stanza.includes('<error')) this.wrong.push(stanza);
      else if (name === 'iq') this.answered++;
      else if (stanza.includes(`<body>n${this.received}</body>`)) this.received++;
      else this.wrong.push(stanza);
    }
  }
}

/** Run it once. */
export async function reloadRun({ clients, reloads, pause, between }: ReloadRunOptions): Promise<ReloadReport> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-reload-'));
  const server = await FaultServer.prepare(folder, ['storage: sqlite']);
  const tlsPort = await freePort();
  const configure = (round: number, broken = false): void =>
    writeFileSync(join(folder, 'couplet.yaml'), configOf({ folder, port: server.port, tlsPort, round, broken }));
  const chatters: Chatter[] = [];
  const report = { failed: new Array<string>(), refused: new Array<string>(), oldCertificates: 0, longest: 0 };
  let over = false;
  try {
    await server.seed(clients);
    await storeCertificate(folder);
    configure(0);
    await server.start();
    for (let number = 0; number < clients; number++) {
      const direct = number % 2 === 0;
      const connection = await Connection.open(`u${number}`, PASSWORD, {
        port: direct ? tlsPort : server.port,
        security: direct ? 'direct' : 'none',
        mechanism: 'PLAIN',
        carbons: false,
        acks: false,
      });
      chatters.push(new Chatter(connection, `u${(number + 1) % clients}@${DOMAIN}/load`));
    }
    const load = (async () => {
      while (!over) {
        for (const [index, chatter] of chatters.entries()) {
          chatter.send();
          if (index % 20 === 19) await sleep((pause * 20) / clients);
        }
        await sleep(1);
      }
    })();
    for (let round = 1; round <= reloads; round++) {
      if (round % BROKEN === 0) {
        configure(round, true);
        report.refused.push((await reload(folder)).error?.text ?? 'it was not refused');
      }
      const fingerprint = await storeCertificate(folder);
      configure(round);
      const begin = performance.now();
      const { result, error } = await reload(folder);
      report.longest = Math.max(report.longest, performance.now() - begin);
      if (error !== undefined) report.failed.push(error.text);
      report.failed.push(...(result?.steps ?? []).filter((step) => step.result !== 'done').map((step) => step.result));
      await sleep(between);
      if ((await fingerprintAt(tlsPort)) !== fingerprint) report.oldCertificates++;
    }
    over = true;
    await load;
    const arrived = (): boolean =>
      sum(chatters, 'received') === sum(chatters, 'sent') && sum(chatters, 'answered') === sum(chatters, 'sent');
    for (const end = Date.now() + PATIENCE; !arrived() && Date.now() < end;) await sleep(20);
    return {
      ...report,
      sent: sum(chatters, 'sent'),
      received: sum(chatters, 'received'),
      answered: sum(chatters, 'answered'),
      wrong: chatters.flatMap(({ wrong }) => wrong),
      dropped: chatters.filter(({ open }) => !open).length,
    };
  } finally {
    over = true;
    for (const chatter of chatters) chatter.close();
    await server.end('SIGTERM');
    rmSync(folder, { recursive: true });
  }
}

function sum(chatters: readonly Chatter[], what: 'sent' | 'received' | 'answered'): number {
  return chatters.reduce((total, chatter) => total + chatter[what], 0);
}

/** Another configuration each round: modules, options, places of the log, a host, a port. */
function configOf(given: {
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly round: number;
  readonly broken: boolean;
}): string {
  const { folder, port, tlsPort, round, broken } = given;
  const off = [['time', 'version'], ['carbons'], ['lastactivity', 'uptime', 'blocklist'], [], ['smacks'], ['mam']];
  const config = {
    data_path: join(folder, 'data'),
    storage: 'sqlite',
    log: { [round % 2 === 0 ? 'info' : 'debug']: join(folder, `couplet-${round % 3}.log`) },
    certificates: 'certs',
    authentication: round % 6 === 5 ? 'internal_plain' : 'internal_hashed',
    c2s_ports: round % 4 === 3 ? [port, 0] : [port],
    c2s_interfaces: ['127.0.0.1'],
    c2s_direct_tls_ports: [tlsPort],
    c2s_direct_tls_interfaces: ['127.0.0.1'],
    c2s_require_encryption: false,
    allow_unencrypted_plain_auth: true,
    c2s_stanza_size_limit: 100_000 + round,
    name: `Round ${round}`,
    audit_log_expires_after: `${100 + round} days`, // of the module that runs the reload
    archive_expires_after: `${1 + (round % 3)} weeks`,
    limit_auth_max: 1000 + round,
    admins: round % 2 === 0 ? [] : [`u0@${DOMAIN}`],
    hosts: {
      [DOMAIN]: { modules_disabled: off[round % off.length] },
      ...(round % 3 === 1 && { 'other.example': null }),
    },
    ...(broken && { c2s_prots: [1] }),
  };
  return JSON.stringify(config, undefined, 1);
}

/** Store a new certificate; returns its fingerprint. */
async function storeCertificate(folder: string): Promise<string> {
  const certs = join(folder, 'certs');
  mkdirSync(certs, { recursive: true });
  const { certificate, key } = await makeSelfSigned(DOMAIN, Date.now());
  writeFileSync(join(certs, `${DOMAIN}.key`), key);
  writeFileSync(join(certs, `${DOMAIN}.crt`), certificate);
  return new X509Certificate(certificate).fingerprint256;
}

async function fingerprintAt(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: DOMAIN, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const answer = z.object({
  error: z.object({ text: z.string() }).optional(),
  result: z.object({ steps: z.array(z.object({ result: z.string() })) }).optional(),
});

/** Ask for a reload on the control socket. */
async function reload(folder: string): Promise<z.infer<typeof answer>> {
  const socket = createConnection(join(folder, 'data', 'prosody.sock'));
  try {
    socket.write(`${JSON.stringify({ id: 1, operation: 'config.reload', input: {} })}\n`);
    for await (const line of readLines(socket)) {
      return answer.parse(JSON.parse(line));
    }
    throw new Error('no answer');
  } finally {
    socket.destroy();
  }
}
