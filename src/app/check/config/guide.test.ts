/**
 * The mistakes of configurations as public guides have them are found, each with its line. `COUPLET_GUIDE` names a
 * Markdown file; its first block of Lua is checked as it stands.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { external } from '../../../../test/support/needs.ts';
import { configCheck } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-guide-check-'));
const secret = join(folder, 'db-password');
const ENVIRONMENT = {
  PROSODY_DOMAIN: 'chat-of-ours.im',
  PROSODY_ADMINS: 'a@chat-of-ours.im, b@chat-of-ours.im',
  PROSODY_DB_HOST: 'postgres',
  PROSODY_DB_PASSWORD_FILE: secret,
  PROSODY_ENABLE_HTTP: 'true',
  PROSODY_ENABLE_ADMIN: 'true',
};

beforeEach(() => {
  writeFileSync(secret, 'of the file\n');
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

const OURS = `admins = { os.getenv("PROSODY_ADMINS") }
groups = { "push", "cloud_notify", "http_upload", "http_file_share", "bosh", "statistics", "prometheus", "roster", "tls" }
local function all() local names = {} for _, name in ipairs(groups) do table.insert(names, name) end return names end
modules_enabled = all()
limits = { c2s = { rate = "10kb/s"; burst = "25kb" } }
VirtualHost (os.getenv("PROSODY_DOMAIN"))
  http_upload_file_size_limit = 10485760
Component ("conference." .. os.getenv("PROSODY_DOMAIN")) "muc"
  modules_enabled = { "muc_mam", "muc_log" }
Component ("upload." .. os.getenv("PROSODY_DOMAIN")) "http_upload"
log = {
  { levels = { "error" }, to = "file", filename = "error.log" };
  { levels = { "warn" }, to = "file", filename = "all.log" };
  { levels = { "info" }, to = "file", filename = "all.log" } }`;

/** What is wrong with such configurations, by id, and words that the sentences must hold. */
const MISTAKES: readonly (readonly [id: string, ...words: readonly string[]])[] = [
  ['variable-not-local', 'local'],
  ['log-below-host', 'upload.chat-of-ours.im'],
  ['module-renamed', 'push', 'http_upload', 'statistics', 'prometheus', 'muc_log'],
  ['upload-several', '3 times'],
  ['modules-conflict', 'cloud_notify and push'],
  ['module-also-component', 'http_upload'],
  ['burst-is-size', '25kb'],
  ['http-private-interface', 'http_interfaces'],
  ['secret-in-file', 'PROSODY_DB_PASSWORD_FILE'],
  ['database-port-unset', 'postgres'],
  ['pidfile-missing', 'pidfile'],
  ['admins-in-one-text', 'a@chat-of-ours.im, b@chat-of-ours.im'],
  ['option-renamed', 'http_upload_file_size_limit'],
  ['log-levels-listed', 'all.log|prosody.log'],
  ['log-file-twice', 'all.log|prosody.log'],
];

async function check(text: string): Promise<void> {
  const found = await configCheck.run(await subjectOf(folder, text, { environment: ENVIRONMENT }));
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  for (const [id, ...words] of MISTAKES) {
    const said = found.filter((one) => one.id === id).map(({ what }) => what);
    expect(said, id).not.toEqual([]);
    for (const word of words) expect(said.join('\n'), id).toMatch(new RegExp(word));
  }
}

test('helper tables, a log below the last component, modules of older days', () => check(OURS));

describe('a guide', () => {
  const guide = external('COUPLET_GUIDE');
  test.skipIf(guide === undefined)('each of its author’s mistakes is found', async () => {
    const [, text = ''] = /^```lua\n([^]*?)^```/m.exec(readFileSync(guide ?? '', 'utf8')) ?? [];
    expect(text).not.toBe('');
    await check(text);
  });
});
