import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ArchiveWrite } from '../effects.ts';
import { packWrites, unpackAppends, unpackContents } from './packed-writes.ts';
import type { PackedAppends } from './packed-writes.ts';

const of = { store: fc.nat(3), owner: fc.string() };
const maybe = fc.option(fc.string(), { nil: undefined });
const entry = fc.record({
  when: fc.nat(),
  with: fc.string(),
  resource: maybe,
  stanza: fc.constantFrom('<a/>', '<b/>'),
  text: maybe,
  id: maybe,
  dedupe: maybe,
});
const write: fc.Arbitrary<ArchiveWrite> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), ...of, entry }) },
  fc.record({ kind: fc.constant('clear' as const), ...of }),
  fc.record({ kind: fc.constant('purge' as const), host: fc.string(), owner: fc.string() }),
);

test('what was packed comes out as it was, in its order, also from another thread', () => {
  fc.assert(
    fc.property(fc.array(write), (writes) => {
      const packed = structuredClone(packWrites(writes));
      expect(packed.flatMap((one) => (one.kind === 'appends' ? unpack(one) : one))).toEqual(writes);
    }),
  );
});

function unpack({ appends, contents }: PackedAppends): ArchiveWrite[] {
  const rest = unpackContents(contents);
  return unpackAppends(appends).map(({ store, owner, when, dedupe }, i) => {
    const content = rest[i];
    if (content === undefined) throw new Error('one has no content');
    return { kind: 'append', store, owner, entry: { when, dedupe, id: undefined, ...content } };
  });
}
