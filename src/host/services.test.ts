import { expect, test } from 'vitest';
import { Contributions, list } from './contributions.ts';
import { Services, service } from './services.ts';

const Clock = service<{ now(): number }>('clock');

test('a service is found under a key of the same name, once, and gone when withdrawn', () => {
  const services = new Services();
  const withdraw = services.provide(Clock, { now: () => 7 });
  expect(services.find(service<{ now(): number }>('clock'))?.now()).toBe(7);
  expect(() => services.provide(Clock, { now: () => 8 })).toThrow('"clock" is provided already');
  withdraw();
  expect(services.find(Clock)).toBeUndefined();
  expect(services.has(Clock)).toBe(false);
});

test('a host sees the services of the server, its own first', () => {
  const server = new Services();
  const host = new Services(server);
  server.provide(Clock, { now: () => 1 });
  expect(host.find(Clock)?.now()).toBe(1);
  host.provide(Clock, { now: () => 2 });
  expect(host.find(Clock)?.now()).toBe(2);
  expect(server.find(Clock)?.now()).toBe(1);
});

test('watchers see what is there, what comes and what goes', () => {
  const Ports = list<number>('ports');
  const contributions = new Contributions();
  const takeBack = contributions.add(Ports, 1);
  const trace: string[] = [];
  const stop = contributions.watch(
    Ports,
    (port) => trace.push(`+${port}`),
    (port) => trace.push(`-${port}`),
  );
  contributions.add(Ports, 2);
  takeBack();
  takeBack();
  stop();
  contributions.add(Ports, 3);
  expect(trace).toEqual(['+1', '+2', '-1']);
  expect([...contributions.items(Ports)]).toEqual([2, 3]);
});
