/** `docs/operations.md`: what an administrator can do, and through which face. */
import { startServer } from '../../src/app/start.ts';
import { ADMINISTRATION } from '../../src/modules/admin_adhoc/service-administration.ts';
import type { KnownOperation } from '../../src/host/operations.ts';
import type { Log } from '../../src/logging/log.ts';
import { code, notice, table } from './markdown.ts';

/** Modules that define operations, with what they need. */
const MODULES = ['auth_internal_hashed', 'authz_internal', 'admin_operations', 'announce', 'motd', 'welcome'];

const nothing = (): void => undefined;
const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => SILENT };

/** All operations of a host that has everything. */
export async function allOperations(): Promise<readonly KnownOperation[]> {
  const hosts = [{ domain: 'example.org', kind: 'host', modules: MODULES, options: {} }] as const;
  const server = await startServer({ hosts, log: SILENT, listen: false });
  try {
    return [...server.hosts.values()].flatMap(({ operations }) => operations.list());
  } finally {
    await server.stop();
  }
}

/** The page. */
export function operationsPage(operations: readonly KnownOperation[]): string {
  const rows = operations.map(({ name, summary, role, changes, fields }) => [
    code(name),
    summary,
    role.replace('prosody:', ''),
    changes ? 'yes' : '',
    fields.map((field) => (field.required ? code(field.name) : `[${code(field.name)}]`)).join(', '),
  ]);
  const nodes = ADMINISTRATION.map(({ node, name, operation }) => [code(node), name, code(operation)]);
  return `${notice('the operations that modules define')}
# Operations

Each operation is defined once. \`coupletctl\` runs it through the control socket, administrators run it from their client
as an ad-hoc command (modules \`adhoc\` and \`admin_adhoc\`). The least role is asked for in one place, whichever way a
request comes. What changes something is recorded: \`coupletctl audit\` shows who did what, when, from where and how it
went, without passwords.

An operation is allowed as the permission \`operations:NAME\`: \`add_permissions\`, \`remove_permissions\` and \`custom_roles\`
give it to other roles or take it from them. Whatever their role may do, nobody changes an account whose role is above
their own.

${table(['operation', 'what it does', 'least role', 'recorded', 'input; in brackets what may be left out'], rows)}
## Service administration

The commands of XEP-0133; their nodes begin with \`http://jabber.org/protocol/admin#\`. Every other operation has the node
\`urn:x-couplet:operation#NAME\`, unless a form cannot hold its input.

${table(['node', 'command', 'operation'], nodes)}`;
}
