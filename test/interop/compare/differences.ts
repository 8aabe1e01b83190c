/** Two servers' facts side by side. */
import { isDeepStrictEqual } from 'node:util';
import { MODULE_NAMES, expandModules } from '../../../src/app/modules.ts';
import { parseDuration } from '../../../src/config/duration.ts';
import { COMPARISONS } from '../../../scripts/docs/deviations.ts';
import { DOMAINS, MODULES, OPTIONS, SERVICES } from './explanations.ts';
import type { Facts, Option } from './facts.ts';

/** One thing on both. */
export interface Row {
  readonly what: 'domain' | 'port' | 'module' | 'option';
  /** The domain, or `*` for the whole server. */
  readonly where: string;
  readonly name: string;
  /** What it is there; `-` where there is none. */
  readonly prosody: string;
  readonly couplet: string;
  /** Empty where both are alike; `undefined` where nobody knows why they are not. */
  readonly why: string | undefined;
}

const NONE = '-';

/** All that one of both has. */
export function compare(prosody: Facts, couplet: Facts): Row[] {
  const domains = couplet.domains.map(({ domain }) => domain);
  return [
    ...prosody.domains.map(({ domain, kind }): Row => {
      const there = couplet.domains.find((one) => one.domain === domain);
      const row = { what: 'domain', where: domain, name: kind, prosody: 'served' } as const;
      return {
        ...row,
        couplet: there === undefined ? NONE : 'served',
        why: there?.kind === kind ? '' : DOMAINS.get(domain),
      };
    }),
    ...couplet.domains
      .filter(({ domain }) => !prosody.domains.some((one) => one.domain === domain))
      .map(({ domain, kind }): Row => ({
        what: 'domain',
        where: domain,
        name: kind,
        prosody: NONE,
        couplet: 'served',
        why: undefined,
      })),
    ...ports(prosody, couplet),
    ...domains.flatMap((domain) => modules(domain, prosody, couplet)),
    ...domains.flatMap((domain) => options(domain, prosody, couplet)),
  ];
}

function ports(prosody: Facts, couplet: Facts): Row[] {
  return [...new Set([...prosody.ports, ...couplet.ports])].toSorted().map((both) => {
    const [name = '', port = ''] = both.split(' ');
    const [theirs, ours] = [prosody, couplet].map(({ ports: all }) => (all.includes(both) ? port : NONE));
    const why = theirs === ours ? '' : SERVICES.get(name);
    return { what: 'port', where: '*', name, prosody: theirs ?? NONE, couplet: ours ?? NONE, why };
  });
}

function modules(domain: string, prosody: Facts, couplet: Facts): Row[] {
  const theirs = prosody.modules.get(domain) ?? [];
  const ours = couplet.modules.get(domain) ?? [];
  return [...new Set([...theirs, ...ours])].toSorted().map((name) => {
    const [there, here] = [theirs, ours].map((all) => all.includes(name));
    return {
      ...({ what: 'module', where: domain, name } as const),
      prosody: there === true ? 'loaded' : NONE,
      couplet: here === true ? 'loaded' : NONE,
      why: there === here ? '' : (MODULES.get(name) ?? notBuilt(name, ours)),
    };
  });
}

/** Why a module of Prosody's is not loaded here, where that needs no words of its own. */
function notBuilt(name: string, loaded: readonly string[]): string | undefined {
  const parts = expandModules([name]);
  if (parts.length > 1 && parts.every((part) => loaded.includes(part))) return `it is ${parts.join(' and ')}`;
  return MODULE_NAMES.includes(name) ? undefined : 'the module is not there yet';
}

function options(domain: string, prosody: Facts, couplet: Facts): Row[] {
  const names = [...prosody.options, ...couplet.options].flatMap(([key]) => {
    const [where, name = ''] = key.split(' ');
    return where === domain || where === '*' ? [name] : [];
  });
  return [...new Set(names)].toSorted().map((name) => {
    const theirs = optionOf(prosody, domain, name);
    const ours = optionOf(couplet, domain, name);
    const alike = isDeepStrictEqual(plain(theirs?.value), plain(ours?.value));
    return {
      ...({ what: 'option', where: domain, name } as const),
      prosody: shown(name, theirs),
      couplet: shown(name, ours),
      why: alike ? '' : whyOption(domain, name, theirs, ours),
    };
  });
}

function optionOf({ options: all }: Facts, domain: string, name: string): Option | undefined {
  const own = all.get(`${domain} ${name}`);
  const common = all.get(`* ${name}`);
  return own === undefined ? common : { ...own, isSet: own.isSet || common?.isSet === true };
}

function whyOption(
  domain: string,
  name: string,
  theirs: Option | undefined,
  ours: Option | undefined,
): string | undefined {
  const known = OPTIONS.get(`${domain} ${name}`) ?? OPTIONS.get(name);
  if (known !== undefined) return known;
  if (ours === undefined && theirs !== undefined && theirs.modules.length > 0) {
    const missing = theirs.modules.filter(
      (module) => !expandModules([module]).every((one) => MODULE_NAMES.includes(one)),
    );
    if (missing.length === theirs.modules.length) return `of ${missing.join(', ')}, not there yet`;
  }
  if (theirs?.isSet === true) return undefined;
  const comparison = COMPARISONS.get(name);
  if (comparison === undefined) return undefined;
  if ('own' in comparison) return comparison.own;
  if (comparison.because !== undefined) return comparison.because;
  // Ours is what Prosody 13 has: the older one has another default, or reads it elsewhere.
  return isDeepStrictEqual(plain(ours?.value), plain(comparison.prosody)) ? 'the default of Prosody 13' : undefined;
}

/** The value as it means: lists in any order, periods in seconds, nothing for whatever is empty. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'string') return parseDuration(value) ?? value;
  if (Array.isArray(value)) {
    const members: unknown[] = value.map(plain);
    return members.length === 0
      ? undefined
      : members.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object') return value;
  const members = Object.entries<unknown>({ ...value }).map(([key, member]) => [key, plain(member)] as const);
  return members.length === 0 ? undefined : Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(name: string, option: Option | undefined): string {
  if (option === undefined || plain(option.value) === undefined) return NONE;
  if (/secret|password$/.test(name)) return '(set)';
  const text = JSON.stringify(option.value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The rows as a table, with those that are alike counted. */
export function tableOf(rows: readonly Row[]): string {
  const different = rows.filter(({ why }) => why !== '');
  const cells = different.map((row) => [
    row.what,
    row.where,
    row.name,
    row.prosody,
    row.couplet,
    row.why ?? 'UNEXPLAINED',
  ]);
  const all = [['', 'where', 'name', 'Prosody', 'Couplet', 'why'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  const lines = all.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const unexplained = different.filter(({ why }) => why === undefined).length;
  return [
    ...lines,
    '',
    `${rows.length} compared: ${rows.length - different.length} alike, ${different.length} different, ${unexplained} without an explanation`,
    '',
  ].join('\n');
}
