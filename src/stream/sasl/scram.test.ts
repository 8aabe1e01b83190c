import { describe, expect, it } from 'vitest';
import { answerChallenge, outcome, readChallenge, TestStore } from '../../../test/support/stream/credentials.ts';
import type { ChannelBinding, SaslContext, SaslExchange } from './mechanism.ts';
import { deriveScramKeys, fakeScramKeys } from './scram-keys.ts';
import { scram } from './scram.ts';

const HEADER_N = 'n,,';
const EXPORTER = Buffer.from('32 bytes of exported key material');

const store = new TestStore({ a: 'pw', victim: 'other', 'x,y=z': 'pw', gone: '' });

function context(binding?: ChannelBinding): SaslContext {
  return { domain: 's.test', store, binding, certified: [] };
}

const withBinding: ChannelBinding = {
  types: ['tls-exporter'],
  data: (type) => (type === 'tls-exporter' ? EXPORTER : undefined),
};

function step(exchange: SaslExchange, message: string): Promise<string> {
  return outcome(exchange.step(Buffer.from(message)));
}

/** Outcome of the first message alone, then, if there is a challenge, of a final one with the right proof. */
async function login(first: string, password = 'pw', binding?: ChannelBinding, plus = false): Promise<string> {
  const exchange = scram('SHA-256', { plus }).begin(context(binding));
  const answer = await step(exchange, first);
  if (!answer.startsWith('challenge ')) return answer;
  const data = plus ? EXPORTER : undefined;
  return step(exchange, answerChallenge('SHA-256', password, first, answer.slice(10), data).final);
}

