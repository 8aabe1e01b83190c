/** A text that operators can change while the server runs. */
import type { Codec } from '../storage/stores.ts';
import type { ModuleApi } from './module.ts';

const plain: Codec<string> = { encode: (text) => text, decode: (text) => text };

/** One text of a host: what was stored last, or what the configuration says. */
export interface StoredText {
  /** As it is now; '' for none. */
  readonly now: string;
  /** Stores another one. Settles when that is on disk. */
  change(to: string): Promise<void>;
}

/** The text in the keyed store `name`; `otherwise` until one was stored. */
export async function storedText(m: ModuleApi, name: string, otherwise: string): Promise<StoredText> {
  const texts = m.keyed(name, plain);
  let now = (await texts.get(m.domain)) ?? otherwise;
  return {
    get now() {
      return now;
    },
    async change(to) {
      const unit = m.unit();
      texts.put(unit, m.domain, to);
      await unit.submit()?.settled();
      now = to;
    },
  };
}
