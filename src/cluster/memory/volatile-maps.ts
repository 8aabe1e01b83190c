/** Small shared maps whose fields may expire, in one process. */
import { SweepSchedule } from './sweep-schedule.ts';

interface Field {
  readonly value: string;
  /** Time at which it vanishes. */
  readonly until: number;
}

/** Maps by key. Times are milliseconds of any monotonic clock. */
export class VolatileMaps {
  readonly #maps = new Map<string, Map<string, Field>>();
  readonly #sweep = new SweepSchedule();
  #size = 0;

  /** Number of fields kept, expired ones included until they are swept. */
  get size(): number {
    return this.#size;
  }

  /** See `ClusterBackend.put`. */
  put(key: string, field: string, value: string, ttlMs: number, now: number): void {
    let map = this.#maps.get(key);
    if (map === undefined) this.#maps.set(key, (map = new Map<string, Field>()));
    const before = map.size;
    map.set(field, { value, until: now + ttlMs });
    this.#size += map.size - before;
    if (this.#sweep.wrote()) this.#forgetExpired(now);
  }

  /** See `ClusterBackend.get`. */
  get(key: string, now: number): ReadonlyMap<string, string> {
    const live = new Map<string, string>();
    for (const [field, { value, until }] of this.#maps.get(key) ?? []) if (until > now) live.set(field, value);
    return live;
  }

  /** See `ClusterBackend.del`. */
  del(key: string, field: string | undefined, ifValue: string | undefined, now: number): boolean {
    const map = this.#maps.get(key);
    if (map === undefined) return false;
    let live = false;
    for (const name of field === undefined ? [...map.keys()] : [field]) {
      const held = map.get(name);
      if (held === undefined || (ifValue !== undefined && held.value !== ifValue)) continue;
      live ||= held.until > now;
      this.#drop(key, map, name);
    }
    return live;
  }

  #forgetExpired(now: number): void {
    for (const [key, map] of this.#maps) {
      for (const [field, { until }] of map) if (until <= now) this.#drop(key, map, field);
    }
    this.#sweep.swept(this.#size);
  }

  #drop(key: string, map: Map<string, Field>, field: string): void {
    if (map.delete(field)) this.#size--;
    if (map.size === 0) this.#maps.delete(key);
  }
}
