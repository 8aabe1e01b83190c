import { expect, test } from 'vitest';
import { MODULE_NAMES, expandModules, findModule } from './modules.ts';
import { modulesOf } from './profile.ts';

test('register stands for the modules it is made of, which there are', async () => {
  const names = expandModules(['ping', 'register', 'time']);
  expect(names).toEqual(['ping', 'register_ibr', 'user_account_management', 'time']);
  for (const name of names) expect((await findModule(name))?.name).toBe(name);
  expect(MODULE_NAMES).not.toContain('register');
});

test('it can be enabled and disabled under that name, and in part', () => {
  const choice = { everywhere: ['register'], here: [], disabled: [] };
  expect(modulesOf(choice)).toEqual(expect.arrayContaining(['register_ibr', 'user_account_management']));
  expect(modulesOf(choice)).not.toContain('register');
  const off = modulesOf({ ...choice, everywhere: ['register_ibr', 'ping'], disabled: ['register'] });
  expect(off).toContain('ping');
  expect(off).not.toContain('register_ibr');
  expect(modulesOf({ ...choice, disabled: ['register_ibr'] })).toContain('user_account_management');
});

test('administration from a client brings the commands that it is made of', () => {
  const choice = { everywhere: ['admin_adhoc'], here: [], disabled: [] };
  expect(modulesOf(choice)).toContain('adhoc');
  expect(modulesOf({ ...choice, disabled: ['adhoc'] })).not.toContain('adhoc');
  expect(modulesOf({ ...choice, disabled: ['admin_adhoc'] })).not.toContain('adhoc');
});
