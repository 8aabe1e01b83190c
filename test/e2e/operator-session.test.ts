/**
 * An operator moves from Prosody: the configuration, the environment and the commands are those of a deployment guide.
 * Each command has to do what it says, or to say what is not there yet.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

vi.setConfig({ testTimeout: 60_000 });

const MAIN = new URL('../../src/app/main.ts', import.meta.url).pathname;
const HOST = 'your-domain.com';
const ADMIN = `admin@${HOST}`;

/** As in the guides: helper tables that are no locals, modules of older days, sizes as periods, a log below the last component. */
const CONFIG = `
admins = { os.getenv("PROSODY_ADMINS") }
data_path = "data"
c2s_ports = { 0 }
c2s_interfaces = { "127.0.0.1" }
certificates = "certs"
c2s_require_encryption = true
guards = { "limits", "blocklist", "spam_reporting" }
comfort = { "carbons", "mam", "smacks", "push", "cloud_notify" }
web = { "bosh", "websocket", "http_upload", "http_file_share" }
modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping" }
local function add(list)
  for _, name in ipairs(list) do table.insert(modules_enabled, name) end
end
add(guards)
add(comfort)
if os.getenv("PROSODY_ENABLE_HTTP") == "true" then add(web) end
add { "admin_adhoc", "prometheus" }
limits = { c2s = { rate = "10kb/s", burst = os.getenv("PROSODY_C2S_BURST") } }
default_storage = os.getenv("PROSODY_STORAGE")
sql = { driver = os.getenv("PROSODY_DB_DRIVER"), password = os.getenv("PROSODY_DB_PASSWORD") }
local domain = os.getenv("PROSODY_DOMAIN")
VirtualHost (domain)
  allow_registration = os.getenv("PROSODY_ALLOW_REGISTRATION") == "true"
Component ("conference." .. domain) "muc"
  modules_enabled = { "muc_log" }
Component ("upload." .. domain) "http_upload"
log = { { levels = { min = "info" }, to = "file", filename = "log/prosody.log" } }
Include "conf.d/*.cfg.lua"
`;

const folder = mkdtempSync(join(tmpdir(), 'couplet-operator-'));
const config = join(folder, 'prosody.cfg.lua');
const log = join(folder, 'log/prosody.log');
let child: ChildProcess | undefined;

beforeAll(() => {
  mkdirSync(join(folder, 'log'));
  writeFileSync(config, CONFIG);
  writeFileSync(join(folder, 'db-password'), 'database-password\n');
  vi.stubEnv('COUPLET_RUN_AS_ROOT', '1');
  vi.stubEnv('PROSODY_CONFIG', config);
  vi.stubEnv('PROSODY_DOMAIN', HOST);
  vi.stubEnv('PROSODY_ADMINS', `${ADMIN}, second@${HOST}`);
  vi.stubEnv('PROSODY_ADMIN_PASSWORD', 'secure-password');
  vi.stubEnv('PROSODY_STORAGE', 'sql');
  vi.stubEnv('PROSODY_DB_DRIVER', 'SQLite3');
  vi.stubEnv('PROSODY_DB_PASSWORD_FILE', join(folder, 'db-password'));
  vi.stubEnv('PROSODY_ENABLE_HTTP', 'true');
  vi.stubEnv('PROSODY_C2S_BURST', '25kb');
  vi.stubEnv('PROSODY_ALLOW_REGISTRATION', 'false');
});

