/** Which variables of the table are set, to what. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../config-error.ts';
import { didYouMean } from '../did-you-mean.ts';
import { ValueError, parseValue } from './parse-value.ts';
import { readVariable, type Environment } from './read-variable.ts';
import type { Effect, Variable } from './variable.ts';
import { VARIABLES } from './variables.ts';

/** A variable that is set. */
export interface Given {
  readonly does: Effect;
  readonly value: unknown;
  /** `PROSODY_X`, or `PROSODY_X_FILE` where the value comes from a file. */
  readonly from: string;
}

/** What an environment says. */
export interface GivenVariables {
  readonly given: readonly Given[];
  /** Names that begin with `PROSODY_` and that nobody knows, each with a suggestion or an empty text. */
  readonly unknown: ReadonlyMap<string, string>;
}

const PREFIX = 'PROSODY_';

/** Variables that Kubernetes and Docker set by themselves for a service called `prosody` or `prosody-db`. */
const LINKS = /_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** What they set a port to. */
const LINK = /^(?:tcp|udp):\/\//;

/** What a `start` or `none` row does is not done here. */
const ELSEWHERE: readonly Effect['kind'][] = ['start', 'none'];

/** Is this a container? There, the names that images use without a prefix are read, too. */
export function isContainer(environment: Environment): boolean {
  const set = readVariable(environment, 'COUPLET_CONTAINER');
  return set !== undefined && parsed('boolean', set.value, set.from) === true;
}

/** Does the environment name a host? Then it is a configuration without a file. */
export function namesHosts(environment: Environment): boolean {
  const container = isContainer(environment);
  return VARIABLES.some(
    ({ name, does }) =>
      does.kind === 'domains' &&
      (does.role === 'main' || does.role === 'hosts') &&
      isRead(name, container) &&
      [name, `${name}_FILE`].some((one) => (environment[one] ?? '') !== ''),
  );
}

function isRead(name: string, container: boolean): boolean {
  return container || name.startsWith(PREFIX);
}

/**
 * The variables that are set.
 * @throws ConfigError a value that cannot be used, one that cannot be read, or two for one thing
 */
export function readEnvironment(environment: Environment): GivenVariables {
  const container = isContainer(environment);
  const given: Given[] = [];
  for (const { name, type, does } of VARIABLES) {
    if (ELSEWHERE.includes(does.kind) || !isRead(name, container)) continue;
    const set = readVariable(environment, name);
    if (set === undefined || LINK.test(set.value)) continue;
    given.push({ does, value: parsed(type, set.value, set.from), from: set.from });
  }
  refuseTwo(given);
  return { given, unknown: unknownNames(environment) };
}

function parsed(type: Variable['type'], text: string, from: string): unknown {
  try {
    return parseValue(type, text);
  } catch (error) {
    if (error instanceof ValueError) throw new ConfigError(`environment ${from}: ${error.message}`);
    throw error;
  }
}

/** Two variables may say one thing, but not two. */
function refuseTwo(given: readonly Given[]): void {
  const first = new Map<string, Given>();
  for (const one of given) {
    for (const key of keysOf(one.does)) {
      const other = first.get(key) ?? one;
      first.set(key, other);
      if (isDeepStrictEqual(other.value, one.value)) continue;
      throw new ConfigError(`environment: ${other.from} and ${one.from} say different things: which is meant?`);
    }
  }
}

/** What a variable decides alone. */
function keysOf(does: Effect): string[] {
  switch (does.kind) {
    case 'option':
      return does.weak === true ? [] : does.targets.map((target) => JSON.stringify(target));
    case 'domains':
      return [`domains ${does.role}`];
    case 'storage':
      return [`storage ${does.part}`];
    case 'log':
      return ['log'];
    default:
      return [];
  }
}

function unknownNames(environment: Environment): Map<string, string> {
  const known = VARIABLES.map(({ name }) => name);
  const unknown = new Map<string, string>();
  for (const name of Object.keys(environment).sort()) {
    if (!name.startsWith(PREFIX) || LINKS.test(name)) continue;
    if (known.includes(name) || known.includes(name.replace(/_FILE$/, ''))) continue;
    unknown.set(name, didYouMean(name, known));
  }
  return unknown;
}
