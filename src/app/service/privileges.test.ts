import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../config/config-error.ts';
import { accountToBecome, idsOf, makeFolderFor, ownerOf } from './privileges.ts';

const NOBODY = { user: 65_534, group: 65_533 };

test('root becomes the account that is named, and nobody else becomes anybody', () => {
  expect(accountToBecome({ uid: 0, account: NOBODY, mayStay: false })).toBe(NOBODY);
  expect(accountToBecome({ uid: 1000, account: NOBODY, mayStay: false })).toBeUndefined();
  expect(accountToBecome({ uid: undefined, account: NOBODY, mayStay: false })).toBeUndefined();
});

test('root is refused unless somebody said that it may stay', () => {
  for (const account of [undefined, { user: 0, group: 0 }, { user: 'root', group: 'root' }]) {
    expect(() => accountToBecome({ uid: 0, account, mayStay: false })).toThrow(ConfigError);
    expect(() => accountToBecome({ uid: 0, account, mayStay: false })).toThrow(
      'start it as another user, or name one with prosody_user (in a container also PUID); --root or run_as_root lets it be root',
    );
    expect(accountToBecome({ uid: 0, account, mayStay: true })).toBeUndefined();
  }
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  test('numbers stand for themselves, names for what the system says; then it is root again', () => {
    expect(idsOf(NOBODY)).toEqual({ uid: 65_534, gid: 65_533 });
    expect(idsOf({ user: 'nobody', group: 'root' })).toEqual({ uid: 65_534, gid: 0 });
    for (const [user, group] of [
      ['no-such-user', 'root'],
      ['nobody', 'no-such-group'],
    ] as const) {
      expect(() => idsOf({ user, group })).toThrow(`root cannot become ${user}:${group} (prosody_user, prosody_group)`);
    }
    expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
  });

  test('what is given up is gone: user, groups, and the way back', () => {
    const module = new URL('./privileges.ts', import.meta.url).href;
    for (const account of [NOBODY, { user: 'nobody', group: 65_533 }]) {
      const script = `
        const { become } = await import(${JSON.stringify(module)});
        process.setgroups([0, 4, 42]);
        become(${JSON.stringify(account)});
        let back = 'no way back';
        for (const id of ['setuid', 'seteuid', 'setgid', 'setegid']) try { process[id](0); back = id; } catch {}
        console.log([process.getuid(), process.geteuid(), process.getgid(), process.getgroups().includes(42), back].join());`;
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
      expect(said.trim()).toBe('65534,65534,65533,false,no way back');
    }
  });

  test('a folder that is made belongs to the account; one that is there stays whose it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-rights-'));
    const data = join(folder, 'a/data');
    makeFolderFor(data, NOBODY);
    expect([ownerOf(join(folder, 'a')), ownerOf(data)]).toEqual([NOBODY, NOBODY]);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    makeFolderFor(folder, NOBODY);
    expect(ownerOf(folder)).toEqual({ user: 0, group: 0 });
    expect(ownerOf(join(folder, 'none'))).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
