/** The steps of a dialogue, and how each is written. */
import type { Mechanism } from './login.ts';
import { NAMESPACES, parsePatterns, PatternError, type Pattern } from './pattern.ts';
import type { ScramMechanism } from './scram-client.ts';
import { hasMatcher, parseTemplate, TemplateError, toBytes, type Template } from './template.ts';
import { FragmentError, parseFragment } from './xml-node.ts';

/** How far a client is when it has connected. */
export type Level = (typeof LEVELS)[number];
const LEVELS = ['raw', 'opened', 'authenticated', 'bound', 'available'] as const;

/**
 * XML in UTF-8; bytes; bytes one at a time; bytes that end in the middle of an element, so that nothing else may be sent
 * on the client's behalf.
 */
export type SendMode = 'xml' | 'raw' | 'bytewise' | 'unfinished';

/** What a client does or sees. */
export type Action =
  | { readonly kind: 'connect'; readonly level: Level; readonly domain: string | undefined; readonly priority: number }
  | { readonly kind: 'open'; readonly domain: string | undefined }
  | { readonly kind: 'authenticate'; readonly mechanism: Mechanism }
  | {
      readonly kind: 'try-scram';
      readonly mechanism: ScramMechanism;
      readonly user: string;
      readonly rightPassword: boolean;
    }
  | { readonly kind: 'send'; readonly template: Template; readonly how: SendMode }
  | { readonly kind: 'receive'; readonly patterns: readonly Pattern[]; readonly anyOrder: boolean }
  | { readonly kind: 'receive-header'; readonly pattern: Pattern }
  | { readonly kind: 'receive-error'; readonly conditions: readonly string[] }
  | { readonly kind: 'receive-end' }
  | { readonly kind: 'receive-nothing' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'close' }
  | { readonly kind: 'end-output' }
  | { readonly kind: 'drop' };

/** One step: who, and what. */
export interface Step {
  readonly line: number;
  /** The line as written. */
  readonly text: string;
  readonly client: string;
  readonly action: Action;
}

/** The step or its block is wrong; `line` is that of the file. */
export class StepError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The indented lines below a step; `line` is that of the first. */
export interface Block {
  readonly text: string;
  readonly line: number;
}

type Read = (words: RegExpExecArray, block: Block) => Action;

/** Forms of a step after the client's name. Those that end in a colon have a block, the others have none. */
const FORMS: readonly (readonly [RegExp, Read])[] = [
  [
    /^connects(?: (raw|opened|authenticated|bound|available))?(?: at (\S+))?(?: with priority (-?\d+))?$/,
    ([, level, domain, priority]) => ({
      kind: 'connect',
      level: LEVELS.find((known) => known === level) ?? 'available',
      domain,
      priority: Number(priority ?? 0),
    }),
  ],
  [/^opens a stream(?: to (\S+))?$/, ([, domain]) => ({ kind: 'open', domain })],
  [
    /^authenticates(?: with (PLAIN|SCRAM-SHA-1|SCRAM-SHA-256))?$/,
    ([, name]) => ({ kind: 'authenticate', mechanism: name === 'PLAIN' ? name : scram(name) }),
  ],
  [
    /^tries (SCRAM-SHA-1|SCRAM-SHA-256) as (\S+) with (the right|a wrong) password$/,
    ([, name, user = '', password]) => ({
      kind: 'try-scram',
      mechanism: scram(name),
      user,
      rightPassword: password === 'the right',
    }),
  ],
  [/^sends:$/, (_, block) => ({ kind: 'send', template: stanzas(block), how: 'xml' })],
  [/^sends raw:$/, (_, block) => ({ kind: 'send', template: raw(block), how: 'raw' })],
  [/^sends raw, byte by byte:$/, (_, block) => ({ kind: 'send', template: raw(block), how: 'bytewise' })],
  [/^sends raw, unfinished:$/, (_, block) => ({ kind: 'send', template: raw(block), how: 'unfinished' })],
  [/^receives:$/, (_, block) => ({ kind: 'receive', patterns: patterns(block), anyOrder: false })],
  [/^receives in any order:$/, (_, block) => ({ kind: 'receive', patterns: patterns(block), anyOrder: true })],
  [/^receives stream header:$/, (_, block) => ({ kind: 'receive-header', pattern: single(block) })],
  [
    /^receives stream error ([a-z-]+(?: or [a-z-]+)*)$/,
    ([, conditions = '']) => ({ kind: 'receive-error', conditions: conditions.split(' or ') }),
  ],
  [/^receives stream end$/, () => ({ kind: 'receive-end' })],
  [/^receives nothing$/, () => ({ kind: 'receive-nothing' })],
  [/^is disconnected$/, () => ({ kind: 'disconnected' })],
  [/^closes the stream$/, () => ({ kind: 'close' })],
  [/^ends its output$/, () => ({ kind: 'end-output' })],
  [/^drops the connection$/, () => ({ kind: 'drop' })],
];

/**
 * Read one step.
 * @param text the line, which starts with the client's name
 * @throws StepError
 */
export function readStep(text: string, line: number, block: Block): Step {
  const space = text.indexOf(' ');
  const client = space < 0 ? text : text.slice(0, space);
  if (!/^[a-z][a-z0-9.-]*(@[a-z0-9.-]+)?(\/\S+)?$/.test(client))
    throw new StepError(line, `'${client}' names no client`);
  const rest = text.slice(client.length + 1);
  if (rest.endsWith(':') && block.text.trim() === '') throw new StepError(line, 'an indented block has to follow');
  if (!rest.endsWith(':') && block.text.trim() !== '') throw new StepError(block.line, 'no block belongs here');
  for (const [form, read] of FORMS) {
    const words = form.exec(rest);
    if (words !== null) return { line, text, client, action: read(words, block) };
  }
  throw new StepError(line, `'${rest}' is no step`);
}

function scram(name: string | undefined): ScramMechanism {
  return name === 'SCRAM-SHA-256' ? name : 'SCRAM-SHA-1';
}

function patterns(block: Block): Pattern[] {
  try {
    return parsePatterns(block.text, block.line);
  } catch (error) {
    throw error instanceof PatternError ? new StepError(error.line, error.message) : error;
  }
}

function single(block: Block): Pattern {
  const [pattern, second] = patterns(block);
  if (pattern === undefined || second !== undefined) throw new StepError(block.line, 'exactly one element is expected');
  return pattern;
}

/** Well-formed XML; white space that only lays it out is not sent. */
function stanzas(block: Block): Template {
  const text = block.text.replaceAll(/\{error ([a-z]+) ([a-z-]+)\}/g, stanzaError);
  try {
    parseFragment(text, NAMESPACES);
  } catch (error) {
    throw error instanceof FragmentError ? new StepError(block.line + error.line, error.message) : error;
  }
  const compact = text
    .trim()
    .replaceAll(/>\s*\n\s*</g, '><')
    .replaceAll(/\s*\n\s*/g, ' ');
  return sendable(compact, block, false);
}

function stanzaError(_: string, type: string, condition: string): string {
  return `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
}

/** Exactly these bytes; lines are joined without anything between them. */
function raw(block: Block): Template {
  const lines = block.text.split('\n');
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  return sendable(toBytes(lines.map((line) => line.slice(indent)).join('')), block, true);
}

function sendable(text: string, block: Block, bytes: boolean): Template {
  let template: Template;
  try {
    template = parseTemplate(text, bytes);
  } catch (error) {
    throw error instanceof TemplateError ? new StepError(block.line, error.message) : error;
  }
  if (hasMatcher(template)) throw new StepError(block.line, 'a placeholder that cannot be sent, only be received');
  return template;
}
