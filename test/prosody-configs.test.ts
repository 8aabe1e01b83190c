/** Configurations as they are in use for Prosody: each starts, and does what it says. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { configCheck } from '../src/app/check/config/config.ts';
import type { ServerSettings } from '../src/app/server-settings.ts';
import { startServer } from '../src/app/start.ts';
import type { Notice } from '../src/config/notice.ts';
import type { Log } from '../src/logging/log.ts';
import { subjectOfFile } from './support/check-subject.ts';

const FOLDER = fileURLToPath(new URL('fixtures/prosody-configs/', import.meta.url));

/** What may be said where nothing is wrong: parts of Prosody that are not there yet, words of older days. */
const HARMLESS: readonly string[] = [
  ...['component-not-built', 'module-not-built', 'option-not-built', 'module-needless', 'module-renamed'],
  ...['option-ignored', 'option-renamed', 'option-without-module', 'pidfile-missing', 'admin-nowhere'],
  ...['http-private-interface'],
];

/** One of them. */
interface Case {
  readonly path: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Hosts and components that are served. */
  readonly served: readonly string[];
  /** Components that are not there yet. */
  readonly missing: readonly string[];
  /** What the first host has besides what hosts always have. */
  readonly modules: readonly string[];
  /** Options of the first host. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly settings?: Partial<ServerSettings>;
  /** What `check config` finds that is not harmless. */
  readonly found?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    path: 'split/prosody.cfg.lua',
    environment: {
      ...{ COUPLET_CONTAINER: '1', DOMAIN: 'chat-of-ours.im', PROSODY_ADMINS: 'a@chat-of-ours.im, b@chat-of-ours.im' },
      ...{
        LOG_LEVEL: 'warn',
        C2S_REQUIRE_ENCRYPTION: 'true',
        DB_DRIVER: 'PostgreSQL',
        DB_HOST: 'db',
        DB_DATABASE: 'x',
      },
      ...{ DB_PORT: '5433', DB_USERNAME: 'u', DB_PASSWORD: 'p q' },
    },
    served: ['chat-of-ours.im'],
    missing: ['upload', 'conference', 'proxy', 'pubsub'].map((name) => `${name}.chat-of-ours.im`),
    modules: ['mam', 'carbons', 'register_ibr', 'announce', 'tls'],
    options: {
      admins: ['a@chat-of-ours.im', 'b@chat-of-ours.im'],
      ...{ c2s_require_encryption: true, c2s_direct_tls_ports: [5223], archive_expires_after: '1y' },
      c2s_direct_tls_ssl: {
        certificate: join(FOLDER, 'split/conf.d/../certs/chat-of-ours.im/fullchain.pem'),
        key: join(FOLDER, 'split/certs/chat-of-ours.im/privkey.pem'),
      },
    },
    settings: { storage: { kind: 'postgresql', directory: '/var/lib/prosody', url: 'postgresql://u:p%20q@db:5433/x' } },
  },
  {
    path: 'variables.cfg.lua',
    environment: {
      ...{ PROSODY_ADMINS: 'a@one.im,b@two.im', PROSODY_VIRTUAL_HOSTS: 'one.im,two.im', PROSODY_RETENTION_DAYS: '30' },
      ...{ PROSODY_COMPONENTS: 'rooms.one.im:muc,share.one.im:http_file_share', PROSODY_MUC_MODULES: 'muc_mam' },
      ...{
        PROSODY_EXTERNAL_COMPONENTS: 'gw.one.im:hidden',
        PROSODY_ENABLE_MODULES: 'time',
        PROSODY_DISABLE_MODULES: 'ping',
      },
      ...{ PROSODY_C2S_RATE_LIMIT: '50kb/s', PROSODY_LOGLEVEL: 'error', PROSODY_TURN_SECRET: 'hidden' },
    },
    served: ['one.im', 'two.im'],
    missing: ['rooms.one.im', 'share.one.im', 'gw.one.im'],
    modules: ['time', 'mam', 'admin_adhoc', 'smacks'],
    options: {
      ...{ admins: ['a@one.im', 'b@two.im'], archive_expires_after: 30 * 86_400, turn_external_secret: 'hidden' },
      limits: { c2s: { rate: '50kb/s' }, s2sin: { rate: '30kb/s' } },
    },
    settings: { log: [{ format: 'text', to: '*stderr', levels: 8 }] },
  },
  {
    path: 'appliance.cfg.lua',
    environment: { APPLIANCE_DOMAIN: 'ours.im', APPLIANCE_ABUSE: 'abuse@ours.im' },
    served: ['ours.im'],
    missing: ['groups.ours.im', 'share.ours.im'],
    modules: ['mam', 'smacks', 'carbons', 'register_ibr'],
    options: {
      ...{
        allow_registration: true,
        registration_invite_only: true,
        archive_expires_after: '7d',
        tls_profile: 'modern',
      },
      ...{ registration_delete_grace_period: '7 days', turn_external_secret: 'not really secret' },
      ...{ contact_info: { abuse: ['mailto:abuse@ours.im'] }, c2s_direct_tls_ports: [5223] },
      ...{ firewall_scripts: ['/etc/restricted.pfw'], add_permissions: { 'prosody:registered': ['xmpp:federate'] } },
    },
    settings: {
      dataPath: join(FOLDER, 'appliance-data'),
      log: [{ format: 'text', to: '*stdout', levels: 14 }],
    },
  },
  {
    path: 'packaged/prosody.cfg.lua',
    served: ['localhost'],
    missing: [],
    modules: ['disco', 'tls', 'private', 'register_ibr', 'user_account_management', 'admin_adhoc'],
    options: {
      limits: { c2s: { rate: '10kb/s' }, s2sin: { rate: '30kb/s' } },
      certificates: join(FOLDER, 'packaged/certs'),
    },
    settings: {
      log: [
        { format: 'text', to: '*syslog', levels: 8 },
        { format: 'text', to: join(FOLDER, 'packaged/packaged.err'), levels: 8, lenient: true },
        { format: 'text', to: join(FOLDER, 'packaged/packaged.log'), levels: 14, lenient: true },
      ],
    },
  },
  {
    path: 'bootstrap.cfg.lua',
    environment: { PROSODY_DATADIR: '/tmp/nowhere' },
    served: ['admin.pod.internal'],
    missing: [],
    modules: [],
    options: {
      host_admins: ['api@admin.pod.internal'],
      admins: [],
      c2s_ports: [5222],
      init_admin_jid: 'api@admin.pod.internal',
    },
    settings: { adminSocket: '/tmp/nowhere/bootstrap.sock' },
    found: ['login-impossible'],
  },
  {
    path: 'public.cfg.lua',
    served: ['public.chat-of-ours.im'],
    missing: ['room', 'proxy', 'upload'].map((name) => `${name}.public.chat-of-ours.im`),
    modules: ['welcome', 'announce', 'mam', 'register_ibr'],
    options: {
      ...{ admins: ['me@public.chat-of-ours.im'], c2s_direct_tls_ports: [5223], archive_expires_after: '1w' },
      ...{ c2s_direct_tls_ssl: { certificate: '/nowhere/public.crt', key: '/nowhere/public.key' } },
    },
    found: ['module-also-component'],
  },
  {
    path: 'integration.cfg.lua',
    served: ['localhost'],
    missing: ['conference.localhost', 'upload.localhost'],
    modules: ['auth_insecure', 'mam', 'blocklist'],
    options: { admins: ['admin@localhost', 'second@localhost'], bounce_blocked_messages: true, hide_os_type: true },
    settings: { storage: { kind: 'memory' }, log: [{ format: 'text', to: '*stderr', levels: 14 }] },
    found: ['forgetful-storage', 'insecure-any-password', 'insecure-c2s-encryption', 'insecure-plain-password'],
  },
  {
    path: 'certificates.cfg.lua',
    served: ['one.example', 'two.example'],
    missing: ['share.two.example', 'groups.two.example'],
    modules: ['disco', 'ping', 'tls'],
    options: { certificates: join(FOLDER, 'certs'), c2s_direct_tls_ports: [5223], interfaces: ['127.0.0.1'] },
  },
];

