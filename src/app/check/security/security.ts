/** `check security`: insecure options, and who may read and write what should be the server's alone. */
import { dirname } from 'node:path';
import { CERTS, certificateFindings } from '../certs/certs.ts';
import { readCertificates } from '../certs/read-certificate.ts';
import { INSECURE, insecureFindings } from '../config/insecure.ts';
import { userHosts, type Check, type Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { moduleOptions } from '../module-options.ts';
import { placeOf } from '../place.ts';
import { statOf, type FileFacts } from './file-facts.ts';

const SECURITY = {
  ...INSECURE,
  'certificate-key-open': CERTS['certificate-key-open'],
  'security-fine': ['info', 'What is as it should be.', ''],
  'config-readable': [
    'advice',
    'The configuration holds secrets, and others than its owner and group may read it.',
    'chmod 640, with the server’s group.',
  ],
  'config-writable': [
    'error',
    'Others may change the configuration, and so take over the server.',
    'chmod o-w, and of its folder too.',
  ],
  'data-open': ['error', 'Others may enter the folder of data: passwords and messages are in it.', 'chmod 700.'],
  'socket-open': [
    'error',
    'Others may open the control socket, and so do everything.',
    'chmod 600, or keep it in the folder of data.',
  ],
  'running-as-root': [
    'advice',
    'The server runs as root: a mistake in it is one in the whole machine.',
    'Set prosody_user, or start it as a user of its own.',
  ],
  'password-known': [
    'error',
    'A password in the environment or the configuration is one that stands in guides and images.',
    'Set another one; that of an account is changed with passwd.',
  ],
  'secret-in-environment': [
    'info',
    'A secret stands in an environment variable, which other programs of the same user can see.',
    'Use the same name with _FILE, and a file.',
  ],
  'registration-unbounded': [
    'advice',
    'Everybody may make an account, and nothing stops many at once.',
    'Lower registration_throttle_max, or set allow_registration = false.',
  ],
  'audit-off': [
    'advice',
    'The module admin_operations is off: nobody can tell who changed what.',
    'Remove it from modules_disabled.',
  ],
  'failures-many': ['advice', 'Many failed logins are allowed before somebody has to wait.', 'Lower limit_auth_max.'],
} as const satisfies Catalogue;

const find = finder('security', SECURITY);

/** Passwords of guides, images and people in a hurry. */
const KNOWN: readonly string[] = (
  'admin admin-password administrator changeme change_me database-password letmein pass passw0rd password prosody ' +
  'redis-password secret secure-password test xmpp 123456 12345678'
).split(' ');

const SECRETS = /(PASSWORD|SECRET)$/;

/** Failed logins of an address before it has to wait that are too many. */
const MANY_FAILURES = 50;
const MANY_ACCOUNTS = 20;

/** Files whose permissions matter. */
export interface SecurityFacts {
  readonly config: FileFacts | undefined;
  readonly configFolder: FileFacts | undefined;
  /** Is there a secret in the configuration? */
  readonly configSecret: boolean;
  readonly data: FileFacts | undefined;
  readonly socket: FileFacts | undefined;
}

export const securityCheck: Check = {
  name: 'security',
  summary: 'Insecure options, known passwords, permissions of files, root',
  catalogue: SECURITY,
  run: async (subject) => {
    const found = [
      ...insecureFindings(find, subject),
      ...fileFindings(filesOf(subject), subject.ask !== undefined),
      ...passwordFindings(subject),
      ...(await keyFindings(subject)),
      ...(await hostFindings(subject)),
    ];
    return found.some(({ severity }) => severity !== 'info')
      ? found
      : [...found, find('security-fine', 'Options, passwords and permissions are as they should be.')];
  },
};

function filesOf({ raw, settings }: Subject): SecurityFacts {
  const password = settings.storage.kind === 'postgresql' && new URL(settings.storage.url).password !== '';
  return {
    config: raw && statOf(raw.file),
    configFolder: raw && statOf(dirname(raw.file)),
    configSecret:
      password ||
      settings.hosts.some(({ options }) => Object.keys(options).some((name) => /secret$|password$/.test(name))),
    data: statOf(settings.dataPath),
    socket: statOf(settings.adminSocket),
  };
}

/** What is to be said of files. @param running does the server run that made the socket? */
export function fileFindings(
  { config, configFolder, configSecret, data, socket }: SecurityFacts,
  running: boolean,
): Finding[] {
  const found: Finding[] = [];
  const say = (id: keyof typeof SECURITY, file: FileFacts): void => {
    found.push(find(id, `${file.path} has mode ${file.mode.toString(8).padStart(4, '0')}.`, file.path));
  };
  if (config !== undefined && configSecret && (config.mode & 0o004) !== 0) say('config-readable', config);
  for (const file of [config, configFolder]) {
    const sticky = ((file?.mode ?? 0) & 0o1000) !== 0; // such as /tmp, where only the owner may replace a file
    if (file !== undefined && (file.mode & 0o002) !== 0 && !(sticky && file === configFolder))
      say('config-writable', file);
  }
  if (data !== undefined && (data.mode & 0o007) !== 0) say('data-open', data);
  const enclosed = data !== undefined && (data.mode & 0o007) === 0 && socket?.path.startsWith(`${data.path}/`) === true;
  if (socket !== undefined && (socket.mode & 0o002) !== 0 && !enclosed) say('socket-open', socket);
  if (running && socket?.owner === 0)
    found.push(find('running-as-root', 'The server that made the control socket runs as root.', socket.path));
  return found;
}

/** What is to be said of passwords. */
export function passwordFindings({
  raw,
  settings,
  environment,
}: Pick<Subject, 'raw' | 'settings' | 'environment'>): Finding[] {
  const found: Finding[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('PROSODY_') || !SECRETS.test(name) || value === undefined || value === '') continue;
    if (KNOWN.includes(value.toLowerCase()))
      found.push(find('password-known', `${name} is a password that everybody knows.`));
    else found.push(find('secret-in-environment', `${name} holds a secret.`));
  }
  if (settings.storage.kind === 'postgresql') {
    const password = decodeURIComponent(new URL(settings.storage.url).password);
    if (KNOWN.includes(password.toLowerCase())) {
      found.push(
        find(
          'password-known',
          'sql: the password is one that everybody knows.',
          placeOf(raw, undefined, 'sql', ['password']),
        ),
      );
    }
  }
  return found;
}

