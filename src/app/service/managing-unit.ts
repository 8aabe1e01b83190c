/** Looks whether systemd starts and stops the server. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** There where systemd runs the machine (sd_booted(3)). */
const BOOTED = 'run/systemd/system';

/** Folders of units, the first ones go before (systemd.unit(5)). */
const FOLDERS = ['etc', 'run', 'usr/local/lib', 'usr/lib', 'lib'].map((folder) => `${folder}/systemd/system`);

/** Services that may be the server; it may have taken the place of Prosody. */
const SERVICES = ['couplet', 'prosody'];

/**
 * The service of systemd that runs the server with a configuration; `undefined` where there is none.
 * @param config absolute path
 * @param found is it what the server uses where none is named?
 * @param root of the file system
 */
export function managingUnit(config: string, found: boolean, root = '/'): string | undefined {
  if (!existsSync(join(root, BOOTED))) return undefined;
  return SERVICES.find((service) => {
    const unit = FOLDERS.map((folder) => read(join(root, folder, `${service}.service`))).find((text) => text !== '');
    const [, program = '', words = ''] = /^ExecStart=[-@:+!]*(\S+)(.*)$/m.exec(unit ?? '') ?? [];
    const named = /--config[ =](\S+)/.exec(words)?.[1];
    return isCouplet(program, root) && (named === undefined ? found : named === config);
  });
}

function isCouplet(program: string, root: string): boolean {
  try {
    return /couplet/.test(realpathSync(join(root, program)));
  } catch {
    return false; // what is not there runs nothing
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
