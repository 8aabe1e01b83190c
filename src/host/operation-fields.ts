/** The fields of an operation's input as the faces that ask for them see them: data forms, command lines, the audit log. */
import { z } from 'zod';

/** One field. */
export interface OperationField {
  readonly name: string;
  /** `nested`: anything that is not text, a number, a choice, a yes or no, or a list of texts. */
  readonly type: 'text' | 'lines' | 'integer' | 'boolean' | 'choice' | 'list' | 'nested';
  /** For people. */
  readonly label: string;
  /** Must it be given? */
  readonly required: boolean;
  /** Never shown, logged or recorded. */
  readonly secret: boolean;
  /** The address of an account, or several. */
  readonly jid: boolean;
  /** Of a `choice`. */
  readonly choices: readonly string[];
  /** What is meant where it is not given. */
  readonly fallback: string | number | boolean | undefined;
}

/** Text that is never shown, logged or recorded. */
export const secret = z.string().min(1).meta({ secret: true, title: 'Password' });

const property = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
  secret: z.boolean().optional(),
  jid: z.boolean().optional(),
  lines: z.boolean().optional(),
  items: z.object({ type: z.string().optional(), jid: z.boolean().optional() }).optional(),
});

const objectSchema = z.object({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
});

/**
 * The fields of an input, in the order of its schema. A schema may say of a text `meta({ jid: true })`,
 * `meta({ lines: true })`, and `secret` above.
 */
export function fieldsOf(input: z.ZodObject): readonly OperationField[] {
  const { properties, required } = objectSchema.parse(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
  return Object.entries(properties).map(([name, it]) => ({
    name,
    type: typeOf(it),
    label: it.description ?? it.title ?? name,
    required: required.includes(name),
    secret: it.secret === true,
    jid: it.jid === true || it.items?.jid === true,
    choices: it.enum ?? [],
    fallback: it.default,
  }));
}

function typeOf({ type, enum: choices, lines, items }: z.infer<typeof property>): OperationField['type'] {
  if (choices !== undefined) return 'choice';
  if (type === 'string') return lines === true ? 'lines' : 'text';
  if (type === 'integer' || type === 'boolean') return type;
  return type === 'array' && items?.type === 'string' ? 'list' : 'nested';
}

/** What of an input may be recorded: neither secrets nor nested values nor fields that the operation does not have. */
export function recordable(fields: readonly OperationField[], raw: unknown): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null) return {};
  const given = new Map<string, unknown>(Object.entries(raw));
  const kept: Record<string, unknown> = {};
  for (const { name, type, secret: hidden } of fields) {
    const value = given.get(name);
    if (hidden || type === 'nested' || value === undefined) continue;
    kept[name] = shortened(value);
  }
  return kept;
}

/** Longest text that is recorded, in UTF-16 units, and most members of a list. */
const MAX_TEXT = 300;
const MAX_LIST = 20;

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item) => typeof item === 'string').map(shortened);
  return texts.length > MAX_LIST ? [...texts.slice(0, MAX_LIST), '…'] : texts;
}
