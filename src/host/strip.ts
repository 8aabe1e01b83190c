/** Removes what only a server may say about a stanza (XEP-0359 §6, XEP-0203 §5) before anything trusts it. */
import { Jid } from '../jid/jid.ts';
import { NS_DELAY } from '../stanza/delay.ts';
import { NS_SID } from '../stanza/stanza-ids.ts';
import type { Stanza } from '../xml/stanza.ts';

/** Domains of this server. */
interface LocalDomains {
  has(domain: string): boolean;
}

/** The stanza without any `stanza-id` and `delay` that claim to be from an entity of this server. All of them go. */
export function stripForged(stanza: Stanza, local: LocalDomains): Stanza {
  let clean = stanza;
  if (clean.has('stanza-id', NS_SID)) {
    clean = clean.without('stanza-id', NS_SID, (child) => isLocal(child.attr('by'), local));
  }
  if (clean.has('delay', NS_DELAY)) {
    clean = clean.without('delay', NS_DELAY, (child) => isLocal(child.attr('from'), local));
  }
  return clean;
}

/** An address we cannot read is nobody's: it proves nothing and stays. */
function isLocal(address: string | undefined, local: LocalDomains): boolean {
  const jid = address === undefined ? undefined : Jid.parse(address);
  return jid !== undefined && local.has(jid.domain);
}
