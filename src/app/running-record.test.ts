import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findRecords, leaveRecord, makeRecordFolder } from './running-record.ts';

const uid = process.getuid?.() ?? 0;
/** `nobody` on most systems. */
const SOMEBODY_ELSE = 65_534;

let base: string;
let machine: string;
let config: string;
let socket: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'couplet-record-'));
  machine = join(base, 'machine');
  config = join(base, 'couplet.yaml');
  socket = join(base, 'socket');
  writeFileSync(config, '');
  writeFileSync(socket, '');
  vi.stubEnv('COUPLET_RUN_DIRECTORY', machine);
  vi.stubEnv('XDG_RUNTIME_DIR', undefined);
  vi.stubEnv('TMPDIR', base);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true });
});

const mine = (): string => join(base, `couplet-${uid}`);
const record = () => ({ config, socket, pid: process.pid });

test('what a server leaves is found by its configuration, and gone once it has stopped', () => {
  const forget = leaveRecord(config, socket);
  expect(findRecords(config)).toEqual([record()]);
  expect(findRecords(`${config}x`)).toEqual([]);
  forget();
  expect(findRecords(config)).toEqual([]);
  expect(readdirSync(mine())).toEqual([]);
});

test('the folder of the machine is first, then that of the session, then the temporary one', () => {
  leaveRecord(config, socket);
  expect(readdirSync(mine())).toHaveLength(1);
  const session = join(base, 'session');
  mkdirSync(session);
  vi.stubEnv('XDG_RUNTIME_DIR', session);
  leaveRecord(`${config}2`, socket);
  expect(readdirSync(join(session, 'couplet'))).toHaveLength(1);
  mkdirSync(machine, { mode: 0o755 });
  leaveRecord(`${config}3`, socket);
  expect(readdirSync(machine)).toHaveLength(1);
  for (const path of [config, `${config}2`, `${config}3`]) expect(findRecords(path), path).toHaveLength(1);
});

test('servers with one configuration are told apart by their sockets; those that were killed are swept out', async () => {
  leaveRecord(config, socket);
  const other = join(base, 'other');
  writeFileSync(other, '');
  leaveRecord(config, other);
  expect(findRecords(config).map((it) => it.socket)).toEqual(expect.arrayContaining([socket, other]));
  const [first = ''] = readdirSync(mine());
  const gone = spawn('true');
  await new Promise((resolve) => gone.once('exit', resolve));
  writeFileSync(join(mine(), first), JSON.stringify({ ...record(), pid: gone.pid }));
  leaveRecord(`${config}2`, socket);
  expect(readdirSync(mine())).not.toContain(first);
  expect(readdirSync(mine())).toHaveLength(2);
});

describe('a record that somebody else may have written is not believed:', () => {
  let path: string;
  beforeEach(() => {
    leaveRecord(config, socket);
    path = join(mine(), readdirSync(mine())[0] ?? '');
    expect(findRecords(config)).toHaveLength(1);
  });

  test('in a folder, or a file, that others may write to', () => {
    chmodSync(mine(), 0o770);
    expect(findRecords(config)).toEqual([]);
    chmodSync(mine(), 0o700);
    chmodSync(path, 0o602);
    expect(findRecords(config)).toEqual([]);
  });

  test('behind a link, or of another configuration', () => {
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
    expect(findRecords(config)).toEqual([]);
    rmSync(path);
    linkSync(`${path}.real`, path);
    expect(findRecords(config)).toHaveLength(1);
    renameSync(mine(), `${mine()}.real`);
    symlinkSync(`${mine()}.real`, mine());
    expect(findRecords(config)).toEqual([]);
    expect(() => leaveRecord(config, socket)).not.toThrow();
    rmSync(mine());
    renameSync(`${mine()}.real`, mine());
    writeFileSync(path, JSON.stringify({ ...record(), config: '/etc/other.yaml' }));
    expect(findRecords(config)).toEqual([]);
    writeFileSync(path, 'nonsense');
    expect(findRecords(config)).toEqual([]);
  });

  test('of a server whose socket is gone', () => {
    rmSync(socket);
    expect(findRecords(config)).toEqual([]);
  });

  test.runIf(uid === 0)('owned by somebody else, folder, file or socket', () => {
    for (const owned of [mine(), path, socket]) {
      chownSync(owned, SOMEBODY_ELSE, SOMEBODY_ELSE);
      expect(findRecords(config), owned).toEqual([]);
      chownSync(owned, 0, 0);
    }
    // All of it: somebody else's server, for the configuration of root.
    for (const owned of [mine(), path, socket]) chownSync(owned, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(findRecords(config)).toEqual([]);
    renameSync(mine(), join(base, `couplet-${SOMEBODY_ELSE}`));
    expect(findRecords(config)).toEqual([]);
    // The configuration is theirs: they decide anyway.
    chownSync(config, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(findRecords(config)).toHaveLength(1);
  });
});

test.runIf(uid === 0)(
  'root makes a folder for the account that it becomes, and believes what that leaves there',
  () => {
    makeRecordFolder({ user: SOMEBODY_ELSE, group: SOMEBODY_ELSE });
    expect(existsSync(machine)).toBe(true);
    expect(() => leaveRecord(config, socket)).not.toThrow();
    expect(readdirSync(machine)).toEqual([]); // not root's own
    expect(readdirSync(mine())).toHaveLength(1);
    const [name = ''] = readdirSync(mine());
    renameSync(join(mine(), name), join(machine, name));
    for (const owned of [join(machine, name), socket]) chownSync(owned, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(findRecords(config)).toEqual([record()]);
  },
);
