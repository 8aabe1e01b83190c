/** Result Set Management (XEP-0059 v1.0): which page of a long list is asked for, which one was given. */
import { el, type Element } from '../xml/element.ts';
import { StanzaError } from './errors.ts';
import { parseInt32 } from './xml-schema.ts';

export const NS_RSM = 'http://jabber.org/protocol/rsm';

/** A page that somebody asks for. All of it is a stranger's claim: ids are opaque text, `max` has no upper limit. */
export interface PageRequest {
  /** Most items wanted; 0 asks for the count alone (§2.7). */
  readonly max: number | undefined;
  /** Items after the one with this id (§2.2); an empty `<after/>` is none. */
  readonly after: string | undefined;
  /** Items before the one with this id (§2.3); the empty id asks for the last page (§2.5). */
  readonly before: string | undefined;
  /** Position of the first item wanted (§2.6). */
  readonly index: number | undefined;
}

/** A page that is given. */
export interface Page {
  /** Ids of its first and last item, and the first one's position where that is known; absent from an empty page. */
  readonly items?: { readonly first: string; readonly last: string; readonly index?: number | undefined } | undefined;
  /** Length of the whole list, where that is known. */
  readonly count?: number | undefined;
}

/**
 * The page a query asks for by its `<set/>` child; `undefined` where it has none.
 * @throws StanzaError `bad-request`: a number that is none or negative, or a position together with an id
 */
export function parsePageRequest(query: Element): PageRequest | undefined {
  const set = query.child('set', NS_RSM);
  if (set === undefined) return undefined;
  const max = count(set, 'max');
  const index = count(set, 'index');
  const after = set.childText('after') || undefined;
  const before = set.childText('before');
  if (index !== undefined && (after !== undefined || before !== undefined)) {
    throw new StanzaError('bad-request', '<index/> together with <after/> or <before/>');
  }
  return { max, after, before, index };
}

/** The `<set/>` that goes with a page (§2.2). */
export function pageElement(page: Page): Element {
  return el(
    'set',
    NS_RSM,
    page.items && el('first', NS_RSM, { index: page.items.index }, page.items.first),
    page.items && el('last', NS_RSM, page.items.last),
    page.count === undefined ? undefined : el('count', NS_RSM, String(page.count)),
  );
}

function count(set: Element, name: string): number | undefined {
  const text = set.childText(name);
  if (text === undefined) return undefined;
  const value = parseInt32(text);
  if (value === undefined || value < 0) throw new StanzaError('bad-request', `<${name}/> is not a count`);
  return value;
}
