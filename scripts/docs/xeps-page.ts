/** `docs/xeps.md`: the specifications that modules support. */
import type { ModuleDefinition } from '../../src/host/module.ts';
import { notice, table } from './markdown.ts';
import { supportedXeps } from './supported-xeps.ts';
import { xepLink, xepOf } from './xep-table.ts';

/** The page. */
export function xepsPage(modules: readonly ModuleDefinition[]): string {
  const rows = supportedXeps(modules).map(({ xep, version, modules: names, notes, complete }) => {
    const { title, status, version: latest } = xepOf(xep);
    return [
      xepLink(xep),
      title,
      status,
      version === latest ? version : `${version} (latest: ${latest})`,
      complete ? 'complete' : 'partial',
      names.map((name) => `[${name}](modules.md#${name})`).join(', '),
      notes.join('; '),
    ];
  });
  return `${notice('the definitions of the modules')}
# XMPP extensions

The extensions (XEPs) that the modules support, each in the version whose text was followed.
[couplet.doap](couplet.doap) says the same in the form of XEP-0453.

${table(['Number', 'Name', 'Status', 'Version', 'Support', 'Module', 'Note'], rows)}`;
}
