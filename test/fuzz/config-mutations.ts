/** Configurations that somebody has broken: edits of bytes, words and lines of good ones. */
import { Random } from './xml-random.ts';

/** Texts to begin with, and words to put into them. */
export interface Language {
  readonly seeds: readonly [string, ...string[]];
  readonly words: readonly [string, ...string[]];
}

const LUA: Language = {
  seeds: [
    `local domain = os.getenv("DOMAIN") or "h.example"
admins = { "a@" .. domain, "b@h.example" }
modules_enabled = { "roster"; "saslauth"; "tls", "mam", "posix"; }
modules_enabled:append { "carbons" }
for _, name in ipairs { "ping", "time" } do modules_enabled { name } end
limits = { c2s = { rate = "10kb/s"; burst = "2s" } }
archive_expires_after = ("%dd"):format(7)
log = { info = "*console", { levels = { min = "warn" }, to = "file", filename = "x.log" } }
storage = "memory"
sql = { driver = "SQLite3", port = tonumber(ENV_PORT) or 5432 }
certificates = "certs"
VirtualHost (domain)
  ssl = { key = "k.pem", certificate = "c.pem"; protocol = "tlsv1_2+" }
  c2s_ports = { 5222, 5223 }
Component ("rooms." .. domain) "muc" { name = "Rooms", modules_enabled = { "muc_mam" } }
Component "gw.h.example"
  component_secret = "x"
Include "conf.d/*.cfg.lua"
`,
    `local function split(text, by)
  local parts = {}
  for part in (text or ""):gmatch("[^" .. (by or ",") .. "]+") do parts[#parts + 1] = part end
  return parts
end
local json = require "util.json"
local all = json.decode('{"a":[1,2,{"b":null}],"c":"\\\\u00e4"}')
if ENV_X ~= "0" and all then x = { y = { z = all.a } } else x = nil end
c2s_timeout = 60 * 60 * 24; c2s_stanza_size_limit = 1024 * 256
authentication = "internal_hashed"
https_ports = {}
admins = split("a@b, c@d", ", ")
host "d.example" { enabled = true; disco_items = { { "x.example", "X" } } }
VirtualHost "e.example"
  tls_profile = "modern"
`,
  ],
  words: [
    ...(['', '"', '}', '{', '=', ';', ',', 'nil', ' end ', '\0', '[[', ']]', '--', '..', '(', ')', '\n'] as const),
    ...['0', '-1', '1e309', '0x7fffffffffffffff', '1/0', '0/0', '"a@b"', '"\\xff"', '("x"):rep(99)', '_G', '_ENV'],
    ...['setmetatable(', 'getmetatable("")', 'error(', 'pcall(error)', 'function() end', 'coroutine.wrap(', 'debug.'],
    ...[
      'Include "x"',
      'RunScript ',
      'FileLine ',
      'require ',
      'Credential "x"',
      'VirtualHost ',
      'Component ',
      ':append ',
    ],
    ...[
      ' then ',
      ' do ',
      ' while true do ',
      'goto x',
      '::x::',
      'local ',
      'return ',
      'and',
      'or',
      'not',
      '#',
      '\u{feff}',
    ],
    ...['modules_enabled', 'storage', 'log', 'ssl', 'sql', 'admins', 'limits', 'default_storage', 'true', 'false'],
  ],
};

const YAML: Language = {
  seeds: [
    `data_path: /tmp/none
storage: memory
admins: [a@h.example]
modules_enabled: &all [roster, saslauth, tls, mam]
log:
  - {to: console, levels: {min: info}}
sql: {}
c2s_ports: [5222]
ssl: {protocol: tlsv1_2+, key: k.pem, certificate: c.pem}
archive_expires_after: 1w
hosts:
  h.example:
    modules_enabled: *all
    c2s_stanza_size_limit: 250kb
    motd_text: |
      Hello
        there
  "e.example": {enabled: false}
components:
  rooms.h.example: {module: disco, name: Rooms}
`,
    `# With references
storage: \${KIND:-memory}
include: conf.d/*.yaml
? c2s_timeout
: 60 s
hosts: {h.example: , d.example: {disco_items: [[x.example, X]], allow_registration: true}}
`,
  ],
  words: [
    ...([
      '',
      ':',
      ': ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '\n',
      '\n  ',
      '\t',
      '\0',
      '\r',
      '#',
    ] as const),
    ...[
      '&a ',
      '*a',
      '*all',
      '<<: *all',
      '!!js/function ',
      '!!binary ',
      '!!set ',
      '!x ',
      '%YAML 1.1\n',
      '---\n',
      '...\n',
    ],
    ...[
      '~',
      'null',
      'yes',
      '.inf',
      '.nan',
      '-0',
      '1e309',
      '0x7fffffffffffffff',
      '0o17',
      '2001-01-01',
      '? ',
      '? [a, b]',
    ],
    ...['${', '${X}', '${X:-}', '$${', '${credential:x}', 'include: x', 'hosts:', '__proto__:', 'constructor:', 'a@b'],
    ...['modules_enabled', 'storage', 'log', 'ssl', 'sql', 'admins', 'module: ', 'password_file: ', 'token_file: x'],
  ],
};

export const LANGUAGES = { lua: LUA, yaml: YAML } as const;

/** A broken configuration, by its number. */
export function brokenText({ seeds, words }: Language, number: number): string {
  const random = new Random(number);
  let text = random.pick(seeds);
  for (let edits = 1 + random.below(4); edits > 0; edits--) text = edited(text, random, words, seeds);
  return text;
}

function edited(text: string, random: Random, words: Language['words'], seeds: Language['seeds']): string {
  const lines = text.split('\n');
  const line = random.below(lines.length);
  const at = random.below(text.length + 1);
  switch (random.below(9)) {
    case 0: // a line is gone
      return lines.toSpliced(line, 1).join('\n');
    case 1: // a line stands elsewhere, too
      return lines.toSpliced(random.below(lines.length), 0, lines[line] ?? '').join('\n');
    case 2: // lines that are otherwise indented
      return lines.with(line, ' '.repeat(random.below(6)) + (lines[line] ?? '').trimStart()).join('\n');
    case 3: // the rest is missing
      return text.slice(0, at);
    case 4: // another one follows
      return text.slice(0, at) + random.pick(seeds).slice(random.below(300));
    case 5: // some characters are gone
      return text.slice(0, at) + text.slice(at + 1 + random.below(8));
    case 6: // another character
      return (
        text.slice(0, at) + String.fromCharCode(random.below(random.oneIn(4) ? 0x1_0000 : 128)) + text.slice(at + 1)
      );
    case 7: // another word
      return text.slice(0, at) + text.slice(at).replace(/[\w"]+/, () => random.pick(words));
    default:
      return text.slice(0, at) + random.pick(words) + text.slice(at);
  }
}
