/** `backup FILE` and `restore FILE` */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { becomeOwner } from '../app/service/privileges.ts';
import { backupStorage, restoreStorage } from '../app/storage.ts';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';
import { progressBar } from './progress-bar.ts';

const UMASK = 0o077;

/** Of a server that runs or does not. */
export const backup: Command = {
  name: 'backup',
  parameters: ['FILE'],
  options: ['json'],
  summary: 'Write all data to a file, as it is at one moment; the server may run',
  async run({ parameters: [file = ''], options, out, err, interactive }) {
    const { storage, dataPath } = await new MeantServer(options).settings();
    process.umask(UMASK);
    await backupStorage(storage, resolve(file), progressBar(err, interactive));
    const blobs = join(dataPath, 'blobs');
    const uploads = existsSync(blobs) ? blobs : undefined;
    if (options.json === true) out(`${JSON.stringify({ backup: resolve(file), uploads })}\n`);
    else {
      out(`${file} holds the data\n`);
      if (uploads !== undefined) out(`Uploads are not in it: copy the folder ${uploads} too, now\n`);
    }
    return 0;
  },
};

/** Of a server that does not run. */
export const restore: Command = {
  name: 'restore',
  parameters: ['FILE'],
  options: ['json'],
  summary: 'Replace all data by that of a backup; the server must not run',
  async run({ parameters: [file = ''], options, out, err, interactive }) {
    const server = new MeantServer(options);
    const settings = await server.settings();
    const running = await server.running();
    if (running !== undefined) {
      await running.close();
      throw new Error('the server runs: stop it first');
    }
    process.umask(UMASK);
    becomeOwner(settings.dataPath, settings.process);
    const before = await restoreStorage(settings.storage, resolve(file), progressBar(err, interactive));
    if (options.json === true) out(`${JSON.stringify({ restored: resolve(file), before })}\n`);
    else {
      out(`The data is that of ${file}\n`);
      if (before !== undefined) out(`The data from before is in ${before}\n`);
    }
    return 0;
  },
};
