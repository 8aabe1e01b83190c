/** What the placeholders of a dialogue mean while it runs: rendering templates, and matching them. */
import { randomBytes } from 'node:crypto';
import { toBytes, type MatcherName, type Part, type Template, type ValueName } from './template.ts';

/** Values captured so far, by the name of the variable. */
export type Captures = ReadonlyMap<string, string>;

/** How the facts of one run are looked up. */
export interface Facts {
  /** `name` is an account of the dialogue, with or without a resource; a resource stays as it is. */
  jid(name: string): string;
  local(name: string): string;
  password(name: string): string;
  readonly domain: string;
}

/** Timestamps may be this far from our clock, in milliseconds. */
const CLOCK_TOLERANCE = 120_000;

/** Facts and captured values of one run of a dialogue. */
export class Scope {
  readonly #facts: Facts;
  #captures: Captures = new Map();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  get captures(): Captures {
    return this.#captures;
  }

  /** Keep what a successful match has captured. */
  commit(captures: Captures): void {
    this.#captures = captures;
  }

  /** The text to send. A variable without a value gets a fresh random one. */
  render(template: Template, bytes = false): string {
    return template.map((part) => this.#renderPart(part, bytes)).join('');
  }

  /**
   * Is `actual` what the template says?
   * @returns the captures after it, or `undefined`: it does not match
   */
  match(template: Template, actual: string, captures: Captures): Captures | undefined {
    const open = template.findIndex((part) => isOpen(part, captures));
    if (open < 0) return this.#fixed(template, captures) === actual ? captures : undefined;
    const before = this.#fixed(template.slice(0, open), captures);
    const after = this.#fixed(template.slice(open + 1), captures);
    if (actual.length < before.length + after.length) return undefined;
    if (!actual.startsWith(before) || !actual.endsWith(after)) return undefined;
    const found = actual.slice(before.length, actual.length - after.length);
    const part = template[open];
    if (part?.kind === 'matcher') {
      return this.#matches(part.name, part.argument, found) ? captures : undefined;
    }
    if (part?.kind !== 'variable' || found === '') return undefined;
    if ([...captures.values()].includes(found)) return undefined; // different names are for different values
    return new Map([...captures, [part.name, found]]);
  }

  /** The template with its values in place, for people. */
  show(template: Template): string {
    return template
      .map((part) => (isOpen(part, this.#captures) ? placeholderOf(part) : this.#fixed([part], this.#captures)))
      .join('');
  }

  #fixed(template: Template, captures: Captures): string {
    return template
      .map((part) => {
        if (part.kind === 'variable') return captures.get(part.name) ?? '';
        if (part.kind === 'matcher') throw new Error('only one placeholder of unknown length in one value');
        return this.#renderPart(part, false);
      })
      .join('');
  }

  #renderPart(part: Part, bytes: boolean): string {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'variable':
        return this.#variable(part.name);
      case 'value':
        return bytes ? toBytes(this.#value(part.name, part.argument)) : this.#value(part.name, part.argument);
      case 'base64':
        return Buffer.from(this.render(part.template, true), 'latin1').toString('base64');
      case 'repeat':
        return this.render(part.template, bytes).repeat(part.times);
      case 'matcher':
        throw new Error(`{${part.name}} cannot be sent`);
    }
  }

  #variable(name: string): string {
    const known = this.#captures.get(name);
    if (known !== undefined) return known;
    const fresh = `${name}-${randomBytes(4).toString('hex')}`;
    this.#captures = new Map([...this.#captures, [name, fresh]]);
    return fresh;
  }

  #value(name: ValueName, argument: string): string {
    return name === 'domain' ? this.#facts.domain : this.#facts[name](argument);
  }

  #matches(name: MatcherName, argument: string, found: string): boolean {
    switch (name) {
      case 'any':
        return found !== '';
      case 'number':
        return /^[0-9]+$/.test(found);
      case 'timestamp':
        return isNow(found);
      case 'resource':
        return found.startsWith(`${this.#facts.jid(argument)}/`) && !found.endsWith('/');
    }
  }
}

function isOpen(part: Part, captures: Captures): boolean {
  return part.kind === 'matcher' || (part.kind === 'variable' && !captures.has(part.name));
}

function placeholderOf(part: Part): string {
  if (part.kind === 'matcher') return part.argument === '' ? `{${part.name}}` : `{${part.name}:${part.argument}}`;
  return part.kind === 'variable' ? `{${part.name}}` : '';
}

/** A DateTime of XEP-0082 §3.2 in UTC that is about now. */
function isNow(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return false;
  return Math.abs(Date.parse(text) - Date.now()) <= CLOCK_TOLERANCE;
}
