import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClusterBackend, ConflictPolicy, Entry } from '../backend.ts';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

const BARES = ['a@example.org', '__proto__'];
const RESOURCES = ['r1', 'r2', 'r3', 'r4'];
const MAX = 3;

/** Session ids are numbers here; `at` says which node acts. */
type Step =
  | { do: 'bind'; at: number; bare: string; resource: string; policy: ConflictPolicy; sid: number; priority: number }
  | { do: 'update'; at: number; bare: string; sid: number; priority: number; flags: number }
  | { do: 'swap'; at: number; bare: string; sid: number; next: number; priority: number }
  | { do: 'unbind'; at: number; bare: string; sid: number };

const at = fc.nat({ max: 1 });
const bare = fc.constantFrom(...BARES);
const sid = fc.nat({ max: 9 });
const priority = fc.integer({ min: -128, max: 127 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('bind'),
      at,
      bare,
      sid,
      priority,
      resource: fc.constantFrom(...RESOURCES),
      policy: fc.constantFrom<ConflictPolicy[]>('replace', 'reject'),
    }),
  },
  fc.record({ do: fc.constant('update'), at, bare, sid, priority, flags: fc.nat({ max: 31 }) }),
  fc.record({ do: fc.constant('swap'), at, bare, sid, next: sid, priority }),
  fc.record({ do: fc.constant('unbind'), at, bare, sid }),
);

type Known = Pick<Entry, 'sid' | 'node' | 'priority' | 'flags'>;

/** The registry as one would write it down: account → resource → session. */
class Model {
  readonly accounts = new Map<string, Map<string, Known>>(BARES.map((name) => [name, new Map<string, Known>()]));

  /** What the step must answer; the model then stands as after it. */
  expect(step: Step, node: string): unknown {
    const account = this.accounts.get(step.bare) ?? new Map<string, Known>();
    const sid = String(step.sid);
    const where = resourceOf(account, sid);
    switch (step.do) {
      case 'bind': {
        const taken = account.get(step.resource);
        if (where === step.resource) return { ok: true, replaced: undefined };
        if (where !== undefined || (taken !== undefined && step.policy === 'reject'))
          return { ok: false, reason: 'conflict' };
        if (taken === undefined && account.size === MAX) return { ok: false, reason: 'limit' };
        account.set(step.resource, { sid, node, priority: step.priority, flags: 0 });
        return { ok: true, replaced: taken?.sid };
      }
      case 'update': {
        const old = where === undefined ? undefined : account.get(where);
        if (where === undefined || old === undefined) return false;
        account.set(where, { ...old, priority: step.priority, flags: step.flags });
        return true;
      }
      case 'swap': {
        const next = String(step.next);
        const other = resourceOf(account, next);
        if (where === undefined || (other !== undefined && other !== where)) return false;
        account.set(where, { sid: next, node, priority: step.priority, flags: 0 });
        return true;
      }
      case 'unbind':
        return where !== undefined && account.delete(where);
    }
  }
}

function resourceOf(account: ReadonlyMap<string, Known>, sid: string): string | undefined {
  for (const [resource, known] of account) if (known.sid === sid) return resource;
  return undefined;
}

async function perform(node: ClusterBackend, step: Step): Promise<unknown> {
  const sid = String(step.sid);
  switch (step.do) {
    case 'bind': {
      const { resource, priority } = step;
      const result = await node.bind(step.bare, { sid, resource, priority, flags: 0 }, step.policy, MAX);
      return result.ok ? { ok: true, replaced: result.replaced?.sid } : result;
    }
    case 'update':
      return node.update(step.bare, sid, step.priority, step.flags);
    case 'swap':
      return node.swap(step.bare, sid, { sid: String(step.next), priority: step.priority, flags: 0 });
    case 'unbind':
      return node.unbind(step.bare, sid);
  }
}

function byResource(entries: readonly Entry[]): Map<string, Known> {
  return new Map(
    entries.map(({ resource, sid: id, node, priority: prio, flags }) => [
      resource,
      { sid: id, node, priority: prio, flags },
    ]),
  );
}

/** The registry under random sequences and under steps that overlap. */
export function registryPropertyConformance(start: StartCluster, runs: number): void {
  it('does what a plain model does, step by step, seen from both nodes', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) =>
        withCluster(start, ['a', 'b'], async (_, a, b) => {
          const model = new Model();
          const versions = new Map<string, number>();
          for (const next of steps) {
            const node = next.at === 0 ? a : b;
            const expected = model.expect(next, node.self);
            expect(await perform(node, next)).toEqual(expected);
            for (const reader of [a, b]) {
              const entries = await reader.lookup(next.bare);
              expect(byResource(entries)).toEqual(model.accounts.get(next.bare));
              expect(entries).toHaveLength(model.accounts.get(next.bare)?.size ?? -1);
              for (const { resource, version } of entries) {
                const key = `${resource} ${next.bare}`;
                expect(version).toBeGreaterThanOrEqual(versions.get(key) ?? 0);
                versions.set(key, version);
              }
            }
          }
        }),
      ),
      { numRuns: runs },
    ));

  it('loses and doubles no session when steps overlap', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) =>
        withCluster(start, ['a', 'b'], async (_, a, b) => {
          const account = BARES[0] ?? '';
          const begun = new Set<string>();
          const ended = new Set<string>();
          const end = (id: string): void => {
            expect(ended.has(id), `session ${id} ended twice`).toBe(false);
            ended.add(id);
          };
          await Promise.all(
            steps.map(async (next, i) => {
              const node = next.at === 0 ? a : b;
              // every session that begins has a new id; the other steps aim at one of these
              const fresh = `s${i}`;
              const target = `s${next.sid}`;
              if (next.do === 'bind') {
                const own = { sid: fresh, resource: next.resource, priority: 0, flags: 0 };
                const result = await node.bind(account, own, next.policy, MAX);
                if (result.ok) begun.add(fresh);
                if (result.ok && result.replaced !== undefined) end(result.replaced.sid);
              } else if (next.do === 'swap') {
                if (!(await node.swap(account, target, { sid: fresh, priority: 0, flags: 0 }))) return;
                begun.add(fresh);
                end(target);
              } else if (next.do === 'unbind') {
                if (await node.unbind(account, target)) end(target);
              } else await node.update(account, target, next.priority, next.flags);
            }),
          );
          const entries = await a.lookup(account);
          const left = entries.map((entry) => entry.sid).sort();
          expect(left).toEqual([...begun].filter((id) => !ended.has(id)).sort());
          expect(new Set(entries.map((entry) => entry.resource)).size).toBe(entries.length);
          expect(entries.length).toBeLessThanOrEqual(MAX);
          expect(await b.lookup(account)).toEqual(entries);
        }),
      ),
      { numRuns: runs },
    ));
}
