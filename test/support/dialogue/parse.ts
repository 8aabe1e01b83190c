/** Reads the file of a dialogue. `test/dialogues/README.md` describes the format. */
import type { OptionValue } from './test-server.ts';
import { readStep, StepError, type Step } from './step.ts';

/** An account: on the first host unless its name says otherwise. */
export interface Account {
  readonly name: string;
  readonly domain: string;
  /** Named, but not made: nobody has this account. */
  readonly absent: boolean;
}

/** A dialogue as read. */
export interface Dialogue {
  readonly file: string;
  readonly title: string;
  readonly covers: readonly string[];
  readonly hosts: readonly string[];
  readonly accounts: ReadonlyMap<string, Account>;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Modules that must not be loaded. */
  readonly without: readonly string[];
  /** Modules to load that dialogues do without otherwise. */
  readonly with: readonly string[];
  /** What is to be expected of Prosody: to pass, to fail, or the one or the other from time to time. */
  readonly onProsody: 'passes' | 'fails' | 'varies';
  /** Transports it makes sense on. */
  readonly transports: readonly Transport[];
  readonly steps: readonly Step[];
}

/** How a client reaches the server. */
export type Transport = (typeof TRANSPORTS)[number];
const TRANSPORTS = ['tcp', 'websocket', 'bosh'] as const;

/** The file is not a dialogue. */
class DialogueError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}

/** Served where the header names no hosts. */
const DEFAULT_HOSTS = ['localhost', 'other.test'];
const KEYS = [
  'title',
  'covers',
  'hosts',
  'users',
  'absent',
  'option',
  'without',
  'with',
  'prosody',
  'transport',
] as const;
type Key = (typeof KEYS)[number];
type Header = ReadonlyMap<Key, readonly { readonly value: string; readonly line: number }[]>;

/**
 * Read a dialogue.
 * @param file its name, for messages
 * @throws DialogueError with file and line
 */
export function parseDialogue(file: string, source: string): Dialogue {
  const lines = source.split('\n');
  const rule = lines.indexOf('---');
  if (rule < 0) throw new DialogueError(file, 1, "no line '---' between header and steps");
  const header = readHeader(file, lines.slice(0, rule));
  const values = (key: Key): string[] => (header.get(key) ?? []).map(({ value }) => value);
  const list = (key: Key): string[] => values(key).flatMap((value) => value.split(/[\s,]+/).filter(Boolean));
  const [title] = values('title');
  if (title === undefined) throw new DialogueError(file, 1, 'no title');
  const hosts = list('hosts').length > 0 ? list('hosts') : DEFAULT_HOSTS;
  const transports = list('transport').length > 0 ? list('transport') : TRANSPORTS;
  return {
    file,
    title,
    covers: list('covers'),
    hosts,
    accounts: readAccounts(hosts[0] ?? '', list('users'), list('absent')),
    options: readOptions(file, header),
    without: list('without'),
    with: list('with'),
    onProsody: readProsody(file, header),
    transports: transports.map((name) => transport(file, name)),
    steps: readSteps(file, lines, rule + 1),
  };
}

function readHeader(file: string, lines: readonly string[]): Header {
  const header = new Map<Key, { value: string; line: number }[]>();
  let last: { value: string; line: number } | undefined;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith(' ') && last !== undefined) {
      last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    const key = KEYS.find((known) => known === line.slice(0, colon));
    if (key === undefined)
      throw new DialogueError(file, at + 1, `'${line}': a header line is one of ${KEYS.join(', ')}`);
    last = { value: line.slice(colon + 1).trim(), line: at + 1 };
    header.set(key, [...(header.get(key) ?? []), last]);
  }
  return header;
}

function readAccounts(home: string, users: readonly string[], absent: readonly string[]): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const text of [...users, ...absent]) {
    const [name = '', domain = home] = text.split('@');
    accounts.set(text, { name, domain, absent: absent.includes(text) });
  }
  return accounts;
}

/** `option: NAME = VALUE`, the value written as JSON. */
function readOptions(file: string, header: Header): Record<string, OptionValue> {
  const options = new Map<string, OptionValue>();
  for (const { value, line } of header.get('option') ?? []) {
    const words = /^([a-z0-9_]+) = (.+)$/.exec(value);
    const parsed = words === null ? undefined : json(words[2] ?? '');
    if (words === null || parsed === undefined) {
      throw new DialogueError(file, line, `'${value}': expected NAME = VALUE with a number, a string or true or false`);
    }
    options.set(words[1] ?? '', parsed);
  }
  return Object.fromEntries(options);
}

function json(text: string): OptionValue | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** `prosody: differs because …`, `prosody: may differ because …`. */
function readProsody(file: string, header: Header): Dialogue['onProsody'] {
  const [found] = header.get('prosody') ?? [];
  if (found === undefined) return 'passes';
  if (found.value.startsWith('differs because ')) return 'fails';
  if (found.value.startsWith('may differ because ')) return 'varies';
  throw new DialogueError(file, found.line, "'prosody:' says 'differs because …' or 'may differ because …'");
}

function transport(file: string, name: string): Transport {
  const known = TRANSPORTS.find((candidate) => candidate === name);
  if (known === undefined)
    throw new DialogueError(file, 1, `'${name}' is none of the transports ${TRANSPORTS.join(', ')}`);
  return known;
}

function readSteps(file: string, lines: readonly string[], from: number): Step[] {
  const steps: Step[] = [];
  let at = from;
  while (at < lines.length) {
    const text = (lines[at] ?? '').trimEnd();
    const line = ++at;
    if (text === '' || text.startsWith('#')) continue;
    if (text.startsWith(' ')) throw new DialogueError(file, line, 'an indented line that belongs to no step');
    const start = at;
    while (at < lines.length && /^( |$)/.test(lines[at] ?? '')) at++;
    const block = lines.slice(start, at).join('\n').trimEnd();
    try {
      steps.push(readStep(text, line, { text: block, line: start + 1 }));
    } catch (error) {
      if (error instanceof StepError) throw new DialogueError(file, error.line, error.message);
      throw error;
    }
  }
  if (steps.length === 0) throw new DialogueError(file, from, 'no steps');
  return steps;
}
