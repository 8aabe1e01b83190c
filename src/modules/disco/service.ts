/** Nodes below a host that other modules describe to service discovery (XEP-0030 v2.5.0 §3.2, §4.2). */
import type { Identity } from '../../host/caps.ts';
import { list } from '../../host/contributions.ts';
import type { DiscoItem } from '../../host/disco.ts';
import type { Jid } from '../../jid/jid.ts';

/** What a node is. */
export interface NodeInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
}

/** Knows some nodes; `undefined` for all others. May throw a `StanzaError` to refuse. */
export interface NodeProvider {
  info(node: string, from: Jid): NodeInfo | undefined | Promise<NodeInfo | undefined>;
  items(node: string, from: Jid): readonly DiscoItem[] | undefined | Promise<readonly DiscoItem[] | undefined>;
}

/** All providers of nodes of a host; the first that knows a node answers. */
export const DiscoNodes = list<NodeProvider>('disco_nodes');
