import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadOrder } from './load-order.ts';
import { defineModule, type ModuleDefinition } from './module.ts';
import { service, type ServiceKey } from './services.ts';

const A = service<number>('a');
const B = service<number>('b');

function named(
  name: string,
  keys: { [K in 'provides' | 'needs' | 'wants']?: ServiceKey<unknown>[] },
): ModuleDefinition {
  return defineModule({
    name,
    summary: name,
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup: () => undefined,
    ...keys,
  });
}
const names = (definitions: readonly ModuleDefinition[]): string[] => definitions.map((definition) => definition.name);
const nothing = (): boolean => false;

test('providers come before those that need or want them, the rest stays as given', () => {
  const order = loadOrder(
    [
      named('user', { needs: [B] }),
      named('plain', {}),
      named('b', { provides: [B], wants: [A] }),
      named('a', { provides: [A] }),
    ],
    nothing,
  );
  expect(names(order)).toEqual(['a', 'b', 'user', 'plain']);
});

test('a need that nobody meets is an error, a want is not', () => {
  expect(() => loadOrder([named('user', { needs: [A] })], nothing)).toThrow(
    'module user needs a, which no module provides',
  );
  expect(names(loadOrder([named('user', { wants: [A] })], nothing))).toEqual(['user']);
  expect(names(loadOrder([named('user', { needs: [A] })], (key) => key.name === 'a'))).toEqual(['user']);
});

test('a circle of needs is an error that shows the path; one closed by a want is not', () => {
  const circle = [named('x', { provides: [A], needs: [B] }), named('y', { provides: [B], needs: [A] })];
  expect(() => loadOrder(circle, nothing)).toThrow('x → y → x');
  const soft = [named('x', { provides: [A], wants: [B] }), named('y', { provides: [B], needs: [A] })];
  expect(names(loadOrder(soft, nothing))).toEqual(['x', 'y']);
});
