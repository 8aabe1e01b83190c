/** Operations on roles. */
import { z } from 'zod';
import { accountJid } from '../../host/account-jid.ts';
import type { AccountRole } from '../../host/account-role.ts';
import { Auth } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { KeyedStore } from '../../storage/stores.ts';
import type { Unit } from '../../storage/unit.ts';
import type { StoredRoles } from './roles-codec.ts';

const roleName = z.string().min(1).describe('Name of the role, such as prosody:admin');
const role = 'prosody:operator';

/** What is needed of the module. */
export interface RoleStore {
  readonly store: KeyedStore<StoredRoles>;
  /** See `AccountRoles.assign`. */
  readonly assign: (unit: Unit, user: string, role: string) => void;
}

/** Define `user.role`, `user.set_role`, `user.add_role`, `user.remove_role`, `role.list` and `role.show`. */
export function roleOperations(m: ModuleApi, { store, assign }: RoleStore): void {
  const { permissions, operations } = m.host;
  const jid = accountJid(m.domain);
  const known = (name: string): AccountRole => {
    const found = permissions.role(name);
    if (found === undefined) throw new StanzaError('item-not-found', `There is no role "${name}"`);
    return found;
  };
  const account = async (user: string, context: OperationContext): Promise<Jid> => {
    const found = Jid.of(user, m.domain);
    if (found === undefined || (await m.find(Auth)?.exists(user)) !== true) {
      throw new StanzaError('item-not-found', `${user}@${m.domain} does not exist`);
    }
    await operations.mustManage(found, context);
    return found;
  };
  /** What changes is what its sessions may do: they end, and come back with it. */
  const changed = async (user: Jid, write: (unit: Unit) => void): Promise<Record<string, never>> => {
    const unit = m.unit();
    write(unit);
    await unit.submit()?.settled();
    await m.host.sessions.expel(user.key, 'role-changed');
    return {};
  };

  m.operation({
    name: 'user.role',
    summary: 'Show the role of an account, and those it may ask to act with instead',
    input: z.object({ jid }),
    output: z.object({ role: z.string(), secondary: z.array(z.string()) }),
    role: 'prosody:admin',
    changes: false,
    cli: 'user role',
    run: async ({ jid: user }) => {
      const bare = `${user}@${m.domain}`;
      const found = Jid.parse(bare);
      if (found === undefined) throw new StanzaError('item-not-found');
      return {
        role: (await permissions.rightsOf(found)).name,
        secondary: [...((await store.get(bare))?.secondary ?? [])],
      };
    },
  });

  m.operation({
    name: 'user.set_role',
    summary: 'Give an account a role; its sessions end',
    input: z.object({ jid, role: roleName }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'user set_role',
    run: async ({ jid: user, role: name }, context) => {
      const found = await account(user, context);
      if (permissions.admins.has(found.key)) {
        throw new StanzaError('not-allowed', `The configuration makes ${found.key} an administrator (option admins)`);
      }
      return changed(found, (unit) => assign(unit, found.key, name));
    },
  });

  m.operation({
    name: 'user.add_role',
    summary: 'Let an account ask to act with a further role',
    input: z.object({ jid, role: roleName }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'user addrole',
    run: async ({ jid: user, role: name }, context) => {
      const found = await account(user, context);
      known(name);
      if ((await permissions.rightsOf(found)).name === name) {
        throw new StanzaError('conflict', `${name} is the role of ${found.key} already`);
      }
      return changed(found, (unit) => {
        store.update(unit, found.key, (roles) => ({
          primary: roles?.primary,
          secondary: [...new Set([...(roles?.secondary ?? []), name])].sort(),
        }));
      });
    },
  });

  m.operation({
    name: 'user.remove_role',
    summary: 'Take a further role from an account',
    input: z.object({ jid, role: roleName }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'user delrole',
    run: async ({ jid: user, role: name }, context) => {
      const found = await account(user, context);
      if ((await store.get(found.key))?.secondary.includes(name) !== true) {
        throw new StanzaError('item-not-found', `${found.key} has no further role ${name}`);
      }
      return changed(found, (unit) => {
        store.update(unit, found.key, (roles) => {
          const secondary = roles?.secondary.filter((it) => it !== name) ?? [];
          return roles?.primary === undefined && secondary.length === 0
            ? undefined
            : { primary: roles?.primary, secondary };
        });
      });
    },
  });

  m.operation({
    name: 'role.list',
    summary: 'List the roles that accounts can have, the least first',
    input: z.object({}),
    output: z.object({
      roles: z.array(z.object({ name: z.string(), priority: z.int(), inherits: z.array(z.string()) })),
    }),
    role: 'prosody:admin',
    changes: false,
    cli: 'role list',
    run: async () => ({
      roles: permissions.roles.map(({ name, priority, inherits }) => ({ name, priority, inherits: namesOf(inherits) })),
    }),
  });

  m.operation({
    name: 'role.show',
    summary: 'Show what a role may do beyond the roles that it inherits, and what not',
    input: z.object({ role: roleName }),
    output: z.object({
      name: z.string(),
      priority: z.int(),
      inherits: z.array(z.string()),
      allow: z.array(z.string()),
      deny: z.array(z.string()),
    }),
    role: 'prosody:admin',
    changes: false,
    cli: 'role show',
    run: async ({ role: name }) => {
      const { priority, inherits, policies } = known(name);
      const actions = (allowed: boolean): string[] =>
        [...policies]
          .filter(([, policy]) => policy === allowed)
          .map(([action]) => action)
          .sort();
      return { name, priority, inherits: namesOf(inherits), allow: actions(true), deny: actions(false) };
    },
  });
}

/** Whose role is one of these administers the host. */
const ADMINS: ReadonlySet<string | undefined> = new Set(['prosody:admin', 'prosody:operator']);

/** What somebody is who was an administrator. */
const FORMER_ADMIN = 'prosody:member';

/** Define `admin.list` and `admin.set`. */
export function adminOperations(m: ModuleApi, { store, assign }: RoleStore): void {
  const { permissions, sessions } = m.host;
  const assigned = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const owner of store.owners()) if (ADMINS.has((await store.get(owner))?.primary)) found.push(owner);
    return found;
  };

  m.operation({
    name: 'admin.list',
    summary: 'List the administrators of a host: those of the configuration, and those who were given the role',
    input: z.object({}),
    output: z.object({ admins: z.array(z.string()) }),
    role: 'prosody:admin',
    changes: false,
    cli: 'admin list',
    run: async () => ({ admins: [...new Set([...permissions.admins, ...(await assigned())])].sort() }),
  });

  m.operation({
    name: 'admin.set',
    summary: 'Set who are the administrators of a host; those of the configuration stay',
    input: z.object({ admins: z.array(z.string().meta({ jid: true })).describe('The administrators') }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'admin set',
    run: async ({ admins }) => {
      const present = new Set(await assigned());
      const changes = new Map<string, string>();
      const wanted = new Set<string>();
      for (const text of admins) {
        const user = Jid.parse(text)?.bare;
        wanted.add(user?.key ?? text);
        if (user !== undefined && (permissions.admins.has(user.key) || present.has(user.key))) continue;
        const exists = user?.domain === m.domain && (await m.find(Auth)?.exists(user.local ?? '')) === true;
        if (!exists) throw new StanzaError('item-not-found', `${text} is no account of ${m.domain}`);
        changes.set(user.key, 'prosody:admin');
      }
      for (const user of present) if (!wanted.has(user)) changes.set(user, FORMER_ADMIN);
      const unit = m.unit();
      for (const [user, to] of changes) assign(unit, user, to);
      await unit.submit()?.settled();
      for (const user of changes.keys()) await sessions.expel(user, 'role-changed');
      return {};
    },
  });
}

function namesOf(roles: readonly AccountRole[]): string[] {
  return roles.map(({ name }) => name);
}
