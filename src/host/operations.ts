/** Management operations: defined once, offered through every face (command line, shell, ad-hoc, HTTP). */
import type { z } from 'zod';
import type { Jid } from '../jid/jid.ts';
import type { Log } from '../logging/log.ts';
import { StanzaError } from '../stanza/errors.ts';
import { fieldsOf, recordable, type OperationField } from './operation-fields.ts';
import type { Role } from './account-role.ts';
import type { Permissions } from './permissions.ts';

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
  /** Tell what happens while it runs, where the face can show that. What the requester is too slow for is left out. */
  readonly event?: (event: Readonly<Record<string, unknown>>) => void;
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
  /** Does a run with this input only tell what it would change? Such runs are not. */
  readonly dry?: (input: z.infer<I>) => boolean;
  /** Does it tell events until the requester goes away? Only faces that show events offer it. */
  readonly streams?: true;
  /** Node of the ad-hoc command (XEP-0050, XEP-0133), where there is one. */
  readonly adhoc?: string;
  /** Prosody's spelling on the command line, where there is one: `adduser <jid>`. */
  readonly cli?: string;
  run(input: z.infer<I>, context: OperationContext): Promise<z.infer<R>>;
}

/** An operation as the faces see it: its types are erased, its input is checked when it runs. */
export interface KnownOperation {
  readonly name: string;
  readonly summary: string;
  readonly role: Role;
  readonly changes: boolean;
  readonly streams: boolean;
  readonly adhoc: string | undefined;
  readonly fields: readonly OperationField[];
}

/** An operation that changes something was run. */
export interface AuditEntry {
  readonly operation: string;
  /** Full JID of the requester, or `operator`: whoever may open the control socket. */
  readonly who: string;
  readonly face: string;
  readonly address?: string | undefined;
  /** What of the input may be recorded. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly outcome: 'done' | 'failed';
  /** Why it failed. */
  readonly error?: string | undefined;
}

/** Keeps what was done; the answer waits for it. */
export type AuditRecorder = (entry: AuditEntry) => Promise<void>;

interface Held extends KnownOperation {
  readonly isDry: (input: unknown) => boolean;
  readonly run: (input: unknown, context: OperationContext) => Promise<unknown>;
}

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
  readonly #operations = new Map<string, Held>();
  readonly #audit: Log;
  readonly #permissions: Permissions;
  /** The last one is asked; those before it are there while a module is set up again. */
  readonly #recorders = new Set<AuditRecorder>();

  /** @param permissions each operation is declared there as the action `operations:NAME` */
  constructor(audit: Log, permissions: Permissions) {
    this.#audit = audit;
    this.#permissions = permissions;
  }

  get size(): number {
    return this.#operations.size;
  }

  /** All of them, sorted by name. */
  list(): readonly KnownOperation[] {
    return [...this.#operations.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** May they run it? Nobody may run what there is not. */
  async mayRun(name: string, who: Jid): Promise<boolean> {
    const rights = await this.#permissions.rightsOf(who);
    return this.#operations.has(name) && rights.may(actionOf(name));
  }

  /**
   * Whoever runs an operation may change only accounts whose role is not above their own.
   * @param account bare JID
   * @throws StanzaError `forbidden`
   */
  async mustManage(account: Jid, { who }: OperationContext): Promise<void> {
    if (who === undefined || (await this.#permissions.mayManage(who, account))) return;
    throw new StanzaError('forbidden', `${account.toString()} has more rights than you`);
  }

  /** Have changes recorded there from now on; the returned function ends that. */
  recordedBy(recorder: AuditRecorder): () => void {
    this.#recorders.add(recorder);
    return () => this.#recorders.delete(recorder);
  }

  /**
   * Add an operation; the returned function removes it.
   * @throws Error if there is one of that name
   */
  add<I extends z.ZodObject, R extends z.ZodType>(operation: Operation<I, R>): () => void {
    const { name, summary, role, changes, streams = false, adhoc, input, output } = operation;
    if (this.#operations.has(name)) throw new Error(`operation "${name}" is defined already`);
    let fields: readonly OperationField[] | undefined;
    const held: Held = {
      name,
      summary,
      role,
      changes,
      streams,
      adhoc,
      get fields() {
        return (fields ??= fieldsOf(input));
      },
      isDry: (raw) => {
        const checked = operation.dry === undefined ? undefined : input.safeParse(raw);
        return checked?.success === true && operation.dry?.(checked.data) === true;
      },
      run: async (raw, context) => {
        const checked = input.safeParse(raw);
        if (!checked.success) throw new OperationInputError(name, checked.error.issues.map(problemText));
        return output.parse(await operation.run(checked.data, context));
      },
    };
    const undeclare = this.#permissions.declare(actionOf(name), role);
    this.#operations.set(name, held);
    return () => {
      if (this.#operations.get(name) !== held) return;
      this.#operations.delete(name);
      undeclare();
    };
  }

  /**
   * Run an operation.
   * @throws StanzaError `item-not-found` (no such operation), `forbidden`
   * @throws OperationInputError the input does not fit
   */
  async run(name: string, input: unknown, context: OperationContext): Promise<unknown> {
    const operation = this.#operations.get(name);
    if (operation === undefined)
      throw new StanzaError(
        'item-not-found',
        `There is no operation ${name} here: the module that has it may not be loaded`,
      );
    const { who, face, address } = context;
    const entry = { operation: name, who: who?.toString() ?? 'operator', face, address };
    if (who !== undefined && !(await this.mayRun(name, who))) {
      this.#audit.warn({ ...entry, outcome: 'refused' }, 'operation');
      throw new StanzaError('forbidden');
    }
    if (!operation.changes || operation.isDry(input)) return operation.run(input, context);
    const done = recordable(operation.fields, input);
    try {
      const result = await operation.run(input, context);
      this.#audit.info({ ...entry, outcome: 'done' }, 'operation');
      await this.#record({ ...entry, input: done, outcome: 'done' });
      return result;
    } catch (error) {
      this.#audit.warn({ ...entry, outcome: 'failed', err: error }, 'operation');
      await this.#record({ ...entry, input: done, outcome: 'failed', error: reasonOf(error) });
      throw error;
    }
  }

  /** What was done is done: that it could not be recorded is told to the log, which has it too. */
  async #record(entry: AuditEntry): Promise<void> {
    try {
      await [...this.#recorders].at(-1)?.(entry);
    } catch (error) {
      this.#audit.error({ err: error, operation: entry.operation }, 'operation could not be recorded');
    }
  }
}

function actionOf(name: string): string {
  return `operations:${name}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function problemText(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
