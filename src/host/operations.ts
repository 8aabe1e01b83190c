/** Management operations: defined once, offered through every face (command line, shell, ad-hoc, HTTP). */
import type { z } from 'zod';
import type { Jid } from '../jid/jid.ts';
import type { Log } from '../logging/log.ts';
import { StanzaError } from '../stanza/errors.ts';
import type { Role } from './permissions.ts';

/** Who runs an operation, and how. */
export interface OperationContext {
  /** The requester; `undefined` for the operator of the machine (control socket). */
  readonly who: Jid | undefined;
  /** `call` from within, `control`, `shell`, `adhoc`, `http`. */
  readonly face: string;
  /** Address of the requester's machine, where known. */
  readonly address?: string;
  /** Aborted when the requester goes away. */
  readonly signal: AbortSignal;
  /** Tell how far a long run is: done of total. */
  progress(done: number, total: number): void;
}

/** One management operation. */
export interface Operation<I extends z.ZodObject, R extends z.ZodType> {
  /** `area.verb`, e.g. `user.create`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly input: I;
  readonly output: R;
  /** The least role that may run it. */
  readonly role: Role;
  /** Does it change anything? Such runs are written to the audit log. */
  readonly changes: boolean;
  /** Node of the ad-hoc command (XEP-0050, XEP-0133), where there is one. */
  readonly adhoc?: string;
  /** Prosody's spelling on the command line, where there is one: `adduser <jid>`. */
  readonly cli?: string;
  run(input: z.infer<I>, context: OperationContext): Promise<z.infer<R>>;
}

/** An operation with its types erased: input is checked against the schema before it runs. */
interface Erased {
  readonly name: string;
  readonly summary: string;
  readonly role: Role;
  readonly changes: boolean;
  readonly run: (input: unknown, context: OperationContext) => Promise<unknown>;
}

/** Decides whether a requester has a role. */
export type RoleCheck = (who: Jid, least: Role) => boolean;

/** The input does not fit the operation's schema. */
export class OperationInputError extends Error {
  /** The input's fields that are wrong, and why. */
  readonly problems: readonly string[];

  constructor(name: string, problems: readonly string[]) {
    super(`${name}: ${problems.join('; ')}`);
    this.name = 'OperationInputError';
    this.problems = problems;
  }
}

/** All operations of one host. */
export class Operations {
  readonly #operations = new Map<string, Erased>();
  readonly #audit: Log;
  readonly #mayRun: RoleCheck;

  constructor(audit: Log, mayRun: RoleCheck) {
    this.#audit = audit;
    this.#mayRun = mayRun;
  }

  get size(): number {
    return this.#operations.size;
  }

  /** Names and summaries, sorted by name. */
  list(): readonly { readonly name: string; readonly summary: string }[] {
    return [...this.#operations.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Add an operation; the returned function removes it.
   * @throws Error if there is one of that name
   */
  add<I extends z.ZodObject, R extends z.ZodType>(operation: Operation<I, R>): () => void {
    const { name, summary, role, changes, input, output } = operation;
    if (this.#operations.has(name)) throw new Error(`operation "${name}" is defined already`);
    const run = async (raw: unknown, context: OperationContext): Promise<unknown> => {
      const checked = input.safeParse(raw);
      if (!checked.success) throw new OperationInputError(name, checked.error.issues.map(problemText));
      return output.parse(await operation.run(checked.data, context));
    };
    this.#operations.set(name, { name, summary, role, changes, run });
    return () => this.#operations.delete(name);
  }

  /**
   * Run an operation.
   * @throws StanzaError `item-not-found` (no such operation), `forbidden`
   * @throws OperationInputError the input does not fit
   */
  async run(name: string, input: unknown, context: OperationContext): Promise<unknown> {
    const operation = this.#operations.get(name);
    if (operation === undefined) throw new StanzaError('item-not-found', `There is no operation ${name}`);
    const { who, face, address } = context;
    if (who !== undefined && !this.#mayRun(who, operation.role)) throw new StanzaError('forbidden');
    const entry = { operation: name, who: who?.toString() ?? 'operator', face, address };
    try {
      const result = await operation.run(input, context);
      if (operation.changes) this.#audit.info({ ...entry, outcome: 'done' }, 'operation');
      return result;
    } catch (error) {
      if (operation.changes) this.#audit.warn({ ...entry, outcome: 'failed', err: error }, 'operation');
      throw error;
    }
  }
}

function problemText(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
