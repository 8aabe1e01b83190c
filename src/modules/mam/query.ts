/** Queries of an archive (XEP-0313 v1.1.3 §4). */
import { StanzaError } from '../../stanza/errors.ts';
import { formIn } from '../../stanza/form.ts';
import type { FieldSpec, FormSpec } from '../../stanza/form-spec.ts';
import { readSubmission, type Submission } from '../../stanza/form-submission.ts';
import { parsePageRequest } from '../../stanza/rsm.ts';
import type { ArchiveQuery } from '../../storage/archive-store.ts';
import type { Element } from '../../xml/element.ts';
import { NS_MAM } from './protocol.ts';

/** Ids that one query may ask for. */
const MAX_IDS = 500;

const FIELDS: readonly FieldSpec[] = [
  { var: 'with', type: 'jid-single' },
  { var: 'start', type: 'text-single', validate: { datatype: 'xs:dateTime' } },
  { var: 'end', type: 'text-single', validate: { datatype: 'xs:dateTime' } },
  { var: 'before-id', type: 'text-single' },
  { var: 'after-id', type: 'text-single' },
  { var: 'ids', type: 'list-multi', validate: { datatype: 'xs:string', open: true } },
  // Messages of rooms are not in the archives of persons, so there is nothing to leave out (§4.1.5).
  { var: 'include-groupchat', type: 'boolean' },
];

/** The form of a query (§4.1.6). */
export const QUERY_FORM: FormSpec = { formType: NS_MAM, fields: FIELDS };

/**
 * What a `<query/>` asks for.
 * @param limit entries of a page, at most and where nothing is said
 * @throws StanzaError `bad-request`, `not-acceptable`; `feature-not-implemented` for fields that there are not (§4.1.6)
 */
export function parseQuery(query: Element, limit: number): ArchiveQuery {
  const fields = submissionIn(query);
  const page = parsePageRequest(query);
  if (page?.index !== undefined) {
    throw new StanzaError('feature-not-implemented', 'Pages are not found by their position');
  }
  const other = fields?.jid('with');
  const ids = fields?.list('ids');
  if (ids !== undefined && ids.length > MAX_IDS) throw new StanzaError('not-acceptable', `More than ${MAX_IDS} ids`);
  return {
    with: other?.bare.key,
    resource: other?.resource,
    start: fields?.instant('start'),
    end: fields?.instant('end'),
    afterId: fields?.text('after-id') || undefined,
    beforeId: fields?.text('before-id') || undefined,
    ids: ids === undefined || ids.length === 0 ? undefined : ids,
    after: page?.after,
    before: page?.before || undefined,
    order: page?.before === undefined ? 'forward' : 'backward',
    max: Math.min(page?.max ?? limit, limit),
  };
}

function submissionIn(query: Element): Submission | undefined {
  const form = formIn(query);
  if (form === undefined) return undefined;
  const values = readSubmission(QUERY_FORM, form);
  for (const name of form.fields.keys()) {
    if (!FIELDS.some((field) => field.var === name)) {
      throw new StanzaError('feature-not-implemented', `There is no field ${name}`);
    }
  }
  return values;
}
