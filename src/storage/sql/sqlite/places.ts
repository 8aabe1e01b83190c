/** Where entries of the journal belong, as text: JSON with a list for each field. */
import { numberOf, textOf } from '../columns.ts';
import { listsOf } from './lists.ts';

/** A position in an archive, and what the entry there has got with it. */
export interface Place {
  /** The archive's number. */
  readonly archive: number;
  readonly seq: number;
  readonly id: string;
  readonly when: number;
}

/** The text of places; `undefined` stands for what is not stored. */
export function placesToText(places: readonly (Place | undefined)[]): string {
  return JSON.stringify([
    places.map((place) => place?.archive),
    places.map((place) => place?.seq),
    places.map((place) => place?.id),
    places.map((place) => place?.when),
  ]);
}

/** @throws Error for text that `placesToText` did not make */
export function placesFromText(text: string): (Place | undefined)[] {
  const [archive = [], seq = [], id = [], when = []] = listsOf(text);
  return archive.map((number, i) =>
    number === null
      ? undefined
      : { archive: numberOf(number), seq: numberOf(seq[i]), id: textOf(id[i]), when: numberOf(when[i]) },
  );
}
