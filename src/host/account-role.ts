/** Roles: what those who have one may do. As Prosody's: a role has the rights of those it inherits. */

/** Prosody's built-in roles, each with the rights of those before it. */
export const ROLES = [
  'prosody:guest',
  'prosody:registered',
  'prosody:member',
  'prosody:admin',
  'prosody:operator',
] as const;

/** A built-in role. */
export type Role = (typeof ROLES)[number];

/** Prosody's priorities of the built-in roles. */
const PRIORITIES: Readonly<Record<Role, number>> = {
  'prosody:guest': 15,
  'prosody:registered': 25,
  'prosody:member': 35,
  'prosody:admin': 50,
  'prosody:operator': 75,
};

/** What somebody may do. */
export interface Rights {
  /** Name of the role. */
  readonly name: string;
  /** The higher, the more is expected of those who have it. */
  readonly priority: number;
  /** Do they have the role of that name, or one that inherits it? */
  has(least: string): boolean;
  /** May they? An action nobody declared is refused. */
  may(action: string): boolean;
}

/** One role of one host. */
export class AccountRole implements Rights {
  readonly name: string;
  readonly priority: number;
  readonly inherits: readonly AccountRole[];
  /** What the role itself says of actions: that they are allowed or not. */
  readonly policies = new Map<string, boolean>();

  constructor(name: string, priority: number, inherits: readonly AccountRole[]) {
    this.name = name;
    this.priority = priority;
    this.inherits = inherits;
  }

  has(least: string): boolean {
    return this.name === least || this.inherits.some((role) => role.has(least));
  }

  may(action: string): boolean {
    return this.policy(action) === true;
  }

  /** What the role says of an action, or the first of those it inherits that says anything; `undefined`: nobody does. */
  policy(action: string): boolean | undefined {
    const own = this.policies.get(action);
    if (own !== undefined) return own;
    for (const role of this.inherits) {
      const inherited = role.policy(action);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }
}

/** The built-in roles by name. */
export function builtInRoles(): Map<string, AccountRole> {
  const roles = new Map<string, AccountRole>();
  let before: readonly AccountRole[] = [];
  for (const name of ROLES) {
    const role = new AccountRole(name, PRIORITIES[name], before);
    roles.set(name, role);
    before = [role];
  }
  return roles;
}
