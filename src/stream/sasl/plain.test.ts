import { describe, expect, it } from 'vitest';
import { outcome, TestStore } from '../../../test/support/stream/credentials.ts';
import { plain } from './plain.ts';

function login(
  message: string | Buffer,
  store = new TestStore({ a: 'pw', victim: 'other', ä: 'pässwörd', gone: '' }),
): Promise<string> {
  return outcome(
    plain.begin({ domain: 's.test', store, binding: undefined, certified: [] }).step(Buffer.from(message)),
  );
}

describe('PLAIN', () => {
  const rows: [string | Buffer, string][] = [
    ['\0a\0pw', 'success a@s.test'],
    ['\0A\0pw', 'success a@s.test'],
    ['\0ä\0pässwörd', 'success ä@s.test'],
    ['\0Ä\0pässwörd', 'success ä@s.test'],
    ['a@s.test\0a\0pw', 'success a@s.test'],
    ['A@S.test\0a\0pw', 'success a@s.test'],
    ['a@s.test.\0a\0pw', 'success a@s.test'],
    ['victim@s.test\0a\0pw', 'invalid-authzid'],
    ['victim\0a\0pw', 'invalid-authzid'],
    ['a\0a\0pw', 'invalid-authzid'],
    ['s.test\0a\0pw', 'invalid-authzid'],
    ['a@s.test/x\0a\0pw', 'invalid-authzid'],
    ['a@other.test\0a\0pw', 'invalid-authzid'],
    ['a@b@c\0a\0pw', 'invalid-authzid'],
    ['@s.test\0a\0pw', 'invalid-authzid'],
    [' a@s.test\0a\0pw', 'invalid-authzid'],
    ['\0a@s.test\0pw', 'not-authorized'],
    ['a@s.test\0a@s.test\0pw', 'not-authorized'],
    ['\0victim\0pw', 'not-authorized'],
    ['victim@s.test\0victim\0pw', 'not-authorized'],
    ['\0a\0PW', 'not-authorized'],
    ['\0nobody\0pw', 'not-authorized'],
    ['\0gone\0pw', 'account-disabled'],
    ['\0a b\0pw', 'not-authorized'],
    ['\0\0pw', 'malformed-request'],
    ['\0a\0', 'malformed-request'],
    ['\0\0', 'malformed-request'],
    ['a\0\0pw', 'malformed-request'],
    ['\0a', 'malformed-request'],
    ['a', 'malformed-request'],
    ['', 'malformed-request'],
    ['\0', 'malformed-request'],
    ['\0a\0pw\0', 'malformed-request'],
    ['\0a\0pw\0x', 'malformed-request'],
    ['a@s.test\0victim\0a\0pw', 'malformed-request'],
    [Buffer.from('00610070c080', 'hex'), 'malformed-request'],
    [Buffer.from('c08000610070', 'hex'), 'malformed-request'],
    [Buffer.from('00c1a1007077', 'hex'), 'malformed-request'],
  ];
  it.each(rows)('S27: %j', async (message, wanted) => {
    expect(await login(message)).toBe(wanted);
  });

  it('asks for the message if there was no initial response', async () => {
    const exchange = plain.begin({
      domain: 's.test',
      store: new TestStore({ a: 'pw' }),
      binding: undefined,
      certified: [],
    });
    expect(await outcome(exchange.step(undefined))).toBe('challenge ');
    expect(await outcome(exchange.step(Buffer.from('\0a\0pw')))).toBe('success a@s.test');
  });

  it('S36: a password has at most 1023 bytes; nobody is asked about a longer one', async () => {
    const most = 'ä'.repeat(511) + 'x';
    const store = new TestStore({ a: most, b: `${most}x` });
    expect(await login(`\0a\0${most}`, store)).toBe('success a@s.test');
    expect(await login(`\0b\0${most}x`, store)).toBe('malformed-request');
    expect(await login(`\0b\0${'x'.repeat(1_000_000)}`, store)).toBe('malformed-request');
    expect(store.asked).toHaveLength(1);
  });

  it('asks for the canonical name, and for the password as it is', async () => {
    const store = new TestStore({});
    await login('\0ADMIN\0PaSs', store);
    expect(store.asked).toEqual(['admin:PaSs']);
  });
});
