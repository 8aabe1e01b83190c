/** Values of database columns, checked. A column of another type means that the schema is not ours. */

/** One row; the names are those of the columns. */
export type Row = Readonly<Record<string, unknown>>;

/** @throws Error if it is no text */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`a column holds ${typeof value} where text is expected`);
}

/** `undefined` for NULL. @throws Error if it is something else than text */
export function optionalTextOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : textOf(value);
}

/** @throws Error if it is no number */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new Error(`a column holds ${typeof value} where a number is expected`);
}

/** A wire string from its bytes. @throws Error if it is no byte string */
export function wireOf(value: unknown): string {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  }
  throw new Error(`a column holds ${typeof value} where bytes are expected`);
}
