import { expect, test } from 'vitest';
import { MemoryLog } from '../../test/support/world.ts';
import { ConfigError } from '../config/config-error.ts';
import type { NetListener } from '../net/interface.ts';
import { Listeners } from './listeners.ts';

class FakeListener implements NetListener {
  readonly addresses = ['127.0.0.1:1'];
  readonly trace: string[];

  constructor(trace: string[]) {
    this.trace = trace;
    trace.push('open');
  }

  close(): Promise<void> {
    this.trace.push('close');
    return Promise.resolve();
  }

  drained(): Promise<void> {
    this.trace.push('drained');
    return Promise.resolve();
  }
}

test('nothing is opened before the start; a service is opened once for all its users and closed with the last', async () => {
  const listeners = new Listeners(new MemoryLog());
  const trace: string[] = [];
  const open = (): Promise<NetListener> => Promise.resolve(new FakeListener(trace));
  const first = await listeners.use('c2s', 'a.example', open);
  const second = await listeners.use('c2s', 'b.example', open);
  expect([trace, await listeners.addresses('c2s')]).toEqual([[], []]);
  await listeners.start();
  expect([trace, await listeners.addresses('c2s')]).toEqual([['open'], ['127.0.0.1:1']]);
  first();
  expect(trace).toEqual(['open']);
  second();
  await new Promise(setImmediate);
  expect([trace, await listeners.addresses('c2s')]).toEqual([['open', 'close'], []]);
});

test('after the start a service is opened at once; one that cannot be is an error and may be tried again', async () => {
  const listeners = new Listeners(new MemoryLog());
  await listeners.start();
  const trace: string[] = [];
  await expect(listeners.use('c2s', 'a.example', () => Promise.reject(new Error('port taken')))).rejects.toThrow(
    ConfigError,
  );
  await expect(listeners.use('c2s', 'a.example', () => Promise.reject(new Error('port taken')))).rejects.toThrow(
    'c2s: port taken',
  );
  await listeners.use('c2s', 'a.example', () => Promise.resolve(new FakeListener(trace)));
  await listeners.close();
  await listeners.drained();
  expect(trace).toEqual(['open', 'close', 'drained']);
});

test('a service is as its first owner wants it, and as that one wanted it last; a change that fails changes nothing', async () => {
  const listeners = new Listeners(new MemoryLog());
  const trace: string[] = [];
  const opened = (name: string) => (present: NetListener | undefined) => {
    trace.push(`${name} ${present === undefined ? 'opens' : 'changes'}`);
    return Promise.resolve(present ?? new FakeListener([]));
  };
  await listeners.start();
  const first = await listeners.use('c2s', 'a.example', opened('a1'));
  const other = await listeners.use('c2s', 'b.example', opened('b1'));
  const second = await listeners.use('c2s', 'a.example', opened('a2'));
  first();
  await expect(listeners.use('c2s', 'a.example', () => Promise.reject(new Error('port taken')))).rejects.toThrow(
    'c2s: port taken',
  );
  expect(trace).toEqual(['a1 opens', 'a2 changes']);
  second();
  await new Promise(setImmediate);
  expect(trace).toEqual(['a1 opens', 'a2 changes', 'b1 changes']);
  other();
});
