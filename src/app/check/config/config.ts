/** `check config`: mistakes and traps in the configuration. */
import type { Check, Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { HOSTS, hostFindings } from './hosts.ts';
import { INSECURE, insecureFindings } from './insecure.ts';
import { NOTICES, noticed } from './notices.ts';
import { WRITTEN, writtenFindings } from './written.ts';

const CONFIG = {
  'config-wrong': [
    'error',
    'The configuration cannot be used, and the server does not start with it.',
    'Correct what it says.',
  ],
  ...NOTICES,
  ...WRITTEN,
  ...HOSTS,
  ...INSECURE,
} as const satisfies Catalogue;

const find = finder('config', CONFIG);

export const configCheck: Check = {
  name: 'config',
  summary: 'Mistakes, and what Prosody reads otherwise than it was meant',
  catalogue: CONFIG,
  run: configFindings,
};

/** The findings for a configuration that cannot be used. @param message a line for each problem, `file:line: text` */
export function brokenConfig(message: string): Finding[] {
  return message.split('\n').map((line) => {
    const [, where, text = line] = /^(.*?:\d+): (.*)$/.exec(line) ?? [];
    return find('config-wrong', /[.?!]$/.test(text) ? text : `${text}.`, where);
  });
}

async function configFindings(subject: Subject): Promise<Finding[]> {
  const { written, settings, environment } = subject;
  return [
    ...[...noticed(settings.warnings, settings.notices)].map((one) => find(...one)),
    ...(written === undefined ? [] : writtenFindings(find, written, environment)),
    ...(await hostFindings(find, subject)),
    ...insecureFindings(find, subject),
  ];
}
