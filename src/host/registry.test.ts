import { expect, test } from 'vitest';
import { Registry } from './registry.ts';

test('nothing takes effect before activate, everything goes in reverse order at deactivate', () => {
  const trace: string[] = [];
  const registry = new Registry();
  for (const name of ['a', 'b', 'c']) {
    registry.add(() => {
      trace.push(`+${name}`);
      return () => trace.push(`-${name}`);
    });
  }
  expect(trace).toEqual([]);
  registry.activate();
  expect(registry.size).toBe(3);
  registry.deactivate();
  expect(trace).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  expect(registry.size).toBe(0);
});

test('a registration that fails undoes those before it', () => {
  const trace: string[] = [];
  const registry = new Registry();
  registry.add(() => {
    trace.push('+a');
    return () => trace.push('-a');
  });
  registry.add(() => {
    throw new Error('taken');
  });
  expect(() => registry.activate()).toThrow('taken');
  expect(trace).toEqual(['+a', '-a']);
});

test('can be activated again, which is how a failed reload goes back', () => {
  let active = 0;
  const registry = new Registry();
  registry.add(() => {
    active++;
    return () => active--;
  });
  registry.activate();
  registry.deactivate();
  registry.activate();
  expect(active).toBe(1);
});

test('one undo that throws does not keep the others from running', () => {
  const trace: string[] = [];
  const registry = new Registry();
  registry.add(() => () => trace.push('-a'));
  registry.add(() => () => {
    throw new Error('stuck');
  });
  registry.activate();
  expect(() => registry.deactivate()).toThrow(AggregateError);
  expect(trace).toEqual(['-a']);
});

test('what passes by itself is forgotten, what has not passed is taken back', () => {
  const trace: string[] = [];
  const registry = new Registry();
  const gone = (): void => void trace.push('gone');
  const open = (): void => void trace.push('open');
  registry.own(gone);
  registry.own(open);
  registry.forget(gone);
  registry.deactivate();
  expect(trace).toEqual(['open']);
});
