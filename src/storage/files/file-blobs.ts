/**
 * Blobs as files.
 *
 * Names of owners and keys may hold anything, so folders and files are named by their hashes:
 * `STORE/OWNER/KEY`, with the owner's name in `STORE/OWNER/owner`. A blob is written beside its place and then
 * renamed, so that it is there complete or not at all.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compareByBytes } from '../byte-order.ts';
import type { BlobDriver } from '../driver.ts';
import { StorageError } from '../storage-error.ts';
import type { StoreRef } from '../store-ref.ts';
import type { StoredBlob } from '../stores.ts';

/** The file that names the owner; no hash looks like it. */
const OWNER = 'owner';

/** See `BlobDriver`. */
export class FileBlobs implements BlobDriver {
  readonly #root: string;

  /** @param root folder of all blobs; made when the first comes */
  constructor(root: string) {
    this.#root = root;
  }

  async put(
    store: StoreRef,
    owner: string,
    key: string,
    source: AsyncIterable<Uint8Array>,
    limit: number,
  ): Promise<number> {
    const part = join(this.#root, `${randomBytes(12).toString('hex')}.part`);
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    try {
      const size = await writeAll(part, source, limit);
      const folder = await this.#makeOwner(store, owner);
      await rename(part, join(folder, hash(key)));
      await syncFolder(folder);
      return size;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async get(store: StoreRef, owner: string, key: string): Promise<StoredBlob | undefined> {
    const file = await ifThere(open(this.#file(store, owner, key), 'r'));
    if (file === undefined) return undefined;
    return { size: (await file.stat()).size, chunks: read(file) };
  }

  async size(store: StoreRef, owner: string, key: string): Promise<number | undefined> {
    return (await ifThere(stat(this.#file(store, owner, key))))?.size;
  }

  async delete(store: StoreRef, owner: string, key: string): Promise<boolean> {
    const deleted = await ifThere(unlink(this.#file(store, owner, key)).then(() => true));
    return deleted ?? false;
  }

  async clear(store: StoreRef, owner: string): Promise<void> {
    await rm(this.#owner(store, owner), { recursive: true, force: true });
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    const owners: string[] = [];
    for (const folder of (await ifThere(readdir(this.#store(store)))) ?? []) {
      const files = await ifThere(readdir(join(this.#store(store), folder)));
      if (files === undefined || files.every((file) => file === OWNER)) continue;
      const owner = await ifThere(readFile(join(this.#store(store), folder, OWNER), 'utf8'));
      if (owner !== undefined) owners.push(owner);
    }
    yield* owners.sort(compareByBytes);
  }

  /** A folder that `clear` removes meanwhile makes the rename fail, not the name go missing. */
  async #makeOwner(store: StoreRef, owner: string): Promise<string> {
    const folder = this.#owner(store, owner);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = join(folder, OWNER);
    if ((await ifThere(stat(name))) !== undefined) return folder;
    const part = `${name}.${randomBytes(6).toString('hex')}`;
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(owner);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, name);
    return folder;
  }

  #store({ host, name }: StoreRef): string {
    return join(this.#root, hash(`${host}\0${name}`));
  }

  #owner(store: StoreRef, owner: string): string {
    return join(this.#store(store), hash(owner));
  }

  #file(store: StoreRef, owner: string, key: string): string {
    return join(this.#owner(store, owner), hash(key));
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function writeAll(path: string, source: AsyncIterable<Uint8Array>, limit: number): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw new StorageError('value-too-large', `the blob is larger than ${limit} bytes`);
      await file.writeFile(chunk);
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function* read(file: FileHandle): AsyncIterable<Uint8Array> {
  yield* file.createReadStream();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The result; `undefined` if the file or folder is not there. */
async function ifThere<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
