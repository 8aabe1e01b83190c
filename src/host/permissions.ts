/** Who may do what: Prosody's roles and the permissions that modules declare. */
import { Jid } from '../jid/jid.ts';
import { andThen } from '../util/and-then.ts';
import { AccountRole, builtInRoles, type Rights, type Role } from './account-role.ts';

/** Gives the name of the role of a bare JID that is no administrator by configuration; `undefined`: the default. */
export type RoleSource = (who: Jid) => string | undefined | Promise<string | undefined>;

/** What the configuration adds to the built-in roles. */
export interface RoleRules {
  readonly custom: readonly {
    readonly name: string;
    readonly priority: number;
    /** Names of built-in roles, or of those before it. */
    readonly inherits: readonly string[];
    readonly allow: readonly string[];
    readonly deny: readonly string[];
  }[];
  /** Actions by the name of the role that may do them, whatever is the default. */
  readonly add: ReadonlyMap<string, readonly string[]>;
  /** Actions that a role may not do. */
  readonly remove: ReadonlyMap<string, readonly string[]>;
}

/** Roles of requesters and default roles of actions on one host. */
export class Permissions {
  readonly #domain: string;
  #operators: ReadonlySet<string> = new Set();
  #admins: ReadonlySet<string> = new Set();
  readonly #actions = new Map<string, Role>();
  #roles: ReadonlyMap<string, AccountRole> = builtInRoles();
  #rules: RoleRules | undefined;
  #source: RoleSource | undefined;

  /** @param options `admins`: bare JIDs with the role `prosody:operator`; `host_admins`: with `prosody:admin` */
  constructor(domain: string, options: Readonly<Record<string, unknown>>) {
    this.#domain = domain;
    this.configure(options);
  }

  /** Take the administrators of other options from now on. */
  configure(options: Readonly<Record<string, unknown>>): void {
    this.#operators = new Set(jidsOf(options['admins']));
    this.#admins = new Set(jidsOf(options['host_admins']));
  }

  /** Actions declared. */
  get size(): number {
    return this.#actions.size;
  }

  /** All roles, the least first. */
  get roles(): readonly AccountRole[] {
    return [...this.#roles.values()].sort((one, other) => one.priority - other.priority);
  }

  /** The role of that name. */
  role(name: string): AccountRole | undefined {
    return this.#roles.get(name);
  }

  /** Bare JIDs that the configuration makes operators or administrators. */
  get admins(): ReadonlySet<string> {
    return new Set([...this.#operators, ...this.#admins]);
  }

  /**
   * Declare an action and the least role that may do it; the returned function takes it back.
   * @throws Error if the action is declared already
   */
  declare(action: string, role: Role): () => void {
    if (this.#actions.has(action)) throw new Error(`permission "${action}" is declared already`);
    this.#actions.set(action, role);
    this.#roles = this.#built(this.#rules);
    return () => {
      this.#actions.delete(action);
      this.#roles = this.#built(this.#rules);
    };
  }

  /**
   * Follow these rules from now on; the returned function goes back to the built-in roles.
   * @throws Error a rule names a role that there is not, or defines one that there is
   */
  ruledBy(rules: RoleRules): () => void {
    this.#roles = this.#built(rules);
    this.#rules = rules;
    return () => {
      if (this.#rules !== rules) return;
      this.#rules = undefined;
      this.#roles = this.#built(undefined);
    };
  }

  /** Ask this for the roles of accounts from now on; the returned function goes back to the defaults. */
  assignedBy(source: RoleSource): () => void {
    this.#source = source;
    return () => {
      if (this.#source === source) this.#source = undefined;
    };
  }

  /** What whoever has this address may do: by default, accounts of the host are registered, everybody else is a guest. */
  rightsOf(who: Jid): Rights | Promise<Rights> {
    const account = who.bare;
    if (this.#operators.has(account.key)) return this.#named('prosody:operator');
    if (this.#admins.has(account.key)) return this.#named('prosody:admin');
    const own = account.domain === this.#domain && account.local !== undefined;
    const fallback = own ? 'prosody:registered' : 'prosody:guest';
    return andThen(this.#source?.(account), (name) => this.#named(name ?? fallback));
  }

  /** May they change what an account is? Not one whose role is above their own, or they could act as it. */
  async mayManage(who: Jid, account: Jid): Promise<boolean> {
    const own = await this.rightsOf(who);
    const { name, priority } = await this.rightsOf(account);
    return own.has(name) || own.priority > priority;
  }

  /** A role that there is no more grants nothing. */
  #named(name: string): Rights {
    return this.#roles.get(name) ?? new AccountRole(name, 0, []);
  }

  #built(rules: RoleRules | undefined): ReadonlyMap<string, AccountRole> {
    const roles = builtInRoles();
    const find = (name: string): AccountRole => {
      const found = roles.get(name);
      if (found === undefined) throw new Error(`there is no role "${name}"`);
      return found;
    };
    for (const [action, role] of this.#actions) find(role).policies.set(action, true);
    for (const { name, priority, inherits, allow, deny } of rules?.custom ?? []) {
      if (roles.has(name)) throw new Error(`the role "${name}" is there already`);
      const role = new AccountRole(name, priority, inherits.map(find));
      for (const action of allow) role.policies.set(action, true);
      for (const action of deny) role.policies.set(action, false);
      roles.set(name, role);
    }
    for (const [changes, allowed] of [[rules?.add, true] as const, [rules?.remove, false] as const]) {
      for (const [name, actions] of changes ?? []) {
        for (const action of actions) find(name).policies.set(action, allowed);
      }
    }
    return roles;
  }
}

/** Bare JIDs, canonical; addresses that cannot be read grant nothing. */
function jidsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const jids: string[] = [];
  for (const entry of value) {
    const jid = typeof entry === 'string' ? Jid.parse(entry) : undefined;
    if (jid?.local !== undefined) jids.push(jid.bare.key);
  }
  return jids;
}
