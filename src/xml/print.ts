/**
 * Elements for people who read logs.
 *
 * Shows what a stanza is and nothing of what somebody said: text and attribute values that are not known to be harmless
 * become their length, so that a secret of a protocol nobody thought of here stays secret too.
 */
import type { Element } from './element.ts';
import { NS_CLIENT, NS_SERVER, NS_STANZA_ERRORS, NS_STREAM_ERRORS } from './namespaces.ts';

/** Longest output, in characters. */
const MAX_LENGTH = 1024;
/** Longest attribute value or text shown, in characters. */
const MAX_VALUE = 128;

/** Attributes whose values grant nothing. */
const SHOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['to', 'from', 'by', 'jid', 'type', 'code', 'xml:lang', 'version', 'mechanism'],
  ...['affiliation', 'role', 'subscription', 'ask', 'h'],
]);

/** Namespaces of stanzas, whose `id` means something in their stream only. */
const STANZA_NAMESPACES: ReadonlySet<string> = new Set([NS_CLIENT, NS_SERVER]);

/** What would disturb a terminal or the order of a line: control, format and separator characters. */
const DISTURBING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One line, at most about 1000 characters. */
export function printElement(element: Element): string {
  const printer = new Printer();
  printer.element(element, '');
  return printer.out;
}

class Printer {
  out = '';
  #full = false;

  element(element: Element, outerNs: string): void {
    if (this.#full) return;
    this.#add(`<${shown(element.name)}`);
    if (element.ns !== outerNs) this.#add(` xmlns='${shown(element.ns)}'`);
    for (const [name, value] of element.attrs) {
      if (this.#full) return;
      this.#add(` ${shown(name)}='${isShown(element, name) ? shown(value) : hidden(value)}'`);
    }
    if (element.children.length === 0) return this.#add('/>');
    this.#add('>');
    for (const node of element.children) {
      if (this.#full) return;
      if (typeof node !== 'string') this.element(node, element.ns);
      else this.#add(hasPublicText(element) ? shown(node) : hidden(node));
    }
    this.#add(`</${shown(element.name)}>`);
  }

  #add(piece: string): void {
    if (this.#full) return;
    this.out += piece;
    this.#full = this.out.length > MAX_LENGTH;
    if (this.#full) this.out = `${this.out.slice(0, MAX_LENGTH)}…`;
  }
}

function isShown(element: Element, attribute: string): boolean {
  return SHOWN_ATTRIBUTES.has(attribute) || (attribute === 'id' && STANZA_NAMESPACES.has(element.ns));
}

/** Texts of errors are ours, availability is told to everybody. */
function hasPublicText({ name, ns }: Element): boolean {
  if (ns === NS_STANZA_ERRORS || ns === NS_STREAM_ERRORS) return true;
  return STANZA_NAMESPACES.has(ns) && (name === 'show' || name === 'priority');
}

function hidden(text: string): string {
  return `…${text.length}`;
}

function shown(text: string): string {
  const short = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
  return short.replace(DISTURBING, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