describe('SCRAM', () => {
  it.each([
    {
      what: 'RFC 5802 §5',
      hash: 'SHA-1' as const,
      salt: 'QSXCR+Q6sek8bf92',
      nonce: '3rfcNHYJY1ZVvWVs7j',
      first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      verifier: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    },
    {
      what: 'RFC 7677 §3',
      hash: 'SHA-256' as const,
      salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
      nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
      first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      challenge: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      final:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      verifier: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    },
  ])('answers as in the example of $what', async ({ hash, salt, nonce, first, challenge, final, verifier }) => {
    const keys = deriveScramKeys('pencil', Buffer.from(salt, 'base64'), 4096, hash);
    const mechanism = scram(hash, { nonce: () => nonce });
    expect(mechanism.name).toBe(`SCRAM-${hash}`);
    const exchange = mechanism.begin({
      domain: 's.test',
      binding: undefined,
      certified: [],
      store: {
        exists: () => Promise.reject(new Error('not asked for')),
        scramKeys: () => keys,
        checkPassword: () => Promise.reject(new Error('not asked for')),
      },
    });
    expect(await exchange.step(Buffer.from(first))).toEqual({ done: false, challenge: Buffer.from(challenge) });
    const last = await exchange.step(Buffer.from(final));
    expect(last).toMatchObject({ done: true, data: Buffer.from(verifier) });
    expect(last.done && last.user.key).toBe('user@s.test');
  });

  it('asks for the first message if there was no initial response', async () => {
    const exchange = scram('SHA-1').begin(context());
    expect(await outcome(exchange.step(undefined))).toBe('challenge ');
    expect(await step(exchange, 'n,,n=a,r=x')).toMatch(/^challenge r=x/);
  });

  it('logs in, and proves to the client that it knows the keys', async () => {
    const exchange = scram('SHA-1').begin(context());
    const first = 'n,,n=a,r=x';
    const challenge = (await step(exchange, first)).slice(10);
    const { final, verifier } = answerChallenge('SHA-1', 'pw', first, challenge);
    expect(await exchange.step(Buffer.from(final))).toMatchObject({ done: true, data: Buffer.from(verifier) });
  });

  const firsts: [string, string][] = [
    // S27: whoever names an authorization identity must be it
    ['n,a=a@s.test,n=a,r=x', 'success a@s.test'],
    ['n,a=A@S.test,n=a,r=x', 'success a@s.test'],
    ['n,a=victim@s.test,n=a,r=x', 'invalid-authzid'],
    ['n,a=victim,n=a,r=x', 'invalid-authzid'],
    ['n,a=a,n=a,r=x', 'invalid-authzid'],
    ['n,a=a@s.test/res,n=a,r=x', 'invalid-authzid'],
    ['n,a=a@other.test,n=a,r=x', 'invalid-authzid'],
    ['n,a=a@b@c,n=a,r=x', 'invalid-authzid'],
    ['n,a=,n=a,r=x', 'malformed-request'],
    ['n,victim@s.test,n=a,r=x', 'malformed-request'],
    ['n,a=a=40s.test,n=a,r=x', 'malformed-request'],
    // names
    ['n,,n=A,r=x', 'success a@s.test'],
    ['n,,n=x=2Cy=3Dz,r=x', 'success x,y=z@s.test'],
    ['n,,n=x=2cy=3dz,r=x', 'malformed-request'],
    ['n,,n==41,r=x', 'malformed-request'],
    ['n,,n=a=,r=x', 'malformed-request'],
    ['n,,n=a@s.test,r=x', 'not-authorized'],
    ['n,,n=,r=x', 'malformed-request'],
    ['n,,n=a\0,r=x', 'malformed-request'],
    ['n,,n=nobody,r=x', 'not-authorized'],
    ['n,,n=gone,r=x', 'account-disabled'],
    // S29: nonces
    ['n,,n=a,r=', 'malformed-request'],
    ['n,,n=a', 'malformed-request'],
    ['n,,n=a,r=a,b', 'malformed-request'],
    ['n,,n=a,r=a b', 'malformed-request'],
    ['n,,n=a,r=\u00e9', 'malformed-request'],
    ['n,,n=a,r=a\x7f', 'malformed-request'],
    [`n,,n=a,r=${'x'.repeat(256)}`, 'success a@s.test'],
    [`n,,n=a,r=${'x'.repeat(257)}`, 'malformed-request'],
    // extensions
    ['n,,m=ext,n=a,r=x', 'malformed-request'],
    ['n,,n=a,r=x,i=1,e=whatever', 'success a@s.test'],
    ['n,,n=a,r=x,=1', 'malformed-request'],
    ['n,,n=a,r=x,', 'malformed-request'],
    ['n,,r=x,n=a', 'malformed-request'],
    // S30: channel binding flags
    ['y,,n=a,r=x', 'success a@s.test'],
    ['p=tls-exporter,,n=a,r=x', 'malformed-request'],
    ['p,,n=a,r=x', 'malformed-request'],
    ['p=,,n=a,r=x', 'malformed-request'],
    ['p=tls/unique,,n=a,r=x', 'malformed-request'],
    ['z,,n=a,r=x', 'malformed-request'],
    ['N,,n=a,r=x', 'malformed-request'],
    ['n=,,n=a,r=x', 'malformed-request'],
    [',,n=a,r=x', 'malformed-request'],
    ['n,n=a,r=x', 'malformed-request'],
    ['n=a,r=x', 'malformed-request'],
    ['', 'malformed-request'],
    ['n', 'malformed-request'],
    [',', 'malformed-request'],
  ];
  it.each(firsts)('S27, S29, S30: %j', async (first, wanted) => {
    expect(await login(first)).toBe(wanted);
  });

  it('refuses text that is not UTF-8', async () => {
    const exchange = scram('SHA-1').begin(context());
    expect(await outcome(exchange.step(Buffer.from('6e2c2c6e3dc02c723d78', 'hex')))).toBe('malformed-request');
  });

  it('S29: adds 128 random bits or more that never repeat', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const answer = await step(scram('SHA-1').begin(context()), 'n,,n=nobody,r=x');
      const { nonce } = readChallenge(answer.slice(10));
      expect(nonce.startsWith('x')).toBe(true);
      expect(Buffer.from(nonce.slice(1), 'base64').length).toBeGreaterThanOrEqual(16);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(1000);
  });

  describe('with a final message', () => {
    const first = 'n,,n=a,r=x';
    async function finish(change: (final: string) => string): Promise<string> {
      const exchange = scram('SHA-256').begin(context());
      const { final } = answerChallenge('SHA-256', 'pw', first, (await step(exchange, first)).slice(10));
      return step(exchange, change(final));
    }

    const finals: [string, (final: string) => string, string][] = [
      ['that is right', (final) => final, 'success a@s.test'],
      ['that is empty', () => '', 'malformed-request'],
      ['without proof', (final) => final.slice(0, final.indexOf(',p=')), 'malformed-request'],
      ['with an empty proof', (final) => final.replace(/p=.*/, 'p='), 'malformed-request'],
      ['with a proof that is not base64', (final) => final.replace(/p=.*/, 'p=@@@@'), 'malformed-request'],
      ['with loose bits at the end of the proof', (final) => final.replace(/.=$/, 'B='), 'malformed-request'],
      ['with a short proof', (final) => final.replace(/p=.*/, 'p=AAAA'), 'malformed-request'],
      ['with a proof of zeros', (final) => final.replace(/p=.*/, `p=${'A'.repeat(43)}=`), 'not-authorized'],
      ['with something after the proof', (final) => `${final},x=1`, 'malformed-request'],
      ['with the nonce of the client only', (final) => final.replace(/r=[^,]*/, 'r=x'), 'not-authorized'],
      ['with the nonce of another exchange', (final) => final.replace(/r=x./, 'r=x~'), 'not-authorized'],
      ['without nonce', (final) => final.replace(/,r=[^,]*/, ''), 'malformed-request'],
      ['with another GS2 header', (final) => final.replace('c=biws', 'c=eSws'), 'not-authorized'],
      ['with a cut GS2 header', (final) => final.replace('c=biws', 'c=biw='), 'not-authorized'],
      ['with a GS2 header that is not base64', (final) => final.replace('c=biws', 'c=biws='), 'malformed-request'],
      ['with an empty GS2 header', (final) => final.replace('c=biws', 'c='), 'malformed-request'],
      ['with an extension nobody signed', (final) => final.replace(',p=', ',x=1,p='), 'not-authorized'],
      ['with an iteration count', (final) => final.replace(',p=', ',i=1,p='), 'not-authorized'],
      ['with another order', (final) => final.replace(/(c=[^,]*),(r=[^,]*)/, '$2,$1'), 'malformed-request'],
    ];
    it.each(finals)('S29, S30: %s', async (_what, change, wanted) => {
      expect(await finish(change)).toBe(wanted);
    });

    it('accepts extensions that the proof covers', async () => {
      const exchange = scram('SHA-256').begin(context());
      const challenge = (await step(exchange, first)).slice(10);
      const { final } = answerChallenge('SHA-256', 'pw', first, challenge, undefined, ',x=1');
      expect(final).toContain(',x=1,p=');
      expect(await step(exchange, final)).toBe('success a@s.test');
    });

    it('S29: refuses another nonce even under a right proof', async () => {
      const exchange = scram('SHA-256').begin(context());
      const challenge = (await step(exchange, first)).slice(10);
      const { final } = answerChallenge('SHA-256', 'pw', first, challenge, undefined, 'x');
      expect(await step(exchange, final)).toBe('not-authorized');
    });

    it('fails for a wrong password, and for no account, alike', async () => {
      expect(await login(first, 'wrong')).toBe('not-authorized');
      expect(await login('n,,n=nobody,r=x', 'pw')).toBe('not-authorized');
    });

    it('lets no response be replayed', async () => {
      const one = scram('SHA-256').begin(context());
      const { final } = answerChallenge('SHA-256', 'pw', first, (await step(one, first)).slice(10));
      const two = scram('SHA-256').begin(context());
      await step(two, first);
      expect(await step(two, final)).toBe('not-authorized');
    });
  });

  describe('S30: channel binding', () => {
    it('logs in with -PLUS', async () => {
      expect(await login('p=tls-exporter,,n=a,r=x', 'pw', withBinding, true)).toBe('success a@s.test');
      expect(scram('SHA-256', { plus: true }).name).toBe('SCRAM-SHA-256-PLUS');
    });

    it.each([
      ['y without, where -PLUS was offered', 'y,,n=a,r=x', false, 'not-authorized'],
      ['n without, where -PLUS was offered', 'n,,n=a,r=x', false, 'success a@s.test'],
      ['n with -PLUS', 'n,,n=a,r=x', true, 'malformed-request'],
      ['y with -PLUS', 'y,,n=a,r=x', true, 'malformed-request'],
      ['p without -PLUS', 'p=tls-exporter,,n=a,r=x', false, 'malformed-request'],
      ['a type that this connection has not', 'p=tls-unique,,n=a,r=x', true, 'malformed-request'],
      ['a type that there is not', 'p=bogus,,n=a,r=x', true, 'malformed-request'],
      ['a type like a property', 'p=constructor,,n=a,r=x', true, 'malformed-request'],
    ])('%s', async (_what, first, plus, wanted) => {
      expect(await login(first, 'pw', withBinding, plus)).toBe(wanted);
    });

    it.each([
      ['other data', Buffer.from('x')],
      ['no data', Buffer.alloc(0)],
      ['truncated data', EXPORTER.subarray(0, 10)],
      ['more data', Buffer.concat([EXPORTER, EXPORTER])],
    ])('refuses %s', async (_what, data) => {
      const first = 'p=tls-exporter,,n=a,r=x';
      const exchange = scram('SHA-256', { plus: true }).begin(context(withBinding));
      const challenge = (await step(exchange, first)).slice(10);
      expect(await step(exchange, answerChallenge('SHA-256', 'pw', first, challenge, data).final)).toBe(
        'not-authorized',
      );
    });
  });

  it('S28: fakes keys that look like an account’s, stay the same and depend on the secret', async () => {
    const challengeOf = async (name: string) =>
      readChallenge((await step(scram('SHA-1').begin(context()), `${HEADER_N}n=${name},r=x`)).slice(10));
    const known = await challengeOf('a');
    const unknown = await challengeOf('nobody');
    expect(unknown.iterations).toBe(known.iterations);
    expect(unknown.salt.length).toBe(known.salt.length);
    expect((await challengeOf('nobody')).salt).toEqual(unknown.salt);
    expect((await challengeOf('nobody2')).salt).not.toEqual(unknown.salt);
    const fake = (secret: string) =>
      fakeScramKeys(Buffer.from(secret), 'u', 'SHA-256', { iterations: 10_000, salt: 16 });
    expect(fake('one')).toEqual(fake('one'));
    expect(fake('one').salt).not.toEqual(fake('two').salt);
    expect(fake('one').storedKey).toHaveLength(32);
    expect(fakeScramKeys(Buffer.from('one'), 'u', 'SHA-1', { iterations: 10_000, salt: 16 }).storedKey).toHaveLength(
      20,
    );
  });
});
