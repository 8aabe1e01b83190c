/**
 * Routing (RFC 6120 §10, RFC 6121 §8): from a sender through its phases and those of the recipient to whoever gets the
 * stanza. Store first, route second, acknowledge third: what a stanza causes leaves through the sender's release queue.
 */
import { Jid } from '../jid/jid.ts';
import { StanzaError } from '../stanza/errors.ts';
import { errorReply } from '../stanza/reply.ts';
import { stanzaProblem } from '../stanza/stanza-kind.ts';
import type { Stanza } from '../xml/stanza.ts';
import { deliverTo } from './delivery.ts';
import type { Host } from './host.ts';
import { handleIq } from './iq-dispatch.ts';
import type { Origin } from './origin.ts';
import { Reply } from './reply-output.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import { StanzaEvent, type StanzaKind } from './stanza-event.ts';
import { stripForged } from './strip.ts';

/** Routes stanzas between the sessions, hosts and components of one server. */
export class Router {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Take a stanza from a sender. `from` is written here and never believed (RFC 6120 §8.1.2.1).
   * @returns a promise while the sender's next stanza must wait
   */
  receive(origin: Origin, host: Host, from: Jid, received: Stanza, seq: number): void | Promise<void> {
    const kind = received.name;
    if (kind !== 'message' && kind !== 'presence' && kind !== 'iq') return origin.finished(seq);
    const stanza = stripForged(stamped(received, from, origin.session), host.server.hosts);
    let to: Jid | undefined;
    if (stanza.to !== undefined) {
      to = Jid.parse(stanza.to);
      if (to === undefined) return this.#bounce(origin, stanza, seq, new StanzaError('jid-malformed'));
    }
    const problem = stanzaProblem(stanza);
    if (problem !== undefined) return this.#bounce(origin, stanza, seq, problem);
    const event = new StanzaEvent(stanza, kind, host, from, to, origin, from.bare.key, seq);
    return this.#through(event, host.hooks['stanza/outgoing'], this.#route);
  }

  /** Send a stanza of a module or of the server itself: no sender phases. */
  send(origin: Origin, host: Host, from: Jid, stanza: Stanza): void | Promise<void> {
    const kind: StanzaKind = stanza.name === 'message' || stanza.name === 'iq' ? stanza.name : 'presence';
    const to = stanza.to === undefined ? undefined : Jid.parse(stanza.to);
    if (to === undefined) return this.#bounce(origin, stanza, -1, new StanzaError('jid-malformed'));
    return this.#route(new StanzaEvent(stanza, kind, host, from, to, origin, from.bare.key, -1));
  }

  /** Called by the release queue: everything that this stanza wrote, and all before it, is committed or failed. */
  deliver(event: StanzaEvent, failure: Error | undefined): void | Promise<void> {
    if (failure !== undefined) {
      this.#server.log.warn({ err: failure, from: event.from.toString() }, 'a write failed, stanza refused');
      this.#answer(event, new StanzaError('resource-constraint', 'The message could not be stored'));
      return event.origin.finished(event.seq);
    }
    if (event.outgoing !== undefined) this.sent(event.outgoing);
    if (event.stopped) return event.origin.finished(event.seq);
    if (event.archived !== undefined) event.stanza = event.identified();
    const pending = deliverTo(event, this.#answer);
    if (pending === undefined) return event.origin.finished(event.seq);
    return pending.finally(() => event.origin.finished(event.seq));
  }

  /** What a sender's phases let pass is accepted; called by whatever then takes it, before it does. */
  sent(event: StanzaEvent): void {
    const hook = event.host.hooks['stanza/sent'];
    if (hook.size > 0 && event.session !== undefined) void hook.emit(event);
  }

  /** Refuse a stanza: the error goes back through the sender's queue, nothing of it is stored. */
  refuse(event: StanzaEvent, error: unknown): void {
    event.discard();
    this.#bounce(event.origin, event.stanza, event.seq, this.#server.errors.toStanzaError(error, event));
  }

  /** Run the phases of an event, then go on; what they throw refuses the stanza. */
  #through(
    event: StanzaEvent,
    hook: { emit(event: StanzaEvent): void | Promise<void> },
    then: (event: StanzaEvent) => void | Promise<void>,
  ): void | Promise<void> {
    let pending: void | Promise<void>;
    try {
      pending = hook.emit(event);
    } catch (error) {
      return this.refuse(event, error);
    }
    if (pending === undefined) return then(event);
    return this.#server.deadlines.within(pending, `phases of ${event.kind}`).then(
      () => then(event),
      (error: unknown) => this.refuse(event, error),
    );
  }

  readonly #route = (event: StanzaEvent): void | Promise<void> => {
    if (event.stopped) return this.#leave(event);
    const to = event.to;
    if (to === undefined && event.kind === 'presence') return this.#leave(event);
    const host = to === undefined ? event.host : this.#server.hosts.get(to.domain);
    if (host === undefined) return this.#remote(event);
    const user = to === undefined ? event.user : to.bare.key;
    const { stanza, kind, from, origin, seq } = event;
    const incoming = new StanzaEvent(stanza, kind, host, from, to, origin, user, seq, event);
    return this.#through(incoming, host.hooks['stanza/incoming'], this.#arrive);
  };

  readonly #arrive = (event: StanzaEvent): void | Promise<void> => {
    if (event.stopped || event.kind !== 'iq') return this.#leave(event);
    return handleIq(event, this.#server);
  };

  /** Into the sender's release queue, behind everything that was written for this stanza. */
  #leave(event: StanzaEvent): void {
    event.origin.release.push(event.submit(), event, event.stanza.bytes);
  }

  #remote(event: StanzaEvent): void {
    const remote = this.#server.remote;
    if (remote === undefined) {
      return this.refuse(event, new StanzaError('remote-server-not-found', 'Server-to-server is not available'));
    }
    event.origin.release.push(event.submit(), remote.output(event), event.stanza.bytes);
  }

  #bounce(origin: Origin, stanza: Stanza, seq: number, error: StanzaError): void {
    origin.release.push(undefined, new Reply(origin, errorReply(stanza, error), seq));
  }

  /** From within the release queue: the error goes out at once. */
  readonly #answer = (event: StanzaEvent, error: StanzaError): void => {
    const reply = errorReply(event.stanza, error);
    if (reply !== undefined) event.origin.reply(reply);
  };
}

function stamped(stanza: Stanza, from: Jid, session: Session | undefined): Stanza {
  if (session === undefined) return stanza.with({ from: from.toString() });
  return stanza.stamped(stanza.name === 'iq' ? session.iqStamp : session.stamp);
}
