/** `config/couplet.schema.json`: what a configuration in YAML looks like, for editors. */
import { z } from 'zod';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from '../../src/app/core-options.ts';
import type { ModuleDefinition } from '../../src/host/module.ts';

type Schema = z.core.JSONSchema.JSONSchema;

/** Numbers that may be written as text with a unit, by the title of their schema. */
const UNITS: ReadonlySet<string | undefined> = new Set(['period', 'size']);

/** Options that are read from the file that `NAME_file` names. */
const SECRET = /(?:^|_)(?:password|secret|token|private_key)$/;

/** Types of values that cannot be a reference by themselves. */
const CLOSED: ReadonlySet<unknown> = new Set(['boolean', 'integer', 'number']);

/** A value that is taken from the environment, or from a credential. */
const REFERENCE = { $ref: '#/$defs/reference' };

/** What the definition of an option begins with. */
const OPTION = 'option_';

/** A path of a file with a secret. */
const SECRET_FILE: Schema = { type: 'string', description: 'Path of a file that holds the value' };

/**
 * The schema.
 * @throws Error an option that several modules declare in different ways
 */
export function configSchema(modules: readonly ModuleDefinition[]): Schema {
  const ofModules = new Map<string, Schema>();
  for (const { name: module, options } of modules) {
    for (const [name, schema] of propertiesOf(options)) {
      ofModules.set(
        name,
        joined(name, ofModules.get(name), { ...schema, description: `${schema.description} (${module})` }),
      );
    }
  }
  const common = [...propertiesOf(HOST_OPTIONS), ...[...ofModules].toSorted(([a], [b]) => (a < b ? -1 : 1))];
  const references = Object.fromEntries(common.map(([name]) => [name, { $ref: `#/$defs/${OPTION}${name}` }]));
  const domains = (what: string): Schema => ({
    type: 'object',
    description: what,
    additionalProperties: { anyOf: [{ $ref: '#/$defs/domain' }, { type: 'null' }] },
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of Couplet',
    type: 'object',
    properties: {
      include: {
        description: 'Other files of this kind; patterns are sorted. Paths start at the folder of this file',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      },
      ...Object.fromEntries(propertiesOf(SERVER_OPTIONS)),
      ...references,
      hosts: domains('The domains that are served, each with options of its own'),
      components: domains('Domains that are made of one module'),
    },
    additionalProperties: false,
    $defs: {
      ...Object.fromEntries(common.map(([name, schema]) => [OPTION + name, schema])),
      reference: { type: 'string', pattern: String.raw`\$\{`, description: 'A reference: ${NAME}' },
      domain: {
        type: 'object',
        properties: { ...Object.fromEntries(propertiesOf(OWN_OPTIONS)), ...references },
        additionalProperties: false,
      },
    },
  };
}

/** Options by name, as they are written in a file. */
function propertiesOf({ shape }: z.ZodObject): [string, Schema][] {
  return Object.entries(shape).flatMap(([name, field]): [string, Schema][] => {
    if (!(field instanceof z.ZodType)) throw new Error(`the option ${name} has no schema`);
    const schema: Schema = z.toJSONSchema(field, { io: 'input' });
    const standard: unknown = schema.default ?? field.safeParse(undefined).data;
    const { description = '' } = schema;
    for (const key of ['$schema', 'description', 'default']) Reflect.deleteProperty(schema, key);
    const property: Schema = {
      description,
      ...(standard !== undefined && { default: z.json().parse(standard) }),
      ...asWritten(schema),
    };
    return SECRET.test(name)
      ? [
          [name, property],
          [`${name}_file`, SECRET_FILE],
        ]
      : [[name, property]];
  });
}

/** What a file may say: periods and sizes as texts, references, and files with secrets. */
function asWritten(schema: Schema): Schema {
  const each = (inner: z.core.JSONSchema._JSONSchema): z.core.JSONSchema._JSONSchema =>
    typeof inner === 'boolean' ? inner : asWritten(inner);
  const { title, anyOf, items, prefixItems, properties, additionalProperties } = schema;
  const written: Schema = { ...schema };
  if (anyOf !== undefined) written.anyOf = anyOf.map(asWritten);
  if (items !== undefined && !Array.isArray(items)) written.items = each(items);
  if (prefixItems !== undefined) written.prefixItems = prefixItems.map(each);
  if (additionalProperties !== undefined) written.additionalProperties = each(additionalProperties);
  if (properties !== undefined) {
    written.properties = Object.fromEntries(
      Object.entries(properties).flatMap(([name, inner]): [string, z.core.JSONSchema._JSONSchema][] =>
        SECRET.test(name)
          ? [
              [name, each(inner)],
              [`${name}_file`, SECRET_FILE],
            ]
          : [[name, each(inner)]],
      ),
    );
  }
  if (UNITS.has(title)) return { anyOf: [written, { type: 'string' }] };
  return CLOSED.has(schema.type) || schema.enum !== undefined ? { anyOf: [written, REFERENCE] } : written;
}

/** What two modules say about one option. */
function joined(name: string, one: Schema | undefined, other: Schema): Schema {
  if (one === undefined) return other;
  const bare = (schema: Schema): string => JSON.stringify({ ...schema, description: '' });
  if (bare(one) !== bare(other)) throw new Error(`the option ${name} is declared in several ways`);
  return { ...one, description: `${one.description}; ${other.description}` };
}
