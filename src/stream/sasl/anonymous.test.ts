import { expect, it } from 'vitest';
import { outcome, TestStore } from '../../../test/support/stream/credentials.ts';
import { anonymous } from './anonymous.ts';

function login(trace: string | Buffer | undefined): Promise<string> {
  const store = new TestStore({});
  const exchange = anonymous.begin({ domain: 's.test', store, binding: undefined, certified: [] });
  return outcome(exchange.step(trace === undefined ? undefined : Buffer.from(trace)));
}

const GUEST = /^success [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@s\.test$/;

it.each([undefined, '', 'sirhc', 'admin@s.test', 'ä'.repeat(255)])(
  'lets everybody in, whatever they say: %j',
  async (trace) => {
    expect(await login(trace)).toMatch(GUEST);
  },
);

it('gives no name twice', async () => {
  const names = await Promise.all(Array.from({ length: 1000 }, () => login(undefined)));
  expect(new Set(names).size).toBe(1000);
});

it.each([
  ['that is too long', 'x'.repeat(256)],
  ['that is no text', Buffer.from([0xc3, 0x28])],
])('refuses trace information %s', async (_what, trace) => {
  expect(await login(trace)).toBe('malformed-request');
});
