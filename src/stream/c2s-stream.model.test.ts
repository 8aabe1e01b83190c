/**
 * S16, S33: random sequences of what a client may send, right or wrong, against a model of what may come of it. Whatever the
 * order, a stream never has two identities, never one that was not proven, and nothing is routed that should not be.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerChallenge, readChallenge } from '../../test/support/stream/credentials.ts';
import { auth, bind, loginHost, plainAuth } from '../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../test/support/stream/recorder.ts';
import type { StreamState } from './interface.ts';

const NS = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const PASSWORDS = { alice: 'a', bob: 'b' };
type User = keyof typeof PASSWORDS;

const user = fc.constantFrom<User>('alice', 'bob');
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('header' as const),
      to: fc.constantFrom('a.test', 'a.test', 'a.test', 'b.test', 'c.test'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('plain' as const),
      user,
      right: fc.boolean(),
      authzid: fc.constantFrom('', '', '', 'alice@a.test', 'bob@a.test'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('scram' as const), user }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('proof' as const),
      right: fc.boolean(),
      user: fc.option(user, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'garbage' as const, 'unknown' as const) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('bind' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('message' as const),
      to: fc.constantFrom('', " to='a.test'", " to='bob@a.test'"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'eof' as const, 'timeout' as const) }) },
);

/** What may be known of a stream by looking only at what was sent. */
class Model {
  state: StreamState = 'header';
  user: User | undefined;
  host: string | undefined;
  /** Who the SCRAM exchange under way is for. */
  exchange: User | undefined;
  failures = 0;
  routed = 0;

  /** Is a stanza with that `to` for the server or the account itself? */
  owns(to: string): boolean {
    const host = this.host ?? '';
    return to === '' || to === ` to='${host}'` || to === ` to='${this.user ?? ''}@${host}'`;
  }

  fail(): void {
    this.exchange = undefined;
    if (++this.failures === 5) this.state = 'closed';
  }

  /** `<auth/>` takes the place of an exchange under way, which counts as failed. */
  begin(then: () => void): void {
    if (this.exchange !== undefined) this.fail();
    if (this.state !== 'closed') then();
  }

  succeed(who: User): void {
    this.user = who;
    this.exchange = undefined;
    this.state = 'header';
  }
}

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** What the model says of an action, and the text of it. */
function play(model: Model, step: Action, challenge: { first: string; text: string } | undefined): string {
  const inHeader = model.state === 'header';
  const strange = (): void => {
    if (model.state !== 'closed') model.state = 'closed'; // no header where one is due, or not in this state
  };
  const sasl = (then: () => void): void => {
    if (inHeader || model.user !== undefined) strange();
    else if (model.state !== 'closed') then();
  };
  switch (step.do) {
    case 'header':
      if (!inHeader) throw new Error('not used: a header inside a stream is part of an element');
      if (step.to === 'c.test' || (model.host !== undefined && step.to !== model.host)) model.state = 'closed';
      else {
        model.host = step.to;
        model.state = 'negotiating';
      }
      return header(step.to);
    case 'plain': {
      const { user, right, authzid } = step;
      const itself = authzid === '' || authzid === `${user}@${model.host ?? ''}`;
      sasl(() => model.begin(() => (right && itself ? model.succeed(user) : model.fail())));
      return plainAuth(user, right ? PASSWORDS[user] : 'wrong', authzid);
    }
    case 'scram':
      sasl(() => model.begin(() => (model.exchange = step.user)));
      return auth('SCRAM-SHA-1', Buffer.from(`n,,n=${step.user},r=abc`).toString('base64'));
    case 'proof': {
      // With the password of somebody, who may not be the one that the exchange is for.
      const prover = step.user ?? model.exchange ?? 'alice';
      const fits = step.right && challenge !== undefined && challenge.first.includes(`n=${prover},`);
      sasl(() => (model.exchange !== undefined && fits ? model.succeed(model.exchange) : model.fail()));
      const final =
        challenge === undefined
          ? 'c=biws,r=abc,p=AAAA'
          : answerChallenge('SHA-1', step.right ? PASSWORDS[prover] : 'x', challenge.first, challenge.text).final;
      return `<response ${NS}>${Buffer.from(final).toString('base64')}</response>`;
    }
    case 'abort':
      sasl(() => model.fail());
      return `<abort ${NS}/>`;
    case 'garbage':
      sasl(() => model.fail());
      return `<response ${NS}>%</response>`;
    case 'unknown':
      sasl(() => model.begin(() => model.fail()));
      return auth('EXTERNAL', '');
    case 'bind':
      if (model.state === 'negotiating' && model.user !== undefined) model.state = 'bound';
      else if (model.state === 'bound') model.routed++;
      else strange();
      return bind('r');
    case 'message':
      if (model.state === 'bound') model.routed++;
      else if (inHeader || model.user === undefined || !model.owns(step.to)) strange();
      return `<message${step.to}/>`;
    case 'end':
      model.state = 'closed';
      return '</stream:stream>';
    default:
      model.state = 'closed';
      return '';
  }
}

async function run(steps: readonly Action[]): Promise<void> {
  const a = loginHost('a.test');
  const b = loginHost('b.test');
  const client = new RecordedClient([a, b]);
  const model = new Model();
  let challenge: { first: string; text: string } | undefined;
  let successes = 0;
  for (const step of steps) {
    if (step.do === 'header' && model.state !== 'header') continue;
    const over = model.state === 'closed';
    const text = play(model, step, challenge);
    if (step.do === 'eof') client.stream.eof();
    else if (step.do === 'timeout') client.stream.timeout();
    const answer = await client.send(text);
    successes += answer.split('<success ').length - 1;
    const given = /<challenge [^>]*>([^<]*)</.exec(answer)?.[1];
    if (given !== undefined && step.do === 'scram') {
      challenge = { first: `n,,n=${step.user},r=abc`, text: Buffer.from(given, 'base64').toString() };
      expect(readChallenge(challenge.text).nonce).toMatch(/^abc./);
    }

    if (over) expect(answer).toBe('');
    expect(client.stream.state).toBe(model.state);
    expect(client.stream.user?.key).toBe(model.user === undefined ? undefined : `${model.user}@${model.host ?? ''}`);
    expect(successes).toBe(model.user === undefined ? 0 : 1);
    const sessions = [...a.sessions, ...b.sessions];
    expect(sessions.length).toBeLessThanOrEqual(1);
    expect(sessions[0]?.received.length ?? 0).toBe(model.routed);
    if (sessions[0] !== undefined) expect(sessions[0].jid.key).toBe(`${model.user ?? ''}@${model.host ?? ''}/r`);
    expect(sessions[0]?.ends.length ?? 0).toBe(model.state === 'closed' && sessions.length > 0 ? 1 : 0);
    expect(client.events.includes('close')).toBe(model.state === 'closed');
  }
}

it('never has two identities', { timeout: 60_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 14, minLength: 3 }), run), { numRuns: 400 });
  // Most random sequences end early; these go on from a good start.
  const start: Action[] = [
    { do: 'header', to: 'a.test' },
    { do: 'plain', user: 'alice', right: true, authzid: '' },
    { do: 'header', to: 'a.test' },
  ];
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 10 }), (good, rest) =>
      run([...start.slice(0, good), ...rest]),
    ),
    { numRuns: 400 },
  );
});
