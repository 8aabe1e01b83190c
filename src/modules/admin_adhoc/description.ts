/** How commands of service administration (XEP-0133 v1.3.1) are written down, and what they have in common. */
import { StanzaError } from '../../stanza/errors.ts';
import { resultElement, type FieldValue, type ResultField } from '../../stanza/form-build.ts';
import type { FieldSpec } from '../../stanza/form-spec.ts';
import type { Submission } from '../../stanza/form-submission.ts';
import type { Element } from '../../xml/element.ts';
import type { AdhocResult } from '../adhoc/service.ts';
import { MAX_ITEMS, NS_ADMIN } from './fields.ts';

/** Runs operations for the one who executes the command. */
export type Run = (operation: string, input: object) => Promise<unknown>;

/** A command as it is written below. */
export interface Description {
  /** Its node, behind `NS_ADMIN#`. */
  readonly node: string;
  readonly name: string;
  /** Who may run this operation may run the command. */
  readonly operation: string;
  readonly fields: readonly FieldSpec[];
  readonly current?: (run: Run) => Promise<ReadonlyMap<string, FieldValue>>;
  readonly run: (run: Run, values: Submission) => Promise<AdhocResult>;
}

/** The end of a command that did something. */
export function done(text: string): AdhocResult {
  return { note: { type: 'info', text } };
}

/** A form of results. */
export function result(...fields: readonly ResultField[]): Element {
  return resultElement(NS_ADMIN, fields);
}

/** A command that takes nothing and tells a number. */
export function count(
  node: string,
  name: string,
  operation: string,
  field: string,
  value: (run: Run) => Promise<number>,
): Description {
  return {
    node,
    name,
    operation,
    fields: [],
    run: async (run) => ({ result: result({ var: field, label: name, value: await value(run) }) }),
  };
}

/** A command that takes how many addresses are wanted, and tells them. */
export function list(
  node: string,
  name: string,
  operation: string,
  field: string,
  value: (run: Run, max: number | undefined) => Promise<readonly string[]>,
): Description {
  return {
    node,
    name,
    operation,
    fields: [MAX_ITEMS],
    run: async (run, values) => {
      const wanted = values.text('max_items');
      const max = wanted === undefined || wanted === 'none' ? undefined : Number(wanted);
      const jids = (await value(run, max)).slice(0, max);
      return { result: result({ var: field, type: 'jid-multi', label: name, value: jids }) };
    },
  };
}

/** Do it for every account named; those for which it fails do not keep it from the others. */
export async function each(
  values: Submission,
  what: string,
  work: (jid: string) => Promise<unknown>,
): Promise<AdhocResult> {
  const failed: string[] = [];
  const jids = values.list('accountjids') ?? [];
  for (const jid of jids) {
    try {
      await work(jid);
    } catch (error) {
      if (!(error instanceof StanzaError) || error.condition === 'forbidden') throw error;
      failed.push(error.text ?? error.condition);
    }
  }
  if (failed.length === 0) return done(`${jids.length} ${what}`);
  return { note: { type: 'error', text: `${jids.length - failed.length} ${what}; ${failed.join('; ')}` } };
}
