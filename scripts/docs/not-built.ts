/** Modules that configurations for Prosody name and that are not there yet. */
import { MODULE_NAMES, expandModules } from '../../src/app/modules.ts';
import { NEEDLESS_MODULES, PROSODY_MODULES, PROSODY_OWN_MODULES } from '../../src/config/prosody-modules.ts';

const BLOCK = /^<!-- not-built -->\n[^]*?^<!-- \/not-built -->$/m;

/** Their names, sorted: those that come with Prosody, and those of others. */
export function notBuilt(): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const missing = PROSODY_MODULES.filter((name) => !NEEDLESS_MODULES.has(name) && !isBuilt(name)).toSorted();
  const own = new Set(PROSODY_OWN_MODULES);
  return { own: missing.filter((name) => own.has(name)), others: missing.filter((name) => !own.has(name)) };
}

/**
 * The page with what stands between `<!-- not-built -->` and `<!-- /not-built -->` made anew.
 * @throws {Error} on a page without these marks
 */
export function withNotBuilt(page: string): string {
  if (!BLOCK.test(page)) throw new Error('the marks of the modules that are not there yet are missing');
  const { own, others } = notBuilt();
  const list = `Modules of Prosody that are not there yet: ${own.join(', ')}. Of the modules of others that are in use ${others.length} are not there yet: [the list](docs/modules.md#not-there-yet).`;
  return page.replace(BLOCK, `<!-- not-built -->\n${wrapped(list)}\n<!-- /not-built -->`);
}

function isBuilt(name: string): boolean {
  return expandModules([name]).every((one) => MODULE_NAMES.includes(one));
}

function wrapped(text: string): string {
  return text.replaceAll(/(.{1,120})(?: |$)/g, '$1\n').trimEnd();
}
