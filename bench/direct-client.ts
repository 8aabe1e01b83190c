/** A client without a socket: the bytes that it sends go to its session, those that it gets are kept for a loop turn. */
import { setImmediate as turn } from 'node:timers/promises';
import { bindResource } from '../src/host/bind.ts';
import type { Host } from '../src/host/host.ts';
import type { Server } from '../src/host/server.ts';
import type { Session, SessionLink } from '../src/host/session.ts';
import { Jid } from '../src/jid/jid.ts';
import { LIMITS_AFTER_AUTH } from '../src/xml/limits.ts';
import { XmlReader } from '../src/xml/reader.ts';

const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";

/** Turns of the event loop in which whatever presence causes has ended. */
const TURNS = 10;

/** Scratch for what would be handed to a socket. */
const wire = Buffer.alloc(1 << 20);

/** A client with a bound resource. */
export class DirectClient implements SessionLink {
  readonly writable = true;
  /** Stanzas received. */
  received = 0;
  readonly #reader = new XmlReader(LIMITS_AFTER_AUTH);
  #output = '';
  #session: Session | undefined;

  /** Bind a resource and become available. */
  static async connect(server: Server, address: string): Promise<DirectClient> {
    const client = new DirectClient();
    const jid = Jid.parse(address);
    if (jid === undefined) throw new Error(`not an address: ${address}`);
    const policy = { conflict: 'kick_old', maxSessions: 16 } as const;
    client.#session = await bindResource(hostOf(server, jid), jid.bare, jid.resource, policy, client, 'en');
    client.#reader.push(Buffer.from(HEADER));
    client.#reader.next();
    client.send(Buffer.from('<presence/>'));
    for (let n = 0; n < TURNS; n++) await turn(); // the presence of all has come to all
    client.flush();
    return client;
  }

  /** Bytes from the client: one read of its socket. */
  send(chunk: Buffer): void {
    this.#reader.push(chunk);
    while (this.#reader.next() !== undefined) this.#session?.receive(this.#reader.stanza);
  }

  write(stanza: string): void {
    this.received++;
    this.#output += stanza;
  }

  /** The end of a loop turn: what was written in it becomes bytes. Returns it. */
  flush(): string {
    const output = this.#output;
    wire.write(output, 'latin1');
    this.#output = '';
    return output;
  }

  pause(): void {
    throw new Error('the session is crowded: too much at once for this measurement');
  }

  resume(): void {
    // It was never paused.
  }

  close(): void {
    // Its server stops.
  }
}

function hostOf(server: Server, { domain }: Jid): Host {
  const host = server.hosts.get(domain);
  if (host === undefined) throw new Error(`not served: ${domain}`);
  return host;
}
