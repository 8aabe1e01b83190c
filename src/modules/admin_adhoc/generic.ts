/** Any operation as an ad-hoc command: its input is the form, its output the result. */
import type { KnownOperation } from '../../host/operations.ts';
import type { OperationField } from '../../host/operation-fields.ts';
import { resultElement, tableElement, type FieldValue } from '../../stanza/form-build.ts';
import type { FieldSpec, FormSpec } from '../../stanza/form-spec.ts';
import type { Submission } from '../../stanza/form-submission.ts';
import type { AdhocCaller, AdhocCommand, AdhocResult } from '../adhoc/service.ts';
import type { Runner } from './runner.ts';

/** FORM_TYPE of these forms, and what their nodes begin with. */
export const NS_OPERATIONS = 'urn:x-couplet:operation';

/** The node of an operation that has none of its own. */
export function nodeOf(name: string): string {
  return `${NS_OPERATIONS}#${name}`;
}

/** A command that runs an operation; `undefined` where a form cannot hold its input, or one answer its output. */
export function genericCommand(operation: KnownOperation, runner: Runner): AdhocCommand | undefined {
  const { name, summary, fields, streams } = operation;
  if (streams || fields.some(({ type }) => type === 'nested')) return undefined;
  const run = async (input: object, caller: AdhocCaller): Promise<AdhocResult> =>
    resultOf(await runner.run(name, input, caller));
  const form: FormSpec = { formType: NS_OPERATIONS, title: summary, fields: fields.map(fieldSpec) };
  return {
    node: nodeOf(name),
    name: summary,
    mayRun: (who) => runner.mayRun(name, who),
    start: (caller) => {
      if (fields.length === 0) return run({}, caller);
      return { form, current: fallbacks(fields), submit: (values, by) => run(inputOf(fields, values), by) };
    },
  };
}

function fieldSpec({ name, type, label, required, secret, jid, choices }: OperationField): FieldSpec {
  const common = { var: name, label, required };
  switch (type) {
    case 'boolean':
      return { ...common, type: 'boolean' };
    case 'integer':
      return { ...common, type: 'text-single', validate: { datatype: 'xs:integer' } };
    case 'choice':
      return { ...common, type: 'list-single', options: choices.map((value) => ({ value })) };
    case 'lines':
      return { ...common, type: 'text-multi' };
    case 'list':
      return { ...common, type: jid ? 'jid-multi' : 'text-multi' };
    default:
      return { ...common, type: secret ? 'text-private' : jid ? 'jid-single' : 'text-single' };
  }
}

function fallbacks(fields: readonly OperationField[]): ReadonlyMap<string, FieldValue> {
  const current = new Map<string, FieldValue>();
  for (const { name, fallback } of fields) if (fallback !== undefined) current.set(name, fallback);
  return current;
}

/** What was filled in; what was left empty is not given. */
function inputOf(fields: readonly OperationField[], values: Submission): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    const value =
      type === 'integer'
        ? values.integer(name)
        : type === 'boolean'
          ? values.flag(name)
          : type === 'list'
            ? values.list(name)
            : values.text(name);
    if (value !== undefined && value !== '') input[name] = value;
  }
  return input;
}

/** A list of objects is a table; anything else a form with a field for each member. */
function resultOf(output: unknown): AdhocResult {
  const members = typeof output === 'object' && output !== null ? Object.entries(output) : [];
  if (members.length === 0) return { note: { type: 'info', text: 'Done' } };
  for (const [, value] of members) {
    const rows = rowsOf(value);
    if (rows === undefined) continue;
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    return {
      result: tableElement(
        columns.map((column) => ({ var: column, label: column })),
        rows.map((row) => columns.map((column) => textOf(row.get(column)))),
      ),
    };
  }
  const fields = members.map(([name, value]) => ({ var: name, label: name, value: textOf(value) }));
  return { result: resultElement(NS_OPERATIONS, fields) };
}

/** The members of each object, where the value is a list of objects. */
function rowsOf(value: unknown): ReadonlyMap<string, unknown>[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows: ReadonlyMap<string, unknown>[] = [];
  const items: readonly unknown[] = value;
  for (const item of items) {
    if (typeof item !== 'object' || item === null) return undefined;
    rows.push(new Map<string, unknown>(Object.entries(item)));
  }
  return rows;
}

function textOf(value: unknown): FieldValue {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return JSON.stringify(value);
}
