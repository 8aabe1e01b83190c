/** Work that may take time, and costs no promise where it does not. */

/** Go on with a value: at once where it is there. */
export function andThen<T, R>(value: T | Promise<T>, work: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(work) : work(value);
}

/** Do something with every item, none waiting for another. */
export function all<T>(items: Iterable<T>, work: (item: T) => void | Promise<unknown>): void | Promise<void> {
  let pending: Promise<unknown>[] | undefined;
  for (const item of items) {
    const outcome = work(item);
    if (outcome !== undefined) (pending ??= []).push(outcome);
  }
  return pending === undefined ? undefined : Promise.all(pending).then(() => undefined);
}