const ignore = (): void => undefined;
const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => log };

afterEach(() => void vi.unstubAllEnvs());

test.each(CASES)(
  '$path',
  async ({ path, environment = {}, served, missing, modules, options, settings = {}, found = [] }) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const subject = await subjectOfFile(join(FOLDER, path), { environment });
    const { hosts, notices, ...others } = subject.settings;
    const [first] = hosts;
    expect(hosts.map(({ domain }) => domain)).toEqual(served);
    expect(first?.modules).toEqual(expect.arrayContaining([...modules]));
    expect(first?.options).toMatchObject(options);
    expect(others).toMatchObject(settings);
    const gone = [...(notices ?? new Map<string, Notice>()).values()]
      .filter(({ id }) => id === 'component-not-built')
      .map(({ text }) => text);
    expect(gone.map((text) => /^(\S+) is not served/.exec(text)?.[1])).toEqual(missing);

    const findings = await configCheck.run(subject);
    const told = findings.map(({ id }) => id).filter((id) => !HARMLESS.includes(id));
    expect([...new Set(told)].toSorted()).toEqual(found);

    const server = await startServer({
      hosts: hosts.map((host) => ({
        ...host,
        options: { ...host.options, c2s_ports: [0], c2s_interfaces: ['127.0.0.1'], c2s_direct_tls_ports: [] },
      })),
      log,
    });
    try {
      expect([...server.hosts.keys()]).toEqual(served);
      expect(await server.listeners.addresses('c2s')).toHaveLength(1);
    } finally {
      await server.stop();
    }
  },
);
