/** Which resource was given which messages, as long as they are in the spool: no other one gets them meanwhile. */
import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import type { Session } from '../../host/session.ts';
import type { ArchiveEntry } from '../../storage/archive-store.ts';
import { fromZod } from '../../storage/from-zod.ts';
import type { KeyedStore } from '../../storage/stores.ts';
import type { Unit } from '../../storage/unit.ts';

/** Positions of entries, and the id of the session that has them. */
interface Claim {
  sid: string;
  seqs: number[];
}

export const claimsCodec = fromZod(z.array(z.object({ sid: z.string(), seqs: z.array(z.int()) })));

/** Claims are made in the store, so that resources on two nodes do not get the same message. */
export class Claims {
  readonly #host: Host;
  readonly #store: KeyedStore<Claim[]>;

  constructor(host: Host, store: KeyedStore<Claim[]>) {
    this.#host = host;
    this.#store = store;
  }

  /** Those of the entries that nobody had. They are the session's now. */
  async take({ sid, user }: Session, entries: readonly ArchiveEntry[]): Promise<readonly ArchiveEntry[]> {
    const before = (await this.#store.get(user)) ?? [];
    // Looked up after the claims were read: of a session that is not there the claim is void.
    const bound = await this.#host.sessions.of(user);
    const ended = new Set(
      before.map((claim) => claim.sid).filter((other) => !bound.some((entry) => entry.sid === other)),
    );
    const had = new Set(before.filter((claim) => claim.sid === sid).flatMap(({ seqs }) => seqs));
    const unit = this.#host.server.storage.unit();
    this.#store.update(unit, user, (list = []) => {
      const held = list.filter((claim) => !ended.has(claim.sid));
      const taken = new Set(held.flatMap(({ seqs }) => seqs));
      const seqs = entries.map(({ seq }) => seq).filter((seq) => !taken.has(seq));
      const own = held.find((claim) => claim.sid === sid)?.seqs ?? [];
      if (seqs.length === 0) return held.length === 0 ? undefined : held;
      return [...held.filter((claim) => claim.sid !== sid), { sid, seqs: [...own, ...seqs] }];
    });
    await unit.submit()?.settled();
    const own = (await this.#store.get(user))?.find((claim) => claim.sid === sid)?.seqs ?? [];
    return entries.filter(({ seq }) => own.includes(seq) && !had.has(seq));
  }

  /** The session has no claim any more. */
  release(unit: Unit, { sid, user }: Session): void {
    this.#store.update(unit, user, (list = []) => {
      const left = list.filter((claim) => claim.sid !== sid);
      return left.length === 0 ? undefined : left;
    });
  }

  /** Forget the claims to the messages of an account. */
  clear(unit: Unit, user: string): void {
    this.#store.delete(unit, user);
  }
}
