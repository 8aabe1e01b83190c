/** Media that are costly to open, used again after they were emptied: what `open` of the suite may be. */
import type { BlobDriver, Driver } from '../driver.ts';
import type { Medium } from './fixture.ts';

/** A medium that can be emptied. */
export interface ReusableMedium {
  readonly driver: Driver;
  readonly blobs: () => BlobDriver;
  /** Deletes everything in it. */
  readonly empty: () => Promise<void>;
}

/** Tests use at most two media at once; with three in turn, the one given out is out of use for long. */
const MEDIA = 3;

/** Gives media in turn. */
export class MediaPool {
  readonly #make: () => Promise<ReusableMedium>;
  readonly #media: (ReusableMedium | undefined)[] = [];
  #next = 0;

  constructor(make: () => Promise<ReusableMedium>) {
    this.#make = make;
  }

  /** An empty medium. */
  readonly open = async (): Promise<Medium> => {
    const place = this.#next++ % MEDIA;
    let medium = this.#media[place];
    if (medium === undefined) {
      medium = await this.#make();
      this.#media[place] = medium;
    } else {
      await medium.empty();
    }
    return { driver: this.#whileOpen(medium.driver, place), blobs: medium.blobs() };
  };

  /** Closes all media. */
  async close(): Promise<void> {
    for (const medium of this.#media.splice(0)) await medium?.driver.close();
  }

  /** The driver; a test that closes it takes it out of the pool. */
  #whileOpen(driver: Driver, place: number): Driver {
    return {
      commit: (batch) => driver.commit(batch),
      cell: (store, owner, key) => driver.cell(store, owner, key),
      cells: (store, owner) => driver.cells(store, owner),
      count: (store, owner, key) => driver.count(store, owner, key),
      find: (store, owner, query) => driver.find(store, owner, query),
      entry: (store, owner, id) => driver.entry(store, owner, id),
      expire: (store, before, limit) => driver.expire(store, before, limit),
      owners: (store) => driver.owners(store),
      close: () => {
        this.#media[place] = undefined;
        return driver.close();
      },
    };
  }
}
