import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { World } from '../../test/support/world.ts';
import { openControlSocket, type ControlSocket } from './control-socket.ts';

/** `nobody` on most systems. */
const SOMEBODY_ELSE = 65_534;

let folder: string;
let path: string;
let world: World;
let control: ControlSocket;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-control-'));
  chmodSync(folder, 0o755);
  path = join(folder, 'socket');
  world = await World.start({ hosts: [{ modules: ['auth_internal_hashed', 'admin_operations'] }] });
  control = await openControlSocket(world.server, path);
});

afterEach(async () => {
  await control.close();
  await world.stop();
  rmSync(folder, { recursive: true });
});

/** What is answered to a line. */
async function answer(socket: Socket, line: string): Promise<unknown> {
  socket.write(`${line}\n`);
  const [chunk]: unknown[] = await once(socket, 'data');
  return JSON.parse(String(chunk));
}

test('what is no request, no operation or no host of ours is refused, and the connection goes on', async () => {
  const socket = createConnection(path);
  const conditions: unknown[] = [];
  for (const request of [
    'nonsense',
    '{"id":1}',
    '{"id":1,"operation":"user.list","input":{},"face":"adhoc"}',
    '{"id":1,"operation":"user.nothing","input":{}}',
    '{"id":1,"operation":"user.list","host":"elsewhere","input":{}}',
    '{"id":1,"operation":"user.list","input":{"max":-1}}',
  ]) {
    conditions.push(await answer(socket, request));
  }
  expect(conditions.map((it) => JSON.stringify(it).match(/"condition":"([a-z-]+)"/)?.[1])).toEqual([
    'bad-request',
    'bad-request',
    'bad-request',
    'item-not-found',
    'item-not-found',
    'bad-request',
  ]);
  expect(await answer(socket, '{"id":7,"operation":"user.list","input":{}}')).toEqual({
    id: 7,
    result: { users: [], complete: true },
  });
  socket.destroy();
});

test.skipIf(process.getuid?.() !== 0)(
  'S86: another user of the machine cannot open it, whatever the operation',
  async () => {
    const program = `require('node:net').createConnection(process.argv[1])
    .on('connect', () => console.log('open')).on('error', (error) => console.log(error.code));`;
    const open = async (uid: number): Promise<string> => {
      // The program itself may lie where others may not look.
      const child = spawn('/bin/sh', ['-c', 'exec node -e "$0" "$1"', program, path], { uid, gid: uid, cwd: '/' });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        child.kill();
      });
      await once(child, 'close');
      return said.trim();
    };
    expect(await open(0)).toBe('open');
    expect(await open(SOMEBODY_ELSE)).not.toBe('open');
  },
);
