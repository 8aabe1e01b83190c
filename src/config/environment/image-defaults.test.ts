import { expect, test } from 'vitest';
import { imageDefault } from './image-defaults.ts';

const container = { COUPLET_CONTAINER: '1', DOMAIN: '$&.example' };

test('what the start script of an image sets is there in a container whose host DOMAIN names', () => {
  expect(imageDefault(container, 'DOMAIN_MUC')).toBe('conference.$&.example');
  expect(imageDefault(container, 'SERVER_CONTACT_INFO_ABUSE')).toBe('xmpp:abuse@$&.example');
  expect(imageDefault(container, 'E2E_POLICY_WHITELIST')).toBe('');
  expect(imageDefault(container, 'DB_DRIVER')).toBe('SQLite3');
  expect(imageDefault(container, 'DB_PASSWORD')).toBeUndefined();
});

test('it opens no registration, and means nothing elsewhere', () => {
  expect(imageDefault(container, 'ALLOW_REGISTRATION')).toBeUndefined();
  expect(imageDefault({ DOMAIN: 'a.example' }, 'DOMAIN_MUC')).toBeUndefined();
  expect(imageDefault({ COUPLET_CONTAINER: '1' }, 'DOMAIN_MUC')).toBeUndefined();
});
