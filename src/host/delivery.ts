/**
 * Who gets a stanza that has passed its phases. Which resources of an account do is decided by the rule that the
 * `message`, `presence` and `iq` modules give (RFC 6121 §8.5); this is the part that acts on the verdict.
 */
import type { Entry } from '../cluster/backend.ts';
import { StanzaError } from '../stanza/errors.ts';
import type { StanzaEvent } from './stanza-event.ts';

/**
 * A rule's verdict: those resources; `unavailable`: nobody takes it, which is an error to the sender unless a module
 * stores the message; `drop`: silently ignored; `done`: the rule has dealt with it.
 */
export type Verdict = readonly Entry[] | 'unavailable' | 'drop' | 'done';

/** Decides for one kind of stanza on one host; `entries` are the resources of the account addressed. */
export type DeliveryRule = (event: StanzaEvent, entries: readonly Entry[]) => Verdict;

type Refuse = (event: StanzaEvent, error: StanzaError) => void;

const NOBODY: readonly Entry[] = [];

/** Deliver, in the sender's order. Returns a promise where the registry of sessions needs one. */
export function deliverTo(event: StanzaEvent, refuse: Refuse): void | Promise<void> {
  const { host, kind, to } = event;
  if (to === undefined && kind === 'presence') return broadcast(event);
  const rule = host.rules.get(kind);
  if (rule === undefined) return undeliverable(event, refuse);
  if (host.kind === 'component') return act(event, rule(event, NOBODY), refuse, NOBODY);
  const found = host.sessions.of(event.user);
  if (found instanceof Promise) return found.then((entries) => act(event, rule(event, entries), refuse, NOBODY));
  return act(event, rule(event, found), refuse, NOBODY);
}

function broadcast(event: StanzaEvent): void | Promise<void> {
  const { session, host, stanza } = event;
  if (session === undefined || session.ended) return;
  return host.hooks['presence/broadcast'].emit({ session, stanza });
}

function act(event: StanzaEvent, verdict: Verdict, refuse: Refuse, tried: readonly Entry[]): void | Promise<void> {
  if (verdict === 'drop' || verdict === 'done') return;
  if (verdict === 'unavailable') return undeliverable(event, refuse);
  const targets = tried.length === 0 ? verdict : verdict.filter((entry) => !tried.some((old) => old.sid === entry.sid));
  if (targets.length === 0) return undeliverable(event, refuse);
  let remote: Promise<boolean>[] | undefined;
  let taken = false;
  for (let i = 0; i < targets.length; i++) {
    const entry = targets[i];
    if (entry === undefined) continue;
    const outcome = event.host.deliver(entry, event.stanza);
    if (outcome instanceof Promise) (remote ??= []).push(outcome);
    else if (outcome) taken = true;
  }
  if (remote === undefined) return taken ? delivered(event, targets) : again(event, targets, refuse, tried);
  return Promise.all(remote).then((outcomes) => {
    return taken || outcomes.includes(true) ? delivered(event, targets) : again(event, targets, refuse, tried);
  });
}

function delivered(event: StanzaEvent, targets: readonly Entry[]): void {
  const hook = event.host.hooks['stanza/delivered'];
  if (hook.size > 0) void hook.emit({ event, targets }); // the sender's next stanza does not wait for copies
}

/** All were gone by the time it came to them: look once more, then nobody takes it. */
function again(
  event: StanzaEvent,
  gone: readonly Entry[],
  refuse: Refuse,
  tried: readonly Entry[],
): void | Promise<void> {
  if (tried.length > 0) return undeliverable(event, refuse);
  const rule = event.host.rules.get(event.kind);
  if (rule === undefined) return undeliverable(event, refuse);
  const found = event.host.sessions.of(event.user);
  if (found instanceof Promise) return found.then((entries) => act(event, rule(event, entries), refuse, gone));
  return act(event, rule(event, found), refuse, gone);
}

/** RFC 6121 §8.5: an error for a request or a message, silence for everything else. */
function undeliverable(event: StanzaEvent, refuse: Refuse): void | Promise<void> {
  if (event.kind === 'presence') return;
  const error = new StanzaError('service-unavailable');
  const hook = event.host.hooks['stanza/undelivered'];
  if (event.kind !== 'message' || hook.size === 0) return refuse(event, error);
  const settle = (): void | Promise<void> => {
    if (!event.stopped) return refuse(event, error);
    const ticket = event.submit();
    if (ticket === undefined) return delivered(event, NOBODY);
    // Taken: what the same sender sends after it waits until it is stored.
    return ticket.settled().then(
      () => delivered(event, NOBODY),
      () => refuse(event, new StanzaError('resource-constraint', 'The message could not be stored')),
    );
  };
  let pending: void | Promise<void>;
  try {
    pending = hook.emit(event);
  } catch (thrown) {
    return refuse(event, event.host.server.errors.toStanzaError(thrown, event));
  }
  if (pending === undefined) return settle();
  return pending.then(settle, (thrown: unknown) =>
    refuse(event, event.host.server.errors.toStanzaError(thrown, event)),
  );
}
