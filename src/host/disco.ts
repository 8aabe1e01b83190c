/** What a host says about itself to service discovery (XEP-0030, XEP-0128, XEP-0115). */
import type { Element } from '../xml/element.ts';
import { capsHash, type Identity } from './caps.ts';

/** Whose features: the server's (or component's), or those of its accounts. */
export type DiscoScope = 'host' | 'account';

/** An associated entity (XEP-0030 §4.1). */
export interface DiscoItem {
  readonly jid: string;
  readonly name?: string;
  readonly node?: string;
}

/** Something to add to an answer; forms are asked for anew each time, so that they may change. */
class Described {
  readonly features = new Counted<string>();
  readonly identities = new Counted<Identity>();
  readonly forms = new Counted<() => Element>();
}

/** A set whose members count how often they were added: two modules may announce one feature. */
class Counted<T> {
  readonly #counts = new Map<T, number>();

  add(item: T): () => void {
    this.#counts.set(item, (this.#counts.get(item) ?? 0) + 1);
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      const left = (this.#counts.get(item) ?? 0) - 1;
      if (left > 0) this.#counts.set(item, left);
      else this.#counts.delete(item);
    };
  }

  get items(): readonly T[] {
    return [...this.#counts.keys()];
  }
}

/** The service discovery data of one host. Whatever is added is taken back by the returned function. */
export class Disco {
  readonly #described: Record<DiscoScope, Described> = { host: new Described(), account: new Described() };
  readonly #items = new Counted<DiscoItem>();
  #ver: string | undefined;

  addFeature(feature: string, scope: DiscoScope): () => void {
    return this.#changed(this.#described[scope].features.add(feature));
  }

  addIdentity(identity: Identity, scope: DiscoScope): () => void {
    return this.#changed(this.#described[scope].identities.add(identity));
  }

  /** @param form builds a data form of type `result` with a `FORM_TYPE` */
  addForm(form: () => Element, scope: DiscoScope): () => void {
    return this.#changed(this.#described[scope].forms.add(form));
  }

  addItem(item: DiscoItem): () => void {
    return this.#items.add(item);
  }

  features(scope: DiscoScope): readonly string[] {
    return this.#described[scope].features.items;
  }

  identities(scope: DiscoScope): readonly Identity[] {
    return this.#described[scope].identities.items;
  }

  forms(scope: DiscoScope): readonly Element[] {
    return this.#described[scope].forms.items.map((form) => form());
  }

  get items(): readonly DiscoItem[] {
    return this.#items.items;
  }

  /** The host's `ver` (XEP-0115), computed when something changed. */
  get ver(): string {
    return (this.#ver ??= capsHash(this.identities('host'), this.features('host'), this.forms('host')));
  }

  #changed(undo: () => void): () => void {
    this.#ver = undefined;
    return () => {
      undo();
      this.#ver = undefined;
    };
  }
}
