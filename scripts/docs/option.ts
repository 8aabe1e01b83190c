/** Options as people read them, from the schemas that check them. */
import { z } from 'zod';
import type { ModuleDefinition } from '../../src/host/module.ts';

type Schema = z.core.JSONSchema.JSONSchema;

const SIMPLE: ReadonlySet<unknown> = new Set(['boolean', 'integer', 'number', 'string', 'null']);

/** What numbers count, by the title of their schema; texts such as "5 minutes" and "10 MB" will do as well. */
const UNITS: ReadonlyMap<string | undefined, string> = new Map([
  ['period', 'period (seconds)'],
  ['size', 'size (bytes)'],
]);

/** One option of one module. */
export interface Option {
  readonly name: string;
  readonly module: string;
  /** `integer`, `list of string`, … */
  readonly type: string;
  /** What else a value must be; empty where every value of the type will do. */
  readonly limits: string;
  readonly description: string;
  /** `undefined` where there is no default. */
  readonly default: unknown;
  /** Must it be given? */
  readonly required: boolean;
}

/**
 * The options of a module, in the order of its schema.
 * @throws {Error} on an option without description, and on a type for which there are no words here
 */
export function optionsOf({ name: module, options }: ModuleDefinition): Option[] {
  const shape: Readonly<Record<string, unknown>> = options.shape;
  return Object.entries(shape).map(([name, field]) => {
    try {
      if (!(field instanceof z.ZodType)) throw new Error('is no schema');
      return option(module, name, field);
    } catch (error) {
      throw new Error(`option ${name} of module ${module}`, { cause: error });
    }
  });
}

function option(module: string, name: string, field: z.ZodType): Option {
  // As it is written in a configuration, not as the module gets it.
  const schema = z.toJSONSchema(field, { io: 'input' });
  const { description } = schema;
  if (description === undefined) throw new Error('has no description');
  const omitted = field.safeParse(undefined);
  return {
    name,
    module,
    type: typeOf(schema),
    limits: limitsOf(schema).join('; '),
    description,
    default: schema.default ?? omitted.data,
    required: !omitted.success,
  };
}

/** The default as it stands in a page: a literal, `none` or `required`. */
export function defaultText(given: Pick<Option, 'default' | 'required'>): string {
  if (given.required) return 'required';
  return given.default === undefined ? 'none' : `\`${literal(given.default)}\``;
}

/** A value in the notation of JSON, with a space after each comma of a list. */
function literal(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : JSON.stringify(value);
}

function typeOf(schema: Schema): string {
  const unit = UNITS.get(schema.title);
  if (unit !== undefined) return unit;
  if (schema.const !== undefined) return `\`${literal(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${literal(value)}\``).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(each)).join(' or ');
  const { type }: { readonly type?: unknown } = schema; // a list of types, for some unions
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.every((each) => SIMPLE.has(each))) return types.join(' or ');
  switch (schema.type) {
    case 'array':
      if (schema.prefixItems !== undefined)
        return `[${schema.prefixItems.map((each) => typeOf(part(each))).join(', ')}]`;
      return listOf(itemsOf(schema));
    case 'object':
      if (schema.properties === undefined || Object.keys(schema.properties).length === 0) {
        return `table of ${typeOf(part(schema.additionalProperties))}`;
      }
      return `table with ${Object.entries(schema.properties)
        .map(([key, value]) => `${key}: ${typeOf(part(value))}`)
        .join(', ')}`;
    default:
      throw new Error(`no words for the type ${JSON.stringify(schema)}`);
  }
}

function listOf(entry: Schema): string {
  const type = typeOf(entry);
  return type.includes(' or ') ? `list of (${type})` : `list of ${type}`;
}

/** Of numbers, texts and lists. What zod adds by itself to every integer is no limit. */
function limitsOf(schema: Schema): string[] {
  const limits = [...range(schema), ...lengths(schema.minLength, schema.maxLength, 'characters')];
  if (schema.pattern !== undefined && schema.format === undefined) limits.push(`matches \`${schema.pattern}\``);
  if (schema.format !== undefined) limits.push(`form: ${schema.format}`);
  if (schema.type === 'array' && schema.prefixItems === undefined) {
    limits.push(...lengths(schema.minItems, schema.maxItems, 'entries'));
    limits.push(...limitsOf(itemsOf(schema)).map((limit) => `each ${limit}`));
  }
  return limits;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string[] {
  const parts: string[] = [];
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return [`${least} to ${most}`];
  if (least !== undefined) parts.push(`at least ${least}`);
  if (exclusiveMinimum !== undefined) parts.push(`more than ${exclusiveMinimum}`);
  if (most !== undefined) parts.push(`at most ${most}`);
  if (exclusiveMaximum !== undefined) parts.push(`less than ${exclusiveMaximum}`);
  return parts.length === 0 ? [] : [parts.join(', ')];
}

function lengths(least: number | undefined, most: number | undefined, what: string): string[] {
  const limits: string[] = [];
  if (least !== undefined) limits.push(`at least ${least} ${what}`);
  if (most !== undefined) limits.push(`at most ${most} ${what}`);
  return limits;
}

function itemsOf({ items }: Schema): Schema {
  if (Array.isArray(items)) throw new Error('a list of schemas for the entries of a list');
  return part(items);
}

function part(schema: z.core.JSONSchema._JSONSchema | undefined): Schema {
  if (typeof schema !== 'object') throw new Error('anything goes: there are no words for that');
  return schema;
}