/** What `check certs` says of keys. */
async function keyFindings(subject: Subject): Promise<Finding[]> {
  const hosts = userHosts(subject).filter(({ modules }) => modules.includes('tls'));
  const all = await Promise.all(hosts.map((host) => readCertificates(host, subject.now)));
  return all
    .flat()
    .flatMap((one) => certificateFindings(one, subject.now))
    .flatMap(({ id, what, where }) => (id === 'certificate-key-open' ? [find(id, what, where)] : []));
}

async function hostFindings(subject: Subject): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const host of userHosts(subject)) {
    const at = (option: string): string | undefined => placeOf(subject.raw, host.domain, option);
    const registration = await moduleOptions(host, 'register_ibr');
    const most = Number(registration.get('registration_throttle_max') ?? 0);
    const open =
      registration.get('allow_registration') === true && registration.get('registration_invite_only') !== true;
    if (open && most > MANY_ACCOUNTS) {
      found.push(
        find(
          'registration-unbounded',
          `${host.domain}: ${most} accounts from one address in a period.`,
          at('registration_throttle_max'),
        ),
      );
    }
    const failures = Number((await moduleOptions(host, 'saslauth')).get('limit_auth_max') ?? 0);
    if (failures > MANY_FAILURES)
      found.push(find('failures-many', `${host.domain}: limit_auth_max is ${failures}.`, at('limit_auth_max')));
    if (!host.modules.includes('admin_operations'))
      found.push(find('audit-off', `${host.domain} has no admin_operations.`, at('modules_disabled')));
  }
  return found;
}
