/**
 * Text with placeholders in braces, as it stands in a dialogue. Rendered to be sent, matched against what came.
 * The README of the dialogues lists the placeholders.
 */

/** A placeholder, or text as it stands. Text of raw bytes is kept as one character a byte. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'matcher'; readonly name: MatcherName; readonly argument: string }
  | { readonly kind: 'value'; readonly name: ValueName; readonly argument: string }
  | { readonly kind: 'base64'; readonly template: Template }
  | { readonly kind: 'repeat'; readonly times: number; readonly template: Template };

/** The parts, in order. */
export type Template = readonly Part[];

/** Placeholders that stand for whatever is of a certain form; only in what is received. */
export type MatcherName = (typeof MATCHERS)[number];
/** Placeholders that stand for a fact of the running test. */
export type ValueName = (typeof VALUES)[number];

const MATCHERS = ['any', 'number', 'timestamp', 'resource'] as const;
const VALUES = ['jid', 'local', 'password', 'domain'] as const;

/** The text is not a template. */
export class TemplateError extends Error {}

/**
 * Read a template. A doubled brace stands for itself.
 * @param bytes the text is bytes, one character each, and has escapes such as `\x00` and `\n`
 * @throws TemplateError
 */
export function parseTemplate(text: string, bytes = false): Template {
  const parts: Part[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if ((char === '{' || char === '}') && text.charAt(at + 1) === char) {
      literal += char;
      at++;
    } else if (char === '}') {
      throw new TemplateError("a '}' that closes nothing");
    } else if (char === '{') {
      const end = closing(text, at);
      if (literal !== '') parts.push({ kind: 'text', text: bytes ? unescape(literal) : literal });
      literal = '';
      parts.push(placeholder(text.slice(at + 1, end), bytes));
      at = end;
    } else literal += char;
  }
  if (literal !== '') parts.push({ kind: 'text', text: bytes ? unescape(literal) : literal });
  return parts;
}

/** Can this only be matched, not sent? */
export function hasMatcher(template: Template): boolean {
  return template.some(
    (part) =>
      part.kind === 'matcher' || ((part.kind === 'base64' || part.kind === 'repeat') && hasMatcher(part.template)),
  );
}

/** UTF-8 as one character a byte. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text.charAt(at) === '{') depth++;
    else if (text.charAt(at) === '}' && --depth === 0) return at;
  }
  throw new TemplateError("a '{' that is not closed");
}

function placeholder(text: string, bytes: boolean): Part {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const argument = colon < 0 ? '' : text.slice(colon + 1);
  if (name === 'base64') {
    return { kind: 'base64', template: parseTemplate(bytes ? argument : toBytes(argument), true) };
  }
  if (name === 'repeat') return repeated(argument, bytes);
  const matcher = MATCHERS.find((known) => known === name);
  if (matcher !== undefined) {
    if ((argument !== '') !== (matcher === 'resource')) throw new TemplateError(`{${text}}: see the README`);
    return { kind: 'matcher', name: matcher, argument };
  }
  const value = VALUES.find((known) => known === name);
  if (value !== undefined) {
    if ((argument === '') !== (value === 'domain')) throw new TemplateError(`{${text}}: see the README`);
    return { kind: 'value', name: value, argument };
  }
  if (colon >= 0 || !/^[a-z][a-z0-9-]*$/.test(name)) throw new TemplateError(`{${text}} is no placeholder`);
  return { kind: 'variable', name };
}

function repeated(argument: string, bytes: boolean): Part {
  const colon = argument.indexOf(':');
  const times = Number(argument.slice(0, colon));
  if (colon < 1 || !Number.isSafeInteger(times)) throw new TemplateError(`{repeat:${argument}}: how often?`);
  return { kind: 'repeat', times, template: parseTemplate(argument.slice(colon + 1), bytes) };
}

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', t: '\t', '\\': '\\' };

function unescape(text: string): string {
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== '\\') {
      plain += char;
      continue;
    }
    const next = text.charAt(++at);
    const hex = text.slice(at + 1, at + 3);
    if (next === 'x' && /^[0-9a-fA-F]{2}$/.test(hex)) {
      plain += String.fromCharCode(Number.parseInt(hex, 16));
      at += 2;
    } else {
      const known = ESCAPES[next];
      if (known === undefined) throw new TemplateError(`\\${next} is no escape`);
      plain += known;
    }
  }
  return plain;
}
