/** `docs/environment.md`: every environment variable that has a meaning, or has one elsewhere. */
import type { Effect, Place, Source, Target, ValueKind, Variable } from '../../src/config/environment/variable.ts';
import { code, notice, table } from './markdown.ts';

const SOURCES: readonly (readonly [Source, string])[] = [
  ['guide', 'deployment guides'],
  ['prosody', 'prosody/prosody'],
  ['sarasmiseth', 'sarasmiseth/prosody'],
  ['tobi312', 'tobi312/prosody'],
  ['ichuan', 'ichuan/prosody'],
  ['couplet', 'Couplet'],
];

const VALUES: Readonly<Record<ValueKind, string>> = {
  boolean: 'yes or no',
  burst: 'seconds (`2s`) or a size',
  components: 'list of `DOMAIN:MODULE`',
  days: 'days',
  domain: 'domain',
  domains: 'list of domains',
  gibibytes: 'GiB',
  integer: 'whole number',
  interval: 'seconds, or `manual`',
  list: 'list',
  mebibytes: 'MiB',
  modules: 'list of modules',
  period: 'period, or `never`',
  port: 'port',
  rate: 'bytes in a second (`10kb/s`)',
  secrets: 'list of `DOMAIN:SECRET`',
  size: 'size',
  text: 'text',
};

const PLACES: Readonly<Record<Exclude<Place, 'server'>, string>> = {
  host: ' of the main host',
  muc: ' of components made of `muc`',
  http_file_share: ' of components made of `http_file_share`',
  component: ' of components made of `component`',
};

const TEXT = `# Environment variables

Couplet reads the variables of the images that run Prosody, of their compose files and of deployment guides, so that the same
environment means the same here. What the environment and a [configuration](configuration.md) both say is as the environment says. Of a
table, such as \`sql\`, a variable replaces its own member. What a file says below one host stays for that host, which is a warning.
\`coupletctl config show --origin\` shows which values come from variables.

**Without a file.** Where there is no file, or it names no hosts, \`PROSODY_DOMAIN\` or \`PROSODY_VIRTUAL_HOSTS\` makes a whole
configuration: those hosts, their components, and what else the variables say; the rest has its default. In a container the
folder for relative paths is then \`/etc/prosody\` (certificates are in \`/etc/prosody/certs\`) and data is in
\`/var/lib/prosody\`, elsewhere it is the current folder and \`data\` in it. A file that names hosts decides alone which there
are.

**In a container.** Names that do not begin with \`PROSODY_\` mean something else on most machines: they are read only in a
container, which \`COUPLET_CONTAINER=1\` (or \`couplet --container\`) says.

**Files.** Each variable may be given as a file: \`NAME_FILE\` is its path, and the value is its content without the line break
at its end. Both at once are an error. So are two variables that say different things about one option. A variable that is empty
is not set.

**Values.** Yes or no is \`true\`, \`1\`, \`yes\`, \`on\`, or \`false\`, \`0\`, \`no\`, \`off\`. Lists are split at commas and spaces.
Periods and sizes are written as in a file: \`12 h\`, \`30 d\`, \`10 MB\`. Anything else is an error that names the variable; secrets are
not told.

**What is not there yet.** A variable about a module or an option that does not exist yet is a warning, and so is one whose name
begins with \`PROSODY_\` and that nothing reads. A file in Lua may read what it likes. In a container whose host \`DOMAIN\`
names it also finds what the start script of sarasmiseth/prosody sets, such as \`DOMAIN_MUC\` and \`DB_DRIVER\`, except that
registration stays closed.

`;

/** The page. */
export function environmentPage(variables: readonly Variable[]): string {
  const parts = SOURCES.map(([source, label]) => {
    const rows = variables.filter(({ sources }) => firstOf(sources) === source).map(row);
    return `## ${title(label)}\n\n${table(['Variable', 'Value', 'Sets', 'Meaning', 'Default there', 'Different here'], rows)}`;
  });
  return `${notice('src/config/environment')}\n${TEXT}${parts.join('\n')}`;
}

function row(variable: Variable): string[] {
  const { name, sources, type, does, meaning, different = '' } = variable;
  return [code(name), valueText(type), effectText(does), meaning, defaultsText(sources), different];
}

function valueText(type: Variable['type']): string {
  return typeof type === 'string' ? VALUES[type] : type.map(code).join(', ');
}

function effectText(does: Effect): string {
  switch (does.kind) {
    case 'option':
      return does.targets.map(targetText).join(', ');
    case 'modules':
      return code(does.option) + (does.where === 'muc' ? PLACES.muc : '');
    case 'group':
      return '`modules_enabled`, `modules_disabled`';
    case 'domains':
      return does.role === 'main' || does.role === 'hosts' ? 'hosts' : 'components';
    case 'storage':
      return '`storage`';
    case 'log':
      return '`log`';
    default:
      return '';
  }
}

function targetText({ where, path }: Target): string {
  return code(path.join('.')) + (where === 'server' ? '' : PLACES[where]);
}

/** The defaults, each with who has it where there are several. */
function defaultsText(sources: Variable['sources']): string {
  const all = SOURCES.filter(([source]) => sources[source] !== undefined);
  return all
    .map(([source, label]) => {
      const value = sources[source] ?? '';
      const shown = value === '' ? 'none' : value === 'required' ? value : code(value);
      return all.length === 1 ? shown : `${label}: ${shown}`;
    })
    .join('; ');
}

function firstOf(sources: Variable['sources']): Source | undefined {
  return SOURCES.find(([source]) => sources[source] !== undefined)?.[0];
}

function title(label: string): string {
  return label === 'deployment guides' ? 'Deployment guides' : label;
}
