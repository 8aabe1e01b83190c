/** Requests to the server and to accounts: exactly one answer each (RFC 6120 §8.2.3). */
import { StanzaError } from '../stanza/errors.ts';
import { errorReply, iqResult } from '../stanza/reply.ts';
import type { Element } from '../xml/element.ts';
import type { IqHandler, IqRequest, IqTarget } from './iq-table.ts';
import { Reply } from './reply-output.ts';
import type { Server } from './server.ts';
import type { StanzaEvent } from './stanza-event.ts';

type Answer = Element | undefined;

/**
 * Answer a request addressed to the server or to an account, or pass on one for a full JID or a component.
 * @returns a promise while the sender's next stanza must wait
 */
export function handleIq(event: StanzaEvent, server: Server): void | Promise<void> {
  const { stanza, to, host, origin } = event;
  if (stanza.type === 'result' || stanza.type === 'error') {
    if (to !== undefined && server.requests.settle(event.from, stanza)) return origin.finished(event.seq);
    return pass(event);
  }
  const target = targetOf(event);
  if (target === undefined) return pass(event);
  const payload = stanza.firstChild();
  const type = stanza.type === 'set' ? 'set' : 'get';
  const handler = payload === undefined ? undefined : host.iqs.find(type, payload.ns, payload.name, target);
  if (handler === undefined) {
    if (host.kind === 'component') return pass(event);
    return answer(event, undefined, new StanzaError('service-unavailable'));
  }
  return run(event, handler, server);
}

/** To the server, to the sender's own account, to another account; `undefined` for a full JID of an account. */
function targetOf(event: StanzaEvent): IqTarget | undefined {
  const { to, host } = event;
  if (to === undefined) return 'self';
  if (to.local === undefined) return to.resource === undefined || host.kind === 'component' ? 'host' : undefined;
  if (to.resource !== undefined) return undefined;
  return event.user === event.from.bare.key ? 'self' : 'account';
}

function pass(event: StanzaEvent): void {
  event.origin.release.push(event.submit(), event, event.stanza.bytes);
}

function run(event: StanzaEvent, handler: IqHandler, server: Server): void | Promise<void> {
  let result: Answer | Promise<Answer>;
  try {
    result = handler(request(event));
  } catch (error) {
    return answer(event, undefined, server.errors.toStanzaError(error, event));
  }
  if (!(result instanceof Promise)) return answer(event, result, undefined);
  const session = event.session;
  const overlaps = event.stanza.type === 'get' && session?.mayOverlap === true;
  if (overlaps) session.overlap(1);
  const done = server.deadlines.within(result, 'iq handler').then(
    (element) => answer(event, element, undefined),
    (error: unknown) => answer(event, undefined, server.errors.toStanzaError(error, event)),
  );
  if (!overlaps) return done;
  void done.finally(() => session.overlap(-1)); // a slow get lets later stanzas pass
}

function request(event: StanzaEvent): IqRequest {
  return new Request(event);
}

/** The payload's tree is built only if the handler looks at it. */
class Request implements IqRequest {
  readonly event: StanzaEvent;

  constructor(event: StanzaEvent) {
    this.event = event;
  }

  get query(): Element {
    const payload = this.event.stanza.firstChild();
    const element = payload && this.event.stanza.child(payload.name, payload.ns);
    if (element === undefined) throw new StanzaError('bad-request');
    return element;
  }

  get from(): StanzaEvent['from'] {
    return this.event.from;
  }

  get to(): StanzaEvent['to'] {
    return this.event.to;
  }

  get session(): StanzaEvent['session'] {
    return this.event.session;
  }

  get user(): string {
    return this.event.user;
  }

  get unit(): StanzaEvent['unit'] {
    return this.event.unit;
  }
}

/** Queue the one answer behind everything that was written for it. A refused request writes nothing. */
function answer(event: StanzaEvent, element: Answer, error: StanzaError | undefined): void {
  const { stanza, origin, seq } = event;
  if (error !== undefined) {
    event.discard();
    return origin.release.push(undefined, new Reply(origin, errorReply(stanza, error), seq));
  }
  const reply = iqResult(stanza, element);
  origin.release.push(
    event.submit(),
    new Reply(origin, reply, seq, () =>
      errorReply(stanza, new StanzaError('resource-constraint', 'The change could not be stored')),
    ),
    reply.bytes,
  );
}
