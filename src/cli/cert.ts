/** `cert key`, `cert request`, `cert generate`, `cert config` */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { certificateRequest } from '../net/tls/certificate-request.ts';
import { makeKey, makeSelfSigned } from '../net/tls/self-signed.ts';
import { CertFolder } from './cert-folder.ts';
import type { Command, CommandContext } from './command.ts';
import { MeantServer } from './meant-server.ts';
import { opensslConfig } from './openssl-config.ts';

/** Sizes of RSA keys that are neither broken nor a burden. */
const MIN_BITS = 2048;
const MAX_BITS = 8192;

const OPTIONS: readonly string[] = ['force', 'json'];

/** A private key alone. */
export const certKey: Command = {
  name: 'cert key',
  parameters: ['HOST', '[BITS]'],
  options: OPTIONS,
  summary: 'Make a private key for certificates of a host: P-256, or RSA of that many bits',
  async run(context) {
    const [host = '', bits] = context.parameters;
    const size = bits === undefined ? undefined : Number(bits);
    if (size !== undefined && !(Number.isInteger(size) && size >= MIN_BITS && size <= MAX_BITS)) {
      throw new Error(`${bits} is no size for a key: from ${MIN_BITS} to ${MAX_BITS} bits`);
    }
    const folder = await folderOf(context);
    const [name] = folder.namesFor([host]);
    await mayWrite(context, folder.file(name, 'key'));
    return told(context, { key: await folder.store(name, 'key', await makeKey(size)) });
  },
};

/** A request that an authority signs. */
export const certRequest: Command = {
  name: 'cert request',
  parameters: ['HOST…'],
  options: OPTIONS,
  summary: 'Make a request for a certificate, and the key if there is none, for an authority to sign',
  async run(context) {
    const folder = await folderOf(context);
    const names = folder.namesFor(context.parameters);
    await mayWrite(context, folder.file(names[0], 'req'));
    const { key, path } = await keyOf(folder, names[0]);
    const request = await folder.store(names[0], 'req', certificateRequest(names, key));
    return told(context, { key: path, request }, names);
  },
};

/** A certificate for trials. */
export const certGenerate: Command = {
  name: 'cert generate',
  parameters: ['HOST…'],
  options: OPTIONS,
  summary: 'Make a self-signed certificate, and the key if there is none; clients do not trust it by themselves',
  async run(context) {
    const folder = await folderOf(context);
    const names = folder.namesFor(context.parameters);
    const [host, ...others] = names;
    await mayWrite(context, folder.file(host, 'crt'));
    const { key, path } = await keyOf(folder, host);
    const { certificate } = await makeSelfSigned(host, Date.now(), { others, key });
    told(context, { key: path, certificate: await folder.store(host, 'crt', certificate) }, names);
    if (context.options.json !== true) context.err(`"${context.program} reload" has a running server use it\n`);
    return 0;
  },
};

/** For those who go on with OpenSSL. */
export const certConfig: Command = {
  name: 'cert config',
  parameters: ['HOST…'],
  options: OPTIONS,
  summary: 'Write a configuration for `openssl req` that names the hosts as XMPP needs it',
  async run(context) {
    const folder = await folderOf(context);
    const names = folder.namesFor(context.parameters);
    await mayWrite(context, folder.file(names[0], 'cnf'));
    return told(context, { config: await folder.store(names[0], 'cnf', opensslConfig(names)) }, names);
  },
};

async function folderOf({ options }: CommandContext): Promise<CertFolder> {
  return new CertFolder(await new MeantServer(options).settings());
}

async function keyOf(folder: CertFolder, host: string): Promise<{ readonly key: string; readonly path: string }> {
  const path = folder.file(host, 'key');
  if (existsSync(path)) return { key: await readFile(path, 'utf8'), path };
  const key = await makeKey();
  return { key, path: await folder.store(host, 'key', key) };
}

/** @throws Error the file is there, and may not be replaced */
async function mayWrite({ options, interactive, ask }: CommandContext, path: string): Promise<void> {
  if (!existsSync(path) || options.force === true) return;
  if (interactive && /^y/i.test(await ask(`${path} exists. Replace it? [y/N] `))) return;
  throw new Error(`${path} exists; --force replaces it`);
}

const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['key', 'Key'],
  ['request', 'Request'],
  ['certificate', 'Certificate'],
  ['config', 'Configuration for openssl req'],
]);

function told(
  { options, out }: CommandContext,
  files: Readonly<Record<string, string>>,
  names: readonly string[] = [],
): number {
  if (options.json === true) out(`${JSON.stringify({ ...files, ...(names.length > 0 && { names }) })}\n`);
  else {
    for (const [kind, path] of Object.entries(files)) out(`${WRITTEN.get(kind) ?? kind}: ${path}\n`);
    if (names.length > 0) out(`For: ${names.join(', ')}\n`);
  }
  return 0;
}
