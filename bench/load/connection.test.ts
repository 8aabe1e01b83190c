import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { World } from '../../test/support/world.ts';
import { addAccounts } from '../server.ts';
import { Connection, type LoginOptions, type Mechanism, type Security } from './connection.ts';

let world: World;
const ports = new Map<Security, number>();
const certificates = mkdtempSync(join(tmpdir(), 'certificates-'));

beforeAll(async () => {
  const options = {
    default_iteration_count: 4096,
    certificates,
    c2s_ports: [0],
    c2s_interfaces: ['127.0.0.1'],
    c2s_direct_tls_ports: [0],
    c2s_direct_tls_interfaces: ['127.0.0.1'],
    c2s_require_encryption: false,
    allow_unencrypted_plain_auth: true,
  };
  const modules = ['auth_internal_hashed', 'c2s', 'carbons', 'iq', 'message', 'ping', 'presence', 'roster'];
  world = await World.start({ hosts: [{ modules: [...modules, 'saslauth', 'smacks', 'tls'], options }] });
  const { server } = world;
  await server.start();
  await addAccounts(server, ['romeo']);
  for (const [security, listener] of [
    ['none', 'c2s'],
    ['starttls', 'c2s'],
    ['direct', 'c2s_direct_tls'],
  ] as const) {
    const [address = ''] = await server.listeners.addresses(listener);
    ports.set(security, Number(address.split(':')[1]));
  }
});
afterAll(async () => {
  await world.stop();
  rmSync(certificates, { recursive: true });
});

function options(security: Security, mechanism: Mechanism): LoginOptions {
  return { port: ports.get(security) ?? 0, security, mechanism, carbons: true, acks: true };
}

const SECURITIES: readonly Security[] = ['none', 'starttls', 'direct'];
const MECHANISMS: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'];

test.each(SECURITIES.flatMap((security) => MECHANISMS.map((mechanism) => [security, mechanism] as const)))(
  'a login with encryption %s and %s',
  async (security, mechanism) => {
    const connection = await Connection.open('romeo', 'secret', options(security, mechanism));
    const ping = "<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
    expect(await connection.ask(ping, '<iq')).toContain("type='result'");
    connection.close();
    expect(connection.open).toBe(false);
  },
);

test.each(MECHANISMS)('a wrong password with %s is refused', async (mechanism) => {
  await expect(Connection.open('romeo', 'wrong', options('none', mechanism))).rejects.toThrow('not-authorized');
});
