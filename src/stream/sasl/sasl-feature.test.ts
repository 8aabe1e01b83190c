import { beforeEach, describe, expect, it } from 'vitest';
import { answerChallenge, TestStore } from '../../../test/support/stream/credentials.ts';
import { auth, authenticated, loginHost, opened, outcomes, plainAuth } from '../../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../../test/support/stream/recorder.ts';
import { bindFeature } from '../features/bind.ts';

const NS = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const SUCCESS = `<success ${NS}/>`;
const failure = (condition: string): RegExp =>
  new RegExp(`^<failure ${NS}><${condition}/>(<text>[^<]*</text>)?</failure>$`);
const response = (data: string): string => `<response ${NS}>${data}</response>`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Data of the `<challenge/>` or `<success/>` in `xml`. */
function data(xml: string): string {
  return Buffer.from(/>([^<]*)</.exec(xml)?.[1] ?? '', 'base64').toString();
}

beforeEach(() => {
  outcomes.length = 0;
});

describe('the mechanisms offered', () => {
  async function offered(options: Parameters<typeof loginHost>[1], secure: boolean): Promise<string[]> {
    const client = new RecordedClient([loginHost('a.test', options)], {}, secure);
    return [...(await client.send(header())).matchAll(/<mechanism>([^<]*)<\/mechanism>/g)].map(([, name = '']) => name);
  }

  it('are those of the host, in its order', async () => {
    expect(await offered({}, false)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
  });

  it('have no PLAIN on a stream that is not encrypted, unless the options allow it', async () => {
    expect(await offered({ allowUnencryptedPlain: false }, false)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
    expect(await offered({ allowUnencryptedPlain: false }, true)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
  });

  it('are none on a stream that is not encrypted where encryption is required', async () => {
    expect(await offered({ requireEncryption: true }, false)).toEqual([]);
    expect(await offered({ requireEncryption: true }, true)).toHaveLength(3);
  });

  it('are not repeated after success', async () => {
    const client = await authenticated();
    expect(await client.send(header())).not.toContain('mechanism');
  });
});

describe('an exchange', () => {
  it('succeeds with PLAIN, raises the limits and starts a new stream (RFC 6120 §6.4.6)', async () => {
    const client = await opened();
    expect(await client.send(plainAuth('alice', 'a'))).toBe(SUCCESS);
    expect(client.events).toEqual(['phase auth', 'limits 262144', 'phase bind', 'restart']);
    expect(client.stream.user?.key).toBe('alice@a.test');
    expect(outcomes).toEqual(['+alice@a.test']);
  });

  it('succeeds with SCRAM', async () => {
    const client = await opened();
    const first = 'n,,n=bob,r=abc';
    const challenge = await client.send(auth('SCRAM-SHA-1', base64(first)));
    expect(challenge).toMatch(/^<challenge /);
    const { final, verifier } = answerChallenge('SHA-1', 'b', first, data(challenge));
    const success = await client.send(response(base64(final)));
    expect(success).toMatch(/^<success /);
    expect(data(success)).toBe(verifier);
    expect(client.stream.user?.key).toBe('bob@a.test');
  });

  it('gives an empty challenge where there is no initial response', async () => {
    const client = await opened();
    expect(await client.send(auth('PLAIN', ''))).toBe(`<challenge ${NS}/>`);
    expect(await client.send(response(base64('\0alice\0a')))).toBe(SUCCESS);
  });

  it('tells an empty response from none (§6.4.2)', async () => {
    const client = await opened();
    expect(await client.send(auth('PLAIN', '='))).toMatch(failure('malformed-request'));
    await client.send(auth('PLAIN', ''));
    expect(await client.send(response(''))).toMatch(failure('malformed-request'));
    await client.send(auth('PLAIN', ''));
    expect(await client.send(response('='))).toMatch(failure('malformed-request'));
  });

  it('can be aborted (§6.4.4)', async () => {
    const client = await opened();
    await client.send(auth('SCRAM-SHA-1', base64('n,,n=alice,r=abc')));
    expect(await client.send(`<abort ${NS}/>`)).toMatch(failure('aborted'));
    expect(await client.send(response('AAAA'))).toMatch(failure('malformed-request'));
    expect(await client.send(plainAuth('alice', 'a'))).toBe(SUCCESS);
  });

  it('S33: is replaced by another one, and does not go on after that (§6.4.2)', async () => {
    const client = await opened();
    const first = 'n,,n=alice,r=abc';
    const challenge = data(await client.send(auth('SCRAM-SHA-1', base64(first))));
    expect(await client.send(auth('PLAIN', ''))).toBe(`<challenge ${NS}/>`);
    const { final } = answerChallenge('SHA-1', 'a', first, challenge);
    expect(await client.send(response(base64(final)))).toMatch(failure('malformed-request'));
    expect(client.stream.user).toBeUndefined();
    expect(outcomes).toEqual(['-aborted', '-malformed-request']);
    await client.send(auth('SCRAM-SHA-1', base64(first)));
    expect(await client.send(plainAuth('bob', 'b'))).toBe(SUCCESS);
    expect(client.stream.user?.key).toBe('bob@a.test');
  });

  it('S33: takes no second message of a finished one', async () => {
    const client = await opened();
    const first = 'n,,n=alice,r=abc';
    const challenge = data(await client.send(auth('SCRAM-SHA-1', base64(first))));
    const { final } = answerChallenge('SHA-1', 'a', first, challenge);
    await client.send(response(base64('c=biws,r=abc,p=AAAA')));
    expect(await client.send(response(base64(final)))).toMatch(failure('malformed-request'));
    expect(client.stream.user).toBeUndefined();
  });

  it('asks the host that the stream is for', async () => {
    const a = loginHost('a.test', { store: new TestStore({ alice: 'a' }) });
    const b = loginHost('b.test', { store: new TestStore({ alice: 'b' }) });
    const client = await opened(b, a);
    expect(await client.send(plainAuth('alice', 'a'))).toMatch(failure('not-authorized'));
    expect(await client.send(plainAuth('alice', 'b', 'alice@a.test'))).toMatch(failure('invalid-authzid'));
    expect(await client.send(plainAuth('alice', 'b'))).toBe(SUCCESS);
    expect(client.stream.user?.key).toBe('alice@b.test');
  });
});

describe('a failure', () => {
  it.each([
    'ANONYMOUS',
    'DIGEST-MD5',
    'EXTERNAL',
    'LOGIN',
    'CRAM-MD5',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-512',
    'plain',
    '',
    'toString',
  ])('S32: mechanism %j', async (name) => {
    expect(await (await opened()).send(auth(name, base64('\0alice\0a')))).toMatch(failure('invalid-mechanism'));
  });

  it('S32: a mechanism the host does not offer', async () => {
    const client = await opened(loginHost('a.test', { mechanisms: () => [] }));
    expect(client.stream.state).toBe('closed'); // a host without mechanisms says so
    const late = loginHost();
    const other = await opened(late);
    late.list[0] = loginHost('a.test', { mechanisms: () => [] }).features()[0] ?? bindFeature;
    expect(await other.send(plainAuth('alice', 'a'))).toMatch(failure('invalid-mechanism'));
  });

  it('without mechanism', async () => {
    expect(await (await opened()).send(`<auth ${NS}>AAAA</auth>`)).toMatch(failure('invalid-mechanism'));
  });

  it('S22: encryption is required', async () => {
    const host = loginHost();
    const strict = await opened(host);
    host.list[0] = loginHost('a.test', { requireEncryption: true }).features()[0] ?? bindFeature;
    expect(await strict.send(plainAuth('alice', 'a'))).toMatch(failure('encryption-required'));
    expect(await strict.send(auth('SCRAM-SHA-1', base64('n,,n=alice,r=x')))).toMatch(failure('encryption-required'));
    expect(await strict.send(auth('ANONYMOUS', ''))).toMatch(failure('encryption-required'));
    const noPlain = await opened(loginHost('a.test', { allowUnencryptedPlain: false }));
    expect(await noPlain.send(plainAuth('alice', 'a'))).toMatch(failure('encryption-required'));
    expect(await noPlain.send(auth('SCRAM-SHA-1', base64('n,,n=alice,r=x')))).toMatch(/^<challenge /);
  });

  it.each([
    'AGFsaWNlAGE',
    ' AGFsaWNlAGE=',
    'AGFsaWNlAGE=\n',
    'AGFs aWNlAGE=',
    '====',
    '==',
    'A',
    'AGFsaWNlAGF=',
    'AGFsaWNlAG-_',
    'AGFsaWNlAGE=AAAA',
    '\u00e4',
    'AGFsaWNlAGE==',
    'x'.repeat(7001),
  ])('S34: base64 like %j', async (text) => {
    const client = await opened();
    expect(await client.send(auth('PLAIN', text))).toMatch(failure('incorrect-encoding'));
    await client.send(auth('PLAIN', ''));
    expect(await client.send(response(text))).toMatch(failure('incorrect-encoding'));
    expect(await client.send(plainAuth('alice', 'a'))).toBe(SUCCESS);
  });

  it('is temporary where the backend breaks, and is reported', async () => {
    const store = new TestStore({});
    store.gate = Promise.reject(new Error('disk on fire'));
    store.gate.catch(() => undefined);
    const client = await opened(loginHost('a.test', { store }));
    expect(await client.send(plainAuth('alice', 'a'))).toMatch(failure('temporary-auth-failure'));
    expect(outcomes).toEqual(['!Error: disk on fire', '-temporary-auth-failure']);
  });

  it('closes the stream the fifth time (RFC 6120 §6.4.5)', async () => {
    const client = await opened();
    for (let i = 0; i < 4; i++) {
      expect(await client.send(plainAuth('alice', 'wrong'))).toMatch(failure('not-authorized'));
    }
    expect(await client.send(plainAuth('alice', 'wrong') + plainAuth('alice', 'a'))).toMatch(
      /^<failure .*<\/failure><stream:error><policy-violation .*<\/stream:error><\/stream:stream>$/,
    );
    expect(client.stream.user).toBeUndefined();
  });

  it('counts exchanges that were not finished, and sends nothing after the end', async () => {
    const client = await opened();
    for (let i = 0; i < 5; i++) {
      expect(await client.send(auth('SCRAM-SHA-1', base64('n,,n=alice,r=abc')))).toMatch(/^<challenge /);
    }
    expect(await client.send(plainAuth('alice', 'x'))).toMatch(/^<stream:error><policy-violation .*<\/stream:stream>$/);
    expect(outcomes).toEqual(new Array(5).fill('-aborted')); // nobody was asked about the password
  });

  it('counts aborted and malformed attempts as well', async () => {
    const client = await opened();
    for (let i = 0; i < 4; i++) await client.send(i % 2 === 0 ? `<abort ${NS}/>` : response('='));
    expect(await client.send(`<abort ${NS}/>`)).toContain('<policy-violation ');
  });

  it('says the same to an unknown user and to a wrong password (S28)', async () => {
    const client = await opened();
    expect(await client.send(plainAuth('nobody', 'a'))).toBe(await client.send(plainAuth('alice', 'x')));
  });
});

describe('while the backend is asked', () => {
  it('nobody is authenticated once the stream is closed', async () => {
    const store = new TestStore({ alice: 'a' });
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const client = await opened(loginHost('a.test', { store }));
    const sending = client.send(plainAuth('alice', 'a'));
    client.stream.timeout();
    const answer = client.take();
    resolve();
    expect(await sending).toBe('');
    expect(answer).toContain('<connection-timeout ');
    expect(client.stream.user).toBeUndefined();
    expect(outcomes).toEqual([]);
  });

  it('a failure after the end is silent, but counts', async () => {
    const store = new TestStore({});
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const client = await opened(loginHost('a.test', { store }));
    const sending = client.send(plainAuth('alice', 'a'));
    client.stream.eof();
    client.take();
    resolve();
    expect(await sending).toBe('');
    expect(outcomes).toEqual(['-not-authorized']);
  });
});
