/** `BlobStore` over a blob driver. */
import type { BlobDriver } from './driver.ts';
import type { StoreRef } from './store-ref.ts';
import type { BlobStore, StoredBlob } from './stores.ts';
import { checkText } from './valid-text.ts';

/** See `BlobStore`. */
export class DriverBlobStore implements BlobStore {
  readonly #store: StoreRef;
  readonly #driver: BlobDriver;

  constructor(store: StoreRef, driver: BlobDriver) {
    this.#store = store;
    this.#driver = driver;
  }

  async put(owner: string, key: string, source: AsyncIterable<Uint8Array>, limit: number): Promise<number> {
    checkBlob(owner, key);
    return this.#driver.put(this.#store, owner, key, source, limit);
  }

  async get(owner: string, key: string): Promise<StoredBlob | undefined> {
    checkBlob(owner, key);
    return this.#driver.get(this.#store, owner, key);
  }

  async size(owner: string, key: string): Promise<number | undefined> {
    checkBlob(owner, key);
    return this.#driver.size(this.#store, owner, key);
  }

  async delete(owner: string, key: string): Promise<boolean> {
    checkBlob(owner, key);
    return this.#driver.delete(this.#store, owner, key);
  }

  async clear(owner: string): Promise<void> {
    checkText(owner, 'an owner');
    return this.#driver.clear(this.#store, owner);
  }

  owners(): AsyncIterable<string> {
    return this.#driver.owners(this.#store);
  }
}

function checkBlob(owner: string, key: string): void {
  checkText(owner, 'an owner');
  checkText(key, 'a key');
}
