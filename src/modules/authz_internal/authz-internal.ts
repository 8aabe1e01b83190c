/** Roles of accounts, kept in the server's own store; roles and permissions of the configuration. */
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { adminOperations, roleOperations } from './operations.ts';
import { rolesCodec, type StoredRoles } from './roles-codec.ts';
import { AccountRoles } from './service.ts';

const names = z.array(z.string());
const byRole = z.record(z.string(), names);

export default defineModule({
  name: 'authz_internal',
  summary: 'Gives accounts roles, and roles permissions',
  xeps: [],
  scope: 'host',
  wants: [Auth],
  provides: [AccountRoles],
  options: z.object({
    default_user_role: z
      .string()
      .optional()
      .describe('Role of accounts that were given none; `prosody:registered`, or `prosody:guest` where all are guests'),
    custom_roles: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          priority: z.int().min(0).max(100).default(0),
          inherits: names.default([]),
          allow: names.default([]),
          deny: names.default([]),
        }),
      )
      .default([])
      .describe('Further roles: `name`, `priority`, `inherits` (roles), `allow` and `deny` (permissions)'),
    add_permissions: byRole.default({}).describe('Permissions that roles have beyond those that are usual, by role'),
    remove_permissions: byRole.default({}).describe('Permissions that roles do not have, by role'),
  }),

  setup(m) {
    const { permissions } = m.host;
    const { custom_roles: custom, add_permissions: add, remove_permissions: remove } = m.options;
    const usual = m.find(Auth)?.anonymous === true ? 'prosody:guest' : 'prosody:registered';
    const fallback = m.options.default_user_role ?? usual;
    const store = m.keyed('account_roles', rolesCodec);
    const cache = m.cached(store);
    const nameOf = (roles: StoredRoles | null): string => roles?.primary ?? fallback;

    const rules = { custom, add: new Map(Object.entries(add)), remove: new Map(Object.entries(remove)) };
    try {
      m.onUnload(permissions.ruledBy(rules));
    } catch (error) {
      throw new ConfigError(`${m.domain}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (permissions.role(fallback) === undefined) {
      throw new ConfigError(`${m.domain}: default_user_role: there is no role "${fallback}"`);
    }
    m.onUnload(
      permissions.assignedBy((who) => {
        if (who.domain !== m.domain || who.local === undefined) return undefined;
        const warm = cache.peek(who.key);
        return warm === undefined ? cache.of(who.key).then(nameOf) : nameOf(warm);
      }),
    );
    m.on('user/deleted', 'store', ({ user, unit }) => void store.delete(unit, user));

    const assign: AccountRoles['assign'] = (unit, user, role) => {
      if (permissions.role(role) === undefined) throw new StanzaError('item-not-found', `There is no role "${role}"`);
      store.update(unit, user, (known) => {
        const secondary = known?.secondary.filter((it) => it !== role) ?? [];
        const primary = role === fallback ? undefined : role;
        return primary === undefined && secondary.length === 0 ? undefined : { primary, secondary };
      });
    };
    m.provide(AccountRoles, { assign });
    roleOperations(m, { store, assign });
    adminOperations(m, { store, assign });
  },
});
