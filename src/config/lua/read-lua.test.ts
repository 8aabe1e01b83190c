import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LuaThreads } from '../../../test/support/lua-threads.ts';
import { ConfigError } from '../config-error.ts';
import type { RawConfig, Settings } from '../raw-config.ts';
import { readLua } from './read-lua.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-lua-'));
const file = join(folder, 'prosody.cfg.lua');
const threads = new LuaThreads();

afterAll(async () => {
  await threads.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => vi.stubEnv('LUA_TEST', 'given'));
afterEach(() => void vi.unstubAllEnvs());

function write(name: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Most of them in one thread, as a thread takes longer to start than to run them. */
function read(text: string | Uint8Array): Promise<RawConfig> {
  write('prosody.cfg.lua', text);
  return readLua(file, (job) => threads.run(job));
}

/** In a thread of its own, as the server does. */
function readAlone(text: string | Uint8Array): Promise<RawConfig> {
  write('prosody.cfg.lua', text);
  return readLua(file);
}

const short = (text: string): string => text.replaceAll(`${folder}/`, '').replaceAll('prosody.cfg.lua', 'cfg');

async function problem(text: string | Uint8Array, how = read): Promise<string> {
  const error: unknown = await how(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError: ${String(error)}`);
  return short(error.message);
}

const values = (settings: Settings): Record<string, unknown> =>
  Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));

async function globals(text: string): Promise<Record<string, unknown>> {
  return values((await read(text)).settings);
}

test('sections: what stands first is for all, every form of host and component opens its own', async () => {
  const { settings, hosts } = await readAlone(`
    a = 1
    VirtualHost "A.Example"
      a = 2
    VirtualHost ("b" .. ".example") { a = 3, b = true }
    g = "after a table it is global again"
    Host "c.example"
    host "d.example"
    component "e.example" "muc" { name = "Rooms" }
    Component ("f.example") "pubsub"
      a = 4
    Component "g.example" { component_secret = "x" }
    Component "h.example"
      component_secret = "y"`);
  expect(values(settings)).toEqual({ a: 1, g: 'after a table it is global again' });
  expect(hosts.map(({ domain, kind, settings: own }) => [domain, kind, values(own)])).toEqual([
    ['a.example', 'host', { a: 2 }],
    ['b.example', 'host', { a: 3, b: true }],
    ['c.example', 'host', {}],
    ['d.example', 'host', {}],
    ['e.example', 'component', { module: 'muc', name: 'Rooms' }],
    ['f.example', 'component', { module: 'pubsub', a: 4 }],
    ['g.example', 'component', { module: 'component', component_secret: 'x' }],
    ['h.example', 'component', { module: 'component', component_secret: 'y' }],
  ]);
});

test('values: numbers, texts, lists and tables arrive as they are', async () => {
  const all = await globals(
    String.raw`a = {1, 2.5, -3, 1e15}; b = {x = {y = {}}, ["0"] = false}; c = "ü\"\\\n\0"; d = {[5222] = "z"}; e = math.huge
    f = function() end; function g() end; h = {"a", k = "b"}; i = {__proto__ = {j = 1}}`,
  );
  const proto: unknown = JSON.parse('{"__proto__":{"j":1}}');
  expect(all).toEqual({
    ...{ a: [1, 2.5, -3, 1e15], b: { x: { y: [] }, 0: false }, c: 'ü"\\\n\0', d: { 5222: 'z' }, e: Infinity },
    ...{ h: { 1: 'a', k: 'b' }, i: proto },
  });
});

test('options can be read back, unset, appended to, and called', async () => {
  expect(
    await globals(`
      list = { "a" }
      copy = {}
      for _, name in ipairs(list) do table.insert(copy, name .. #list) end
      list:append { "b" }
      list { "c" }
      list "d"
      fresh { "e" }
      other:append { "f" }
      gone = 1
      gone = nil
      same = list:value()
      each = {}
      for name in list:values() do each[#each + 1] = name end`),
  ).toMatchObject({
    list: ['a', 'b', 'c', 'd'],
    copy: ['a1'],
    fresh: ['e'],
    other: ['f'],
    same: ['a', 'b', 'c', 'd'],
    each: ['a', 'b', 'c', 'd'],
  });
  const { hosts, settings } = await read('l = {"a"}\nVirtualHost "h"\nl:append {"b"}\n');
  expect([values(settings), ...hosts.map((host) => values(host.settings))]).toEqual([{ l: ['a'] }, { l: ['a', 'b'] }]);
});

test('the environment: ENV_NAME, os.getenv, one value even where nothing is set, and NAME_FILE', async () => {
  write('secret', 's3cret\n');
  vi.stubEnv('LUA_SECRET_FILE', join(folder, 'secret'));
  expect(
    await globals(`
      a = ENV_LUA_TEST; b = os.getenv("LUA_TEST"); c = Lua.os.getenv "LUA_TEST"
      d = tonumber(os.getenv("LUA_NOT_SET")) or 5; e = ENV_LUA_SECRET; f = ENV_LUA_NOT_SET or "default"`),
  ).toEqual({ a: 'given', b: 'given', c: 'given', d: 5, e: 's3cret', f: 'default' });
  vi.stubEnv('LUA_SECRET', 'other');
  expect(await problem('\nx = ENV_LUA_SECRET')).toBe('cfg:2: LUA_SECRET and LUA_SECRET_FILE are both set');
});

test('files: Include with and without a pattern, RunScript, FileContents, FileLine, FileLines, Credential', async () => {
  write('conf.d/b.cfg.lua', 'order:append { "b" }\nVirtualHost "b.example"');
  write('conf.d/a.cfg.lua', 'order:append { "a" }');
  write('conf.d/.hidden.cfg.lua', 'error "hidden"');
  write('one.lua', 'from_one = true');
  write('script.lua', 'from_script = 1 return 7');
  write('text', 'first\nsecond\n');
  vi.stubEnv('CREDENTIALS_DIRECTORY', folder);
  const { settings, hosts, warnings } = await read(`
    VirtualHost "first.example"
      Include "conf.d/*.cfg.lua"
      Include "missing/*.cfg.lua"
      mine = true
      Include "one.lua"
      returned = RunScript "script.lua"
      contents = FileContents "text"
      line = FileLine("text")
      lines = FileLines "text"
      secret = Credential "../text"`);
  expect(warnings).toEqual([]);
  expect(values(settings)).toEqual({ order: ['a', 'b'], from_one: true });
  expect(hosts.map((host) => [host.domain, values(host.settings)])).toEqual([
    [
      'first.example',
      {
        ...{ mine: true, from_script: 1, returned: 7, contents: 'first\nsecond\n', line: 'first' },
        ...{ lines: ['first', 'second'], secret: 'first\nsecond\n' },
      },
    ],
    ['b.example', {}],
  ]);
  expect(short(settings.get('from_one')?.at ?? '')).toBe('one.lua:1');
});

test('the small libraries that images require', async () => {
  expect(
    await globals(String.raw`
      local json = require "util.json"
      a = json.decode('{"k":[1,-2.5e1,"\\u00fc\\n",true],"o":{}}')
      b = require "prosody.util.json".decode('[1,')
      c = json.decode(json.encode({ x = { 1, "\"q\"" } }))
      d = Lua.require("stringy").split("a,b,,c", ",")
      e = { stringy = require "stringy".strip "  x " }
      local set = require "util.set"
      f = (set.new { 1, 2 } - set.new { 2 }):contains(1)
      g = require "util.array" { 1, 2, 3 }:filter(function(n) return n > 1 end)
      h = require "lfs".attributes("text", "mode")
      i = type(require "util.pposix".uname().sysname)
      require "socket".sleep(1000)`),
  ).toEqual({
    a: { k: [1, -25, 'ü\n', true], o: [] },
    ...{
      c: { x: [1, '"q"'] },
      d: ['a', 'b', '', 'c'],
      e: { stringy: 'x' },
      f: true,
      g: [2, 3],
      h: 'file',
      i: 'string',
    },
  });
});

test('what is most likely a mistake is a warning with its place', async () => {
  const { warnings } = await read('a = 1\na = 2\nb = debug\nlist = {\n  "x",\n  yes,\n  "y"\n}\nc = maybe or 3\n');
  expect(warnings.map(short)).toEqual([
    'cfg:2: a was set at cfg:1 already; this one counts',
    'cfg:3: debug has no value here: are quotes missing around it?',
    'cfg:6: yes has no value here: are quotes missing around it?',
  ]);
});

test('an option is where its name stands, what is inside it where it is written', async () => {
  const { settings } = await read(
    'a = 1\nmodules_enabled = {\n  "roster";\n  "ping"; -- a comment\n}\nsql = {\n\n  port = "x" }\n',
  );
  const at = (name: string, path: PropertyKey[] = []): string => short(settings.get(name)?.within(path) ?? '');
  expect([at('a'), at('modules_enabled'), at('modules_enabled', [1]), at('sql', ['port'])]).toEqual([
    'cfg:1',
    'cfg:2',
    'cfg:4',
    'cfg:8',
  ]);
});

test('what was there before something was appended is still where it was written', async () => {
  const { settings } = await read('list = {\n  "a";\n}\nlist:append { "b" }\nif true then\n  list { "c" }\nend\n');
  const list = settings.get('list');
  expect([list?.at, ...[0, 1, 2].map((index) => list?.within([index]))].map((at) => short(at ?? ''))).toEqual([
    'cfg:6',
    'cfg:2',
    'cfg:4',
    'cfg:6',
  ]);
});

test.each([
  ['a = = 1', "cfg:1: unexpected symbol near '='"],
  ['\n\nerror("no")', 'cfg:3: no'],
  ['\nerror({})', 'cfg:2: an error was raised that is no text'],
  ['\nlocal x = nil\nx.y = 1', 'cfg:3: attempt to index a nil value'],
  ['\nx = no.thing', "cfg:2: attempt to index a nil value ('no' has no value; field 'thing')"],
  ['\nno()', "cfg:2: attempt to call a nil value ('no' is neither an option nor a function)"],
  ['\nVirtualHost {}', 'cfg:2: VirtualHost takes a text, not table'],
  ['\nVirtualHost "a b"', 'cfg:2: "a b" is not a valid domain'],
  ['\nVirtualHost "a\\nb"', 'cfg:2: "a b" is not a valid domain'],
  ['\nerror("a\\nb")', 'cfg:2: a b'],
  ['VirtualHost "a"\nComponent "a" "muc"', 'cfg:2: a is a host already, at cfg:1'],
  ['\nInclude "nowhere.lua"', 'cfg:2: ENOENT'],
  ['\nInclude "prosody.cfg.lua"', 'cfg:2: files include each other without end'],
  ['\nFileContents "/dev/zero"', 'cfg:2: /dev/zero is no file'],
  ['\nCredential "x"', 'cfg:2: CREDENTIALS_DIRECTORY is not set'],
  ['\nos.execute("id")', 'cfg:2: os.execute cannot be used in a configuration'],
  ['\nio.open("x")', 'cfg:2: io.open cannot be used in a configuration'],
  ['\nrequire "socket.http"', 'cfg:2: module "socket.http" cannot be required by a configuration'],
  ['\nload("x = 1")', 'cfg:2: load cannot be used in a configuration'],
  ['\nx = "\\xff"', 'cfg:2: a text is not UTF-8'],
  ['\nx = {}; x.x = x', 'cfg:2: tables are nested too deeply'],
  [new Uint8Array([0x78, 0xff]), 'cfg:1: '],
  ['\x1bLua', 'cfg:1: '],
])('%j is refused with file and line', async (text, message) => {
  const said = await problem(text);
  expect(said).toContain(message);
});

test.each([
  ['\nwhile true do pcall(error) end', 'cfg:2: it did not end within 0.3 seconds (COUPLET_CONFIG_SECONDS raises that)'],
  ['\nlocal s = ("a"):rep(40) s:find(("a-"):rep(40) .. "b")', 'did not end within 0.3 seconds'],
  ['\nlocal t = {} for i = 1, 1e9 do t[i] = {} end', 'cfg:2: not enough memory'],
  ['\nlocal function r() return 1 + r() end r()', 'cfg:2: stack overflow'],
  ['\nlocal function r() return pcall(r) end while true do r() end', 'did not end within 0.3 seconds'],
  ['\nx = ("x"):rep(1e9)', 'cfg:2: not enough memory'],
])('S125: %j does not hold the server up', async (text, message) => {
  vi.stubEnv('COUPLET_CONFIG_SECONDS', /memory|overflow/.test(message) ? '3' : '0.3');
  const said = await problem(text, readAlone);
  expect(said).toContain(message);
  expect(said).toMatch(/^cfg:\d/);
});
