/** Archiving preferences (XEP-0441 v0.2.0): with whom an account wants its messages kept. */
import { z } from 'zod';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { fromZod } from '../../storage/from-zod.ts';
import type { Codec } from '../../storage/stores.ts';
import { el, type Element } from '../../xml/element.ts';
import { NS_MAM } from './protocol.ts';

/** What holds for whom no rule names (§2.1.1). */
export type Policy = 'always' | 'never' | 'roster';

/** Preferences of an account. Immutable. */
export interface Prefs {
  readonly policy: Policy;
  /** Keep (true) or do not keep messages with that address, bare or full, canonical. */
  readonly rules: ReadonlyMap<string, boolean>;
}

/** Addresses that an account may name. */
const MAX_RULES = 1000;

const stored = fromZod(
  z.object({
    policy: z.enum(['always', 'never', 'roster']),
    always: z.array(z.string()),
    never: z.array(z.string()),
  }),
);

export const prefsCodec: Codec<Prefs> = {
  encode: ({ policy, rules }) => stored.encode({ policy, always: named(rules, true), never: named(rules, false) }),
  decode: (text) => {
    const { policy, always, never } = stored.decode(text);
    return { policy, rules: rulesOf(always, never) };
  },
};

/** `<prefs/>` */
export function prefsElement({ policy, rules }: Prefs): Element {
  const list = (name: string, keep: boolean): Element =>
    el(
      name,
      NS_MAM,
      named(rules, keep).map((jid) => el('jid', NS_MAM, jid)),
    );
  return el('prefs', NS_MAM, { default: policy }, list('always', true), list('never', false));
}

/**
 * Read `<prefs/>`.
 * @throws StanzaError `bad-request` without a default, `jid-malformed`, `not-acceptable` for too many addresses
 */
export function parsePrefs(prefs: Element): Prefs {
  const policy = prefs.attr('default');
  if (policy !== 'always' && policy !== 'never' && policy !== 'roster') {
    throw new StanzaError('bad-request', "The attribute 'default' is missing or unknown");
  }
  const rules = rulesOf(jidsIn(prefs.child('always')), jidsIn(prefs.child('never')));
  if (rules.size > MAX_RULES) throw new StanzaError('not-acceptable', `More than ${MAX_RULES} addresses`);
  return { policy, rules };
}

/** Are messages with that address kept? `undefined`: if it is in the roster (§2.2). */
export function isWanted({ policy, rules }: Prefs, other: Jid): boolean | undefined {
  const rule = rules.size === 0 ? undefined : (rules.get(other.key) ?? rules.get(other.bare.key));
  if (rule !== undefined) return rule;
  return policy === 'roster' ? undefined : policy === 'always';
}

function jidsIn(list: Element | undefined): string[] {
  return (list?.elements('jid') ?? []).map((element) => {
    const jid = Jid.parse(element.text());
    if (jid === undefined) throw new StanzaError('jid-malformed');
    return jid.key;
  });
}

/** Who stands in both lists is not kept: that errs on the side of saying less. */
function rulesOf(always: readonly string[], never: readonly string[]): ReadonlyMap<string, boolean> {
  const rules = new Map<string, boolean>();
  for (const jid of always) rules.set(jid, true);
  for (const jid of never) rules.set(jid, false);
  return rules;
}

function named(rules: ReadonlyMap<string, boolean>, keep: boolean): string[] {
  return [...rules].filter(([, value]) => value === keep).map(([jid]) => jid);
}
