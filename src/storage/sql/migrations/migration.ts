/** One step of the schema. Steps only go forward, and a step that was released is never changed. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly number: number;
  /** What it does, in a few words. */
  readonly title: string;
  /** Statements for SQLite. */
  readonly sqlite: string;
  /** Statements for PostgreSQL; unqualified names are in the schema of the server. */
  readonly postgresql: string;
}
