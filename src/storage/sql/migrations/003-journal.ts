/**
 * `journal` takes the new entries of a batch as one row, in place of `arrival` with one for each; see `Arrivals`.
 * `appends` and `contents` are what the batch brought (`PackedAppends`), `places` is where it belongs.
 */
import type { Migration } from './migration.ts';

export const JOURNAL: Migration = {
  number: 3,
  title: 'journal',
  sqlite: `
    update archive
    set seq = max(archive.seq, new.seq), last = max(archive.last, new.last), oldest = min(archive.oldest, new.oldest)
    from (
      select archive as id, max(seq) as seq, max(at) as last, min(at) as oldest from arrival group by archive
    ) as new where new.id = archive.id;
    insert into entry select archive, seq, id, 0, at, party, resource, stanza, text, dedupe
    from arrival order by archive, seq;
    drop table arrival;
    create table journal (
      position integer primary key, appends text not null, contents text not null, places text not null
    ) strict;
  `,
  postgresql: '',
};
