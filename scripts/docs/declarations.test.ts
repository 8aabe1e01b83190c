import { expect, test } from 'vitest';
import { augmentationsIn, declarationIn, importOf, type Source } from './declarations.ts';

const source = (text: string): Source => ({ path: 'src/x.ts', text });

const TEXT = `/** A file. */
import type { Unit } from '../storage/unit.ts';
import { el, type Element } from '../xml/element.ts';

/** Not this one. */
interface Other {
  readonly wrong: string;
}

/**
 * A note;
 * on two lines.
 *
 * @see elsewhere
 */
export interface Note extends Base, Other {
  /** Whose: { and ; do not matter. */
  readonly 'user/name': string;
  // A remark.
  text?: string;

  /**
   * Rights of the note.
   * @throws never
   */
  rights: {
    /** Not a member of the note. */
    readonly read: boolean;
  };
  kind:
    | 'long'
    | 'short';
  readonly done: (error: Error | undefined) => void;
  close(reason: string): Promise<void>;
}

/** Is not read any more. */
export interface Next {
  readonly wrong: string;
}

/** A class. */
export class Queue<T> implements Note {
  readonly size: number = 0;
  readonly #hidden: string;
  /** Not shown. */
  private secret: string;
  static readonly all = [];

  constructor(size: number) {
    this.size = size;
  }

  /** The first. */
  get first(): T | undefined {
    const text = \`not: a member;\`;
    return undefined;
  }

  async *#walk(): AsyncGenerator<T> {}

  /** Put it there. */
  add<K extends string>(item: T, key?: K): Map<K, T> {
    return new Map();
  }
}
`;

test('an interface: names, types and comments of its own members', () => {
  expect(declarationIn(source(TEXT), 'Note')).toEqual({
    name: 'Note',
    path: 'src/x.ts',
    doc: 'A note; on two lines.',
    bases: ['Base', 'Other'],
    members: [
      { name: 'user/name', type: 'string', doc: 'Whose: { and ; do not matter.' },
      { name: 'text?', type: 'string', doc: '' },
      {
        name: 'rights',
        type: '{ /** Not a member of the note. */ readonly read: boolean; }',
        doc: 'Rights of the note.',
      },
      { name: 'kind', type: "'long' | 'short'", doc: '' },
      { name: 'done', type: '(error: Error | undefined) => void', doc: '' },
      { name: 'close(reason: string)', type: 'Promise<void>', doc: '' },
    ],
  });
});

test('a class: what others see of it', () => {
  expect(declarationIn(source(TEXT), 'Queue')?.members).toEqual([
    { name: 'size', type: 'number', doc: '' },
    { name: 'first', type: 'T | undefined', doc: 'The first.' },
    { name: 'add<K extends string>(item: T, key?: K)', type: 'Map<K, T>', doc: 'Put it there.' },
  ]);
});

test('an empty interface, and one that there is not', () => {
  expect(declarationIn(source('export interface All extends Core {}\n'), 'All')?.members).toEqual([]);
  expect(declarationIn(source(TEXT), 'Not')).toBeUndefined();
});

test('a member that cannot be read is an error', () => {
  const text = 'interface A {\n  readonly a: string;\n  [key: string]: unknown;\n}\n';
  expect(() => declarationIn(source(text), 'A')).toThrow('src/x.ts: cannot read the member "[key: string]: unknown;"');
});

const AUGMENTATION = `declare module '../../host/events.ts' {
  interface Other {
    'wrong/one': string;
  }
  interface HostEvents {
    /** After it changed. */
    'note/changed': { readonly user: string };
    'note/gone': NoteEvent;
  }
}
`;

test('what a file adds to an interface', () => {
  const text = `${AUGMENTATION}\nconst x = 1;\n\n${AUGMENTATION}`;
  const one = [
    { name: 'note/changed', type: '{ readonly user: string }', doc: 'After it changed.' },
    { name: 'note/gone', type: 'NoteEvent', doc: '' },
  ];
  expect(augmentationsIn(source(text), 'HostEvents').map(({ members }) => members)).toEqual([one, one]);
  expect(augmentationsIn(source(TEXT), 'HostEvents')).toEqual([]);
});

test('none is overlooked because it is laid out in another way', () => {
  const text = AUGMENTATION.replace('HostEvents {', 'HostEvents\n  {');
  expect(() => augmentationsIn(source(text), 'HostEvents')).toThrow('cannot read every "interface HostEvents"');
});

test('where a name comes from', () => {
  expect(importOf(source(TEXT), 'Unit')).toBe('../storage/unit.ts');
  expect(importOf(source(TEXT), 'Element')).toBe('../xml/element.ts');
  expect(importOf(source(TEXT), 'Eleme')).toBeUndefined();
});
