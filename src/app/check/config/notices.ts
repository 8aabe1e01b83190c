/** Findings of `config` that come from what was noticed while the configuration was read. */
import type { Notices } from '../../../config/notice.ts';
import type { Catalogue } from '../finding.ts';

/** By the ids of the notices. */
export const NOTICES = {
  'option-twice': ['advice', 'An option was set twice in one section.', 'Remove one of both.'],
  'value-missing': [
    'advice',
    'A word in a value means nothing: quotes are missing.',
    'Put quotes around it, or define it above.',
  ],
  'log-below-host': [
    'advice',
    '`log` stands below a host or component, where Prosody would not see it.',
    'Move it to the top of the file, above the first VirtualHost or Component.',
  ],
  'global-below-host': [
    'advice',
    'An option of the whole server stands below a host or component.',
    'Move it to the top of the file, above the first VirtualHost or Component.',
  ],
  'option-renamed': ['advice', 'An option has another name now.', 'Use the new name.'],
  'option-ignored': ['info', 'An option has no meaning here.', 'It can be removed.'],
  'option-unknown': ['advice', 'There is no such option.', 'Correct its name, or remove it.'],
  'option-without-module': [
    'advice',
    'An option of a module that is not loaded.',
    'Enable the module, or remove the option.',
  ],
  'variable-not-local': [
    'advice',
    'A variable of the program is not local, so it is taken for an option; Prosody cannot read it back and does not start.',
    'Write `local` before it.',
  ],
  'value-ignored': ['advice', 'A value cannot be used; the default stands in for it.', 'Correct the value.'],
  'value-adjusted': ['advice', 'A value is read as it was most likely meant.', 'Write what is meant.'],
  'module-renamed': ['advice', 'A module has another name now.', 'Use the new name.'],
  'module-needless': ['info', 'A module is not needed any more.', 'It can be removed.'],
  'module-not-built': [
    'info',
    'A module of Prosody that Couplet does not have yet.',
    'Nothing: it is left out until it is there.',
  ],
  'module-unknown': ['advice', 'There is no such module.', 'Correct its name, or remove it.'],
  'component-not-built': [
    'info',
    'The module of a component is one that Couplet does not have yet, so its domain is not served.',
    'Nothing: it is left out until it is there.',
  ],
  'component-not-served': [
    'advice',
    'There is no module of that name, so the domain of the component is not served.',
    'Correct its name.',
  ],
  'database-password-known': [
    'advice',
    'The password of the database is one that everybody knows.',
    'Set another one in the database and in the configuration; PROSODY_DB_PASSWORD_FILE is read too.',
  ],
  'option-not-built': [
    'info',
    'An option that nothing reads yet.',
    'Nothing: it is left out until it means something.',
  ],
  'variable-unknown': [
    'advice',
    'An environment variable with our prefix that nothing reads.',
    'Correct its name, or unset it.',
  ],
  'variable-without-effect': [
    'advice',
    'An environment variable has no effect, or not everywhere.',
    'Unset it, or change the file.',
  ],
  'domain-not-served': [
    'advice',
    'The domain in the environment is none of the hosts in the file.',
    'Name it in the file, or unset the variable.',
  ],
  notice: ['advice', 'Something else was noticed while the configuration was read.', 'See what it says.'],
} as const satisfies Catalogue;

/** The ids of warnings, with what is said and where. */
export function* noticed(
  warnings: readonly string[],
  notices: Notices = new Map(),
): Generator<readonly [id: keyof typeof NOTICES, what: string, where?: string]> {
  for (const warning of warnings) {
    const notice = notices.get(warning);
    const id = KNOWN.find((known) => known === notice?.id);
    yield notice === undefined ? ['notice', warning] : [id ?? 'notice', sentence(notice.text), notice.at];
  }
}

const KNOWN = Object.keys(NOTICES).filter((id): id is keyof typeof NOTICES => id in NOTICES);

function sentence(text: string): string {
  const begun = text.replace(/^the(re)? /, (word) => word.replace('t', 'T'));
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}
