/** `cert import` */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findCertificate, type LoadedCertificate } from '../net/tls/certificate-files.ts';
import { isFor } from '../net/tls/certificate-names.ts';
import { reloadSteps } from '../modules/admin_operations/reload.ts';
import { CertFolder } from './cert-folder.ts';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';

/** Domains of a renewal, which certbot tells its deploy hooks. */
const RENEWED = 'RENEWED_DOMAINS';

/** Copies certificates from where an ACME client keeps them. */
export const certImport: Command = {
  name: 'cert import',
  parameters: ['[HOST…]', 'DIR…'],
  options: ['json'],
  summary: 'Copy certificates and keys from folders of certbot, acme.sh and others, and have the server use them',
  async run({ parameters, options, out, err }) {
    const server = new MeantServer(options);
    const folder = new CertFolder(await server.settings());
    const first = parameters.findIndex((word) => !folder.domains.includes(word));
    const directories = first < 0 ? [] : parameters.slice(first).map((path) => resolve(path));
    if (directories.length === 0) throw new Error('from which folder? cert import [HOST…] DIR…');
    for (const path of directories) {
      if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) throw new Error(`${path} is no folder`);
    }
    const named = parameters.slice(0, Math.max(first, 0));
    const renewed = process.env[RENEWED]?.split(/\s+/).filter((domain) => folder.domains.includes(domain)) ?? [];
    const hosts = named.length > 0 ? named : renewed.length > 0 ? renewed : folder.domains;
    const imported: { host: string; from: string; certificate: string }[] = [];
    for (const host of hosts.toSorted(byLength)) {
      const note = (text: string): void => err(`${host}: ${text}\n`);
      const found = await best(directories, host, note);
      if (found === undefined) continue;
      // One certificate, many names: it is found for all of them.
      let certificate = imported.find(({ from }) => from === found.path)?.certificate;
      if (certificate === undefined) {
        certificate = await folder.storePair(host, found.key, found.certificate);
      }
      imported.push({ host, from: found.path, certificate });
    }
    if (options.json === true) out(`${JSON.stringify({ imported })}\n`);
    else for (const { host, from, certificate } of imported) out(`${host}: ${certificate}, from ${from}\n`);
    if (imported.length === 0) {
      err(`No certificate was imported\n`);
      return 1;
    }
    const running = await server.running();
    if (running === undefined) return 0;
    try {
      const { steps } = reloadSteps.parse(await running.run({ operation: 'config.reload', input: { dry_run: false } }));
      const failed = steps.filter(({ result }) => result.startsWith('failed'));
      for (const { host, change, result } of failed) err(`${host}: ${change}: ${result}\n`);
      return failed.length === 0 ? 0 : 1;
    } finally {
      await running.close();
    }
  },
};

/** The certificate that lasts longest, of those that name the host. */
async function best(
  directories: readonly string[],
  host: string,
  note: (text: string) => void,
): Promise<LoadedCertificate | undefined> {
  let found: LoadedCertificate | undefined;
  const now = Date.now();
  for (const directory of directories) {
    try {
      const one = await findCertificate(directory, host, now, (path) => note(`${path} has expired`));
      if (one === undefined || !isFor(one.leaf, host)) continue;
      if (found === undefined || Date.parse(one.leaf.validTo) > Date.parse(found.leaf.validTo)) found = one;
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
    }
  }
  if (found === undefined) note('no certificate was found');
  return found;
}

/** A domain before those below it, so that its name is that of the file. */
function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
