import { expect, test } from 'vitest';
import { ScramClient } from './scram-client.ts';

test('the names of users are escaped', () => {
  expect(new ScramClient('SCRAM-SHA-1', 'a=b,c', 'x').first()).toMatch(/^n,,n=a=3Db=2Cc,r=[A-Za-z0-9+/]{24}$/);
});

test.each(['r=other,s=QSXCR+Q6sek8bf92,i=4096', 's=QSXCR+Q6sek8bf92,i=4096', ''])(
  '%s is no answer to our nonce',
  (challenge) => {
    expect(() => new ScramClient('SCRAM-SHA-1', 'user', 'pencil').final(challenge)).toThrow('not our nonce');
  },
);

test('a signature of somebody who does not know the password is refused', () => {
  const client = new ScramClient('SCRAM-SHA-256', 'user', 'pencil');
  const nonce = client.first().slice(client.first().indexOf('r=') + 2);
  client.final(`r=${nonce}x,s=QSXCR+Q6sek8bf92,i=1`);
  expect(client.verify(`v=${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  expect(client.verify('v=')).toBe(false);
  expect(client.verify('e=other-error')).toBe(false);
});
