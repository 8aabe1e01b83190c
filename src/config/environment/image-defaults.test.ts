import { expect, test } from 'vitest';
import { imageDefaults } from './image-defaults.ts';

const container = { COUPLET_CONTAINER: '1', DOMAIN: '$&.example' };

test('what the start script of an image sets is there in a container whose host DOMAIN names', () => {
  expect(imageDefaults(container).get('DOMAIN_MUC')).toBe('conference.$&.example');
  expect(imageDefaults(container).get('SERVER_CONTACT_INFO_ABUSE')).toBe('xmpp:abuse@$&.example');
  expect(imageDefaults(container).get('E2E_POLICY_WHITELIST')).toBe('');
  expect(imageDefaults(container).get('DB_DRIVER')).toBe('SQLite3');
  expect(imageDefaults(container).get('DB_PASSWORD')).toBeUndefined();
});

test('it opens no registration, and means nothing elsewhere', () => {
  expect(imageDefaults(container).get('ALLOW_REGISTRATION')).toBeUndefined();
  expect(imageDefaults({ DOMAIN: 'a.example' }).get('DOMAIN_MUC')).toBeUndefined();
  expect(imageDefaults({ COUPLET_CONTAINER: '1' }).get('DOMAIN_MUC')).toBeUndefined();
});