afterAll(() => {
  child?.kill('SIGKILL');
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

/** Run a command line of prosodyctl. @param typed what comes from a pipe */
async function ctl(line: string, typed = ''): Promise<{ status: number; said: string }> {
  let said = '';
  const say = (text: string): void => void (said += text);
  const words = line.split(' ').filter((word) => word !== '');
  const context = { program: 'prosodyctl', out: say, err: say, interactive: false, server: MAIN };
  const status = await runCommandLine(words, { ...context, ask: () => Promise.resolve(typed) });
  return { status, said };
}

/** As the entry point of a container does, with a process of its own. */
async function startContainer(): Promise<string> {
  child = spawn(process.execPath, [MAIN, '--container'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout ?? child, 'data');
  return String(line);
}

type Step = readonly [line: string, statuses: readonly number[], ...gist: RegExp[]];

async function each(steps: readonly Step[]): Promise<void> {
  for (const [line, statuses, ...gist] of steps) {
    const { status, said } = await ctl(line);
    expect(statuses, `${line}: ${said}`).toContain(status);
    for (const pattern of gist) expect(said, line).toMatch(pattern);
  }
}

test('before the first start: what start scripts do', async () => {
  await each([
    ['status', [2], /^Not running: nothing answers at /],
    ['healthcheck', [1], /^the server does not run\n$/],
    ['mod_storage_sql upgrade', [0], /^The tables are those of this version\n$/],
    [`cert generate ${HOST}`, [0], /Certificate: .*certs\/your-domain\.com\.crt\n/],
    [`cert generate ${HOST}`, [1], /exists; --force replaces it/],
  ]);
  expect(await ctl(`adduser ${ADMIN}`, 'secure-password')).toEqual({ status: 0, said: '' });
  expect(await ctl(`adduser ${ADMIN}`, 'another')).toEqual({
    status: 1,
    said: `prosodyctl: ${ADMIN} exists already\n`,
  });
  expect(await ctl(`adduser --if-missing ${ADMIN}`, 'another')).toEqual({ status: 0, said: '' });
  rmSync(join(folder, 'certs'), { recursive: true });
});

test('check config explains what in the file is not what its author meant, and what is not there yet', async () => {
  const { status, said } = await ctl('check config');
  expect(status).toBe(1);
  expect(new Set(said.match(/(?<=\[)[a-z0-9-]+(?=\]$)/gm))).toEqual(
    new Set([
      ...['log-below-host', 'variable-not-local', 'module-renamed', 'burst-is-size', 'modules-conflict'],
      ...['upload-several', 'module-also-component', 'http-private-interface', 'host-name-placeholder'],
      ...['admins-in-one-text', 'module-not-built', 'component-not-built', 'pidfile-missing', 'secret-in-file'],
    ]),
  );
  expect(said).toContain(`${config}:28`); // the log
  expect(said).toContain('The module limits is not there yet.'); // rate limits
  expect(said).toContain('The module http_openmetrics is not there yet.'); // monitoring
  expect(said).toContain('The module dialback is not there yet.'); // federation
  expect(said).toContain(`upload.${HOST} is not served: the module http_file_share is not there yet.`);
});

test('it starts, and says so', async () => {
  expect(await startContainer()).toMatch(/^Couplet \S+ serves your-domain\.com on 127\.0\.0\.1:\d+, data in .*data\n$/);
  expect(readFileSync(log, 'utf8')).toContain("info\tActivated service 'c2s' on [127.0.0.1]:");
  await each([
    ['start', [1], /^The server runs already/],
    ['status', [0], /runs as process \d+ for/, /your-domain\.com: 0 sessions; adhoc, admin_adhoc, /],
    ['healthcheck', [0], /^$/],
    ['healthcheck --json', [0], /^\{"healthy":true,"problems":\[\]\}\n$/],
  ]);
});

test('certificates', async () => {
  await each([
    ['check certs', [1], /your-domain\.com has no certificate/],
    [`cert generate ${HOST}`, [0], /For: your-domain\.com\n/],
    ['reload', [0], /module tls reads its files anew +done/],
    ['check certs', [1], /the certificate is self-signed/],
  ]);
});

test('troubleshooting', async () => {
  await each([
    ['check connectivity', [0, 1, 2], /Other servers were not tried\. \[connect-s2s-not-built\]/],
    ['check database', [0], /\[database-ok\]/, /; the server runs\n$/],
    ['mod_storage_sql upgrade', [0], /^The tables are those of this version, since the server has started\n$/],
    ['check performance', [0, 1], /\[commit-measured\]/, /\[loop-measured\]/],
    ['check resources', [0, 1], /\[resources-seen\]/],
    ['check connections', [0], /your-domain\.com: 0 connected/, /\[connections-s2s-not-built\]/],
    ['check modules', [0], /\[modules-loaded\]/],
    ['check disabled', [0], /fine/],
    ['check features', [0, 1], /\[features-on\]/, /Group chats: rooms \(muc\)/],
    ['check turn', [0], /\[turn-none\]/],
    ['check nonsense', [1], /there is no check "nonsense"; there are config, /],
  ]);
});

test('the checklist: accounts, roles, passwords', async () => {
  await each([
    [`user list ${HOST}`, [0], /^admin@your-domain\.com\n$/],
    [`user role ${ADMIN}`, [0], /prosody:operator/],
    [`user list_inactive ${HOST} 90d`, [0], /admin@your-domain\.com/],
    ['audit', [0], /cert|user\.create/],
    ['check security', [2], /\[password-known\]/],
    ['c2s show', [0], /^$/],
  ]);
  expect(await ctl(`passwd ${ADMIN}`, 'a better one')).toEqual({ status: 0, said: '' });
  expect((await ctl(`register second ${HOST} secret`)).status).toBe(0);
  expect((await ctl(`unregister second ${HOST}`)).status).toBe(0);
  expect((await ctl(`passwd second@${HOST}`, 'x')).said).toContain('does not exist');
});

test('the checklist: logs are rotated, backups are made and restored', async () => {
  renameSync(log, `${log}.1`);
  expect((await ctl('reload')).status).toBe(0);
  expect(existsSync(log)).toBe(true);
  const file = join(folder, 'backup');
  await each([
    [`backup ${file}`, [0], /holds the data\n$/],
    [`restore ${file}`, [1], /the server runs: stop it first/],
    [`deluser ${ADMIN}`, [0], /^$/],
    ['stop', [0], /^$/],
    ['stop', [1], /^The server does not run\n$/],
    [`restore ${file}`, [0], /The data from before is in /],
    [`user list ${HOST}`, [0], /^admin@your-domain\.com\n$/],
  ]);
});

test('a second start finds everything done', async () => {
  const before = readFileSync(join(folder, `certs/${HOST}.crt`), 'utf8');
  await startContainer();
  await each([['status', [0], /runs as process/]]);
  expect(readFileSync(join(folder, `certs/${HOST}.crt`), 'utf8')).toBe(before);
  expect(readFileSync(log, 'utf8')).not.toContain('account made');
  await each([['stop', [0], /^$/]]);
  expect(child?.exitCode ?? (await once(child ?? process, 'exit'))[0]).toBe(0);
});
