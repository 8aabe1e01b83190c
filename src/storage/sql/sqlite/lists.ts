/** Lists in JSON: checked by hand, since the storage threads load as little as they can. */

/** The lists in a text. @throws Error if it holds something else */
export function listsOf(text: string): (readonly unknown[])[] {
  const lists: unknown = JSON.parse(text);
  if (Array.isArray(lists) && lists.every((list) => Array.isArray(list))) return lists;
  throw new Error('a row of the journal holds something else than lists');
}
