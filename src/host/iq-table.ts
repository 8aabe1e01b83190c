/** Who answers which request. */
import type { Jid } from '../jid/jid.ts';
import type { Unit } from '../storage/unit.ts';
import type { Element } from '../xml/element.ts';
import type { Session } from './session.ts';
import type { StanzaEvent } from './stanza-event.ts';

/** Whom a request addresses: the server, the sender's own account, or somebody else's account. */
export type IqTarget = 'host' | 'self' | 'account';

/** A request as its handler sees it. */
export interface IqRequest {
  readonly event: StanzaEvent;
  /** The payload. */
  readonly query: Element;
  readonly from: Jid;
  readonly to: Jid | undefined;
  /** The sender's session, where it is a client of this server. */
  readonly session: Session | undefined;
  /** Canonical bare JID of the account asked (the sender's own where there is no `to`), or the host's domain. */
  readonly user: string;
  /** Writes of the handler go here; the answer leaves when they are committed. */
  readonly unit: Unit;
}

/** Returns the payload of the result, `undefined` for an empty one; throws a `StanzaError` to refuse. */
export type IqHandler = (request: IqRequest) => Element | undefined | Promise<Element | undefined>;

/** The request handlers of one host. */
export class IqTable {
  /** namespace → name → type and target → handler; keyed so that looking up builds no string. */
  readonly #handlers = new Map<string, Map<string, Map<IqTarget, IqHandler>[]>>();
  #size = 0;

  /** Number of handlers registered. */
  get size(): number {
    return this.#size;
  }

  /**
   * Register a handler; the returned function removes it.
   * @throws Error if somebody answers that request already
   */
  add(type: 'get' | 'set', ns: string, name: string, target: IqTarget, handler: IqHandler): () => void {
    let names = this.#handlers.get(ns);
    if (names === undefined) this.#handlers.set(ns, (names = new Map<string, Map<IqTarget, IqHandler>[]>()));
    let types = names.get(name);
    if (types === undefined)
      names.set(name, (types = [new Map<IqTarget, IqHandler>(), new Map<IqTarget, IqHandler>()]));
    const targets = types[type === 'get' ? 0 : 1];
    if (targets === undefined || targets.has(target)) {
      throw new Error(`iq ${type} {${ns}}${name} to ${target} has a handler already`);
    }
    targets.set(target, handler);
    this.#size++;
    return () => {
      if (targets.get(target) !== handler) return;
      targets.delete(target);
      this.#size--;
    };
  }

  find(type: 'get' | 'set', ns: string, name: string, target: IqTarget): IqHandler | undefined {
    return this.#handlers.get(ns)?.get(name)?.[type === 'get' ? 0 : 1]?.get(target);
  }
}
