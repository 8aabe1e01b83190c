/** Stream Management (XEP-0198 v1.6.3): acknowledgements of stanzas, in both directions. Streams are not resumed. */
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { defineModule } from '../../host/module.ts';
import { Session } from '../../host/session.ts';
import { NS_SID } from '../../stanza/stanza-ids.ts';
import { StreamError } from '../../stanza/stream-error.ts';
import type { ClientStream } from '../../stream/interface.ts';
import { el } from '../../xml/element.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { UserArchive } from '../mam/service.ts';
import { CHECKS, Overdue, type Asked } from './overdue.ts';
import { NS_SM, failedElement, parseH, wrongCount } from './protocol.ts';
import { Recovery, matters } from './recovery.ts';
import { Acknowledgements } from './service.ts';
import { UnackedQueue } from './unacked.ts';

/** Most bytes of stanzas that wait for an acknowledgement. */
const MAX_QUEUE_BYTES = 1024 * 1024;

const SECOND = 1000;

const COMMANDS: ReadonlySet<string> = new Set(['enable', 'resume', 'r', 'a']);

/** What is known of a stream whose client asked for acknowledgements. */
interface Managed extends Asked {
  readonly stream: ClientStream;
  /** How many stanzas the client had sent before it asked. */
  readonly start: number;
  readonly queue: UnackedQueue;
  /** Who waits until so many stanzas in all are acknowledged, or until the session is over and dealt with. */
  readonly waiters: { readonly sent: number; readonly resolve: () => void }[];
  over: boolean;
  /** An `<r/>` is on its way to the client, or about to be. */
  asking: boolean;
  /** What was sent in all when we last asked. */
  askedAt: number;
}

