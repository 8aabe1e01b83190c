/** Blobs in memory. */
import { compareByBytes } from '../byte-order.ts';
import type { BlobDriver } from '../driver.ts';
import { StorageError } from '../storage-error.ts';
import type { StoreRef } from '../store-ref.ts';
import type { StoredBlob } from '../stores.ts';

/** See `BlobDriver`. */
export class MemoryBlobs implements BlobDriver {
  /** Store → owner → key → bytes. */
  readonly #stores = new Map<StoreRef, Map<string, Map<string, Uint8Array>>>();

  async put(
    store: StoreRef,
    owner: string,
    key: string,
    source: AsyncIterable<Uint8Array>,
    limit: number,
  ): Promise<number> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw new StorageError('value-too-large', `the blob is larger than ${limit} bytes`);
      chunks.push(Buffer.from(chunk));
    }
    const owners = this.#owners(store);
    const blobs = owners.get(owner) ?? new Map<string, Uint8Array>();
    owners.set(owner, blobs.set(key, Buffer.concat(chunks)));
    return size;
  }

  async get(store: StoreRef, owner: string, key: string): Promise<StoredBlob | undefined> {
    const bytes = this.#owners(store).get(owner)?.get(key);
    return bytes === undefined ? undefined : { size: bytes.length, chunks: once(Buffer.from(bytes)) };
  }

  async size(store: StoreRef, owner: string, key: string): Promise<number | undefined> {
    return this.#owners(store).get(owner)?.get(key)?.length;
  }

  async delete(store: StoreRef, owner: string, key: string): Promise<boolean> {
    const blobs = this.#owners(store).get(owner);
    const deleted = blobs?.delete(key) ?? false;
    if (blobs?.size === 0) this.#owners(store).delete(owner);
    return deleted;
  }

  async clear(store: StoreRef, owner: string): Promise<void> {
    this.#owners(store).delete(owner);
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    yield* [...this.#owners(store).keys()].sort(compareByBytes);
  }

  #owners(store: StoreRef): Map<string, Map<string, Uint8Array>> {
    let owners = this.#stores.get(store);
    if (owners === undefined) {
      owners = new Map();
      this.#stores.set(store, owners);
    }
    return owners;
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
