/**
 * `arrival` takes new entries of archives in the order in which they come, so that a batch writes a few pages instead
 * of three for each entry; see `Arrivals`. PostgreSQL needs none: it logs rows and not pages.
 */
import type { Migration } from './migration.ts';

export const ARRIVALS: Migration = {
  number: 2,
  title: 'arrivals',
  sqlite: `
    create table arrival (
      position integer primary key, archive integer not null, seq integer not null, id text not null,
      at integer not null, party text not null, resource text, stanza blob not null, text text, dedupe text
    ) strict;
  `,
  postgresql: '',
};