export default defineModule({
  name: 'smacks',
  summary: 'Acknowledges stanzas, and sees to those that a client did not acknowledge',
  xeps: [{ xep: 198, version: '1.6.3', note: 'acknowledgements; streams are not resumed' }],
  scope: 'host',
  provides: [Acknowledgements],
  wants: [UserArchive],
  options: z.object({
    smacks_max_queue_size: z
      .int()
      .min(1)
      .default(1000)
      .describe('Messages and requests that may wait for an acknowledgement before the stream is closed'),
    smacks_max_unacked_stanzas: z
      .int()
      .min(0)
      .default(0)
      .describe('Stanzas that may go without an acknowledgement before the client is asked for one'),
    smacks_max_ack_delay: duration(86_400)
      .or(z.literal(0))
      .default(60)
      .describe('Seconds after which a client that was asked and has sent nothing since is gone; 0 waits for ever'),
  }),

  setup(m) {
    const { host, options } = m;
    const states = m.sessionState<Managed | undefined>('managed', () => undefined);
    /** Sessions that sent `<enable/>`: they may do so once. */
    const asked = m.sessionState<boolean>('asked', () => false);
    const overdue = m.carry('overdue', () => new Overdue<Managed>());
    const gone = m.counter('gone_total', 'Clients that were sent away because they did not answer');
    const recovery = new Recovery(host, (stanza) => m.send(stanza));

    m.streamFeature({
      offer: ({ state, user }) =>
        state === 'negotiating' && user !== undefined ? el('sm', NS_SM, el('optional', NS_SM)) : undefined,
      takes: (_stream, { ns, name }) => ns === NS_SM && COMMANDS.has(name),
      handle: (stream, element) => {
        const session = stream.session instanceof Session ? stream.session : undefined;
        switch (element.name) {
          case 'enable':
            return session === undefined ? stream.send(failedElement('unexpected-request')) : enable(stream, session);
          case 'resume':
            return stream.send(failedElement(session === undefined ? 'feature-not-implemented' : 'unexpected-request'));
          case 'r':
            return acknowledge(requested(session), stream);
          default:
            return acknowledged(requested(session), element);
        }
      },
    });

    m.on('session/deliver', 'observe', ({ session, stanza, held }) => {
      const state = states.get(session);
      if (state === undefined || held) return;
      const { queue } = state;
      queue.push(stanza, m.now(), matters(stanza, session.user));
      if (queue.length > options.smacks_max_queue_size || queue.bytes > MAX_QUEUE_BYTES) {
        return session.close(new StreamError('resource-constraint', 'Too many stanzas are not acknowledged'));
      }
      ask(state);
    });

    m.on('session/closed', 'observe', async ({ session }) => {
      const state = states.get(session);
      if (state === undefined) return;
      overdue.delete(state);
      const unacked = state.queue.takeAll();
      const queried = m.find(UserArchive)?.hasQueried(session) === true;
      for (const item of unacked) {
        if (!queried || !isArchived(item.stanza, session.user)) await recovery.recover(session, item);
      }
      state.over = true;
      for (const { resolve } of state.waiters.splice(0)) resolve();
    });

    if (options.smacks_max_ack_delay > 0) {
      m.every((options.smacks_max_ack_delay * SECOND) / CHECKS, 'overdue', () => {
        for (const { session } of overdue.check()) {
          gone.inc();
          session.close(new StreamError('connection-timeout', 'You did not acknowledge what you were sent'));
        }
      });
    }

    m.provide(Acknowledgements, {
      manages: (session) => states.get(session) !== undefined,
      settled: (session) => {
        const state = states.get(session);
        if (state === undefined || state.over || state.queue.count === 0) return undefined;
        const { promise, resolve } = Promise.withResolvers<void>();
        state.waiters.push({ sent: state.queue.total, resolve });
        return promise;
      },
    });

    /** Once, between two stanzas of the client: what comes before does not count, what comes after does. */
    function enable(stream: ClientStream, session: Session): void {
      if (asked.get(session)) throw new StreamError('policy-violation', 'Stream management was asked for already'); // §3
      asked.set(session, true);
      session.inTurn(() => {
        states.set(session, {
          session,
          stream,
          start: session.handled.begun,
          queue: new UnackedQueue(),
          waiters: [],
          over: false,
          asking: false,
          askedAt: 0,
          check: 0,
          heard: 0,
        });
        stream.send(el('enabled', NS_SM));
      });
    }

    function requested(session: Session | undefined): Session {
      if (session !== undefined && asked.get(session)) return session;
      throw new StreamError('unsupported-stanza-type', 'Stream management was not enabled');
    }

    /** Behind everything that the client's stanzas so far cause: what is not on disk yet is not acknowledged. */
    function acknowledge(session: Session, stream: ClientStream): void {
      const release = (): void => {
        const state = states.get(session);
        if (state !== undefined) stream.send(el('a', NS_SM, { h: session.handled.prefixSince(state.start) }));
      };
      session.inTurn(() => session.release.push(undefined, { release }));
    }

    function acknowledged(session: Session, element: Stanza): void {
      const h = parseH(element.attr('h'));
      const state = states.get(session);
      if (state === undefined) return; // not enabled yet, so nothing that counts was sent
      if (!state.queue.acknowledge(h)) throw wrongCount(h, state.queue.sent);
      if (state.waiters.length > 0) settleWaiters(state);
      state.asking = false;
      overdue.delete(state);
      if (state.queue.sent !== state.askedAt) ask(state); // else a client that counts wrong would be asked for ever
    }

    /** Once for all that is sent in one go, and again when the client has answered. */
    function ask(state: Managed): void {
      if (state.asking || state.queue.count <= options.smacks_max_unacked_stanzas) return;
      state.asking = true;
      overdue.add(state);
      queueMicrotask(() => {
        state.askedAt = state.queue.sent;
        state.stream.send(el('r', NS_SM));
      });
    }
  },
});

/** Those whose stanzas are acknowledged: a prefix, since each waits for all that was sent before it came. */
function settleWaiters(state: Managed): void {
  const acknowledged = state.queue.total - state.queue.count;
  while ((state.waiters[0]?.sent ?? Infinity) <= acknowledged) state.waiters.shift()?.resolve();
}

/** Does the stanza have an id of the account's archive? */
function isArchived(stanza: Stanza, user: string): boolean {
  return stanza.elements('stanza-id', NS_SID).some((child) => child.attr('by') === user);
}
