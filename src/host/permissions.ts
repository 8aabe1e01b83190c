/** Who may do what: Prosody's roles and the permissions that modules declare. */
import { Jid } from '../jid/jid.ts';

/** Prosody's built-in roles, each with the rights of those before it. */
export const ROLES = [
  'prosody:guest',
  'prosody:registered',
  'prosody:member',
  'prosody:admin',
  'prosody:operator',
] as const;

/** A role. */
export type Role = (typeof ROLES)[number];

/** Gives an account's role where one was assigned; later the roles stored by `authz_internal`. */
export type RoleSource = (user: Jid) => Role | undefined;

/** Roles of requesters and default roles of actions on one host. */
export class Permissions {
  readonly #domain: string;
  readonly #operators: ReadonlySet<string>;
  readonly #actions = new Map<string, Role>();
  #source: RoleSource | undefined;

  /** @param options `admins`: bare JIDs with the role `prosody:operator` */
  constructor(domain: string, options: Readonly<Record<string, unknown>>) {
    this.#domain = domain;
    this.#operators = new Set(adminsOf(options['admins']));
  }

  /** Actions declared. */
  get size(): number {
    return this.#actions.size;
  }

  /**
   * Declare an action and the least role that may do it; the returned function takes it back.
   * @throws Error if the action is declared already
   */
  declare(action: string, role: Role): () => void {
    if (this.#actions.has(action)) throw new Error(`permission "${action}" is declared already`);
    this.#actions.set(action, role);
    return () => this.#actions.delete(action);
  }

  /** Ask this for the roles of accounts from now on; the returned function goes back to the defaults. */
  assignedBy(source: RoleSource): () => void {
    this.#source = source;
    return () => {
      if (this.#source === source) this.#source = undefined;
    };
  }

  /** The role of whoever has this address: accounts of the host are registered, everybody else is a guest. */
  roleOf(who: Jid): Role {
    const account = who.bare;
    if (this.#operators.has(account.key)) return 'prosody:operator';
    if (account.domain !== this.#domain || account.local === undefined) return 'prosody:guest';
    return this.#source?.(account) ?? 'prosody:registered';
  }

  /** Do they have that role, or one above it? */
  has(who: Jid, least: Role): boolean {
    return ROLES.indexOf(this.roleOf(who)) >= ROLES.indexOf(least);
  }

  /** May they? An action nobody declared is refused to everybody. */
  may(who: Jid, action: string): boolean {
    const least = this.#actions.get(action);
    return least !== undefined && this.has(who, least);
  }
}

/** The option `admins`: bare JIDs, canonical; addresses that cannot be read grant nothing. */
function adminsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const admins: string[] = [];
  for (const entry of value) {
    const jid = typeof entry === 'string' ? Jid.parse(entry) : undefined;
    if (jid?.local !== undefined) admins.push(jid.bare.key);
  }
  return admins;
}
