/** Sends strange stanzas to a server through a socket, and looks whether it answers, and still serves others. */
import { NothingCame } from '../support/xclient.ts';
import { attributeOf } from '../support/dialogue/xml-node.ts';
import { Random } from '../fuzz/xml-random.ts';
import { FaultSession, SessionOver } from './session.ts';
import { strangeStanza } from './strange-stanzas.ts';

/** Stanzas between two looks. */
const BATCH = 200;

/** What was seen. */
export interface FuzzReport {
  readonly sent: number;
  /** Requests answered, and those whose stream ended before. */
  readonly answered: number;
  readonly streams: number;
  readonly unanswered: readonly string[];
  /** Longest time an innocent client waited for an answer, in milliseconds. */
  readonly innocent: number;
}

/**
 * Needs accounts `fuzz` and `innocent`. The same seed sends the same.
 * @param count stanzas at least; how many get an answer depends on how soon they make the server end a stream, so it goes
 *   on until a quarter of them has one, or ten times as many are sent
 */
export async function fuzzSocket(port: number, count: number, seed: number): Promise<FuzzReport> {
  const random = new Random(seed);
  const innocent = await FaultSession.open(port, 'innocent', 'i');
  const unanswered: string[] = [];
  let answered = 0;
  let streams = 0;
  let longest = 0;
  let sent = 0;
  let session: FaultSession | undefined;
  for (; sent < count || (answered < count / 4 && sent < 10 * count); sent += BATCH) {
    if (session === undefined) {
      session = await FaultSession.open(port, 'fuzz', 'f');
      session.send('<presence/>');
      streams++;
    }
    const open = new Map<string, string>();
    const parts: string[] = [];
    for (let n = sent; n < sent + BATCH; n++) {
      const { xml, request } = strangeStanza(random, n);
      if (request !== undefined) open.set(request, xml);
      parts.push(xml);
    }
    session.send(parts.join(''));
    session.send(`<iq type='get' id='end${sent}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    open.set(`end${sent}`, 'the ping at the end');
    const asked = open.size;
    const over = await answers(session, open);
    if (over !== 'end') unanswered.push(...open.values());
    answered += asked - open.size;
    if (over !== 'answered') {
      session.destroy();
      session = undefined;
    }
    const begin = performance.now();
    await innocent.ask('get', `i${sent}`, "<ping xmlns='urn:xmpp:ping'/>");
    longest = Math.max(longest, performance.now() - begin);
  }
  session?.destroy();
  innocent.destroy();
  return { sent, answered, streams, unanswered, innocent: longest };
}

/** Reads until all are answered, the server ends the stream, or nothing comes any more. */
async function answers(session: FaultSession, open: Map<string, string>): Promise<'answered' | 'end' | 'silence'> {
  let closing = false;
  while (open.size > 0) {
    try {
      const node = await session.next(closing ? 60_000 : 2000);
      const type = attributeOf(node, 'type');
      if (node.name === 'iq' && (type === 'result' || type === 'error')) open.delete(attributeOf(node, 'id') ?? '');
    } catch (error) {
      if (!(error instanceof NothingCame)) {
        // Closed in good order the stream has to have all answers; else something was open, and all the rest within it.
        return closing && !(error instanceof SessionOver && error.how === 'not-well-formed') ? 'silence' : 'end';
      }
      if (closing) return 'silence';
      session.send('</stream:stream>');
      closing = true;
    }
  }
  return 'answered';
}
