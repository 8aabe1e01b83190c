import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bind, loginHost, plainAuth } from '../../../test/support/stream/login.ts';
import { header, type RecordedHost } from '../../../test/support/stream/recorder.ts';
import { serviceOptions, startService, type TestService } from '../../../test/support/stream/service.ts';
import { RawClient, sleep } from '../../../test/support/stream/tcp.ts';
import { STARTTLS, startTls, TlsClient } from '../../../test/support/stream/tls.ts';
import { starttlsFeature } from '../../stream/features/starttls.ts';
import type { C2sListenOptions, StreamDeadlines, TlsProfile } from '../interface.ts';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A host that demands encryption. */
function encryptedHost(domain = 'a.test'): RecordedHost {
  const host = loginHost(domain, { requireEncryption: true });
  host.list.unshift(starttlsFeature(true));
  return host;
}

interface Setup {
  readonly host?: RecordedHost;
  readonly more?: readonly RecordedHost[];
  readonly deadlines?: Partial<StreamDeadlines>;
  readonly direct?: true;
  readonly profile?: TlsProfile;
}

async function start({ host = encryptedHost(), more = [], deadlines = {}, direct, profile }: Setup = {}): Promise<
  TestService & { readonly host: RecordedHost; readonly address: string }
> {
  const options: Partial<C2sListenOptions> = direct === true ? { direct } : {};
  const domains = [host, ...more].map(({ domain }) => domain);
  const service = await startService(serviceOptions([host, ...more], deadlines, options), domains, profile);
  closers.push(() => service.listener.close());
  return { ...service, host, address: service.listener.addresses[0] ?? '' };
}

/** Log in and bind on a stream that is encrypted. */
async function logIn(client: TlsClient): Promise<void> {
  await client.ask(header(), '</stream:features>');
  await client.ask(plainAuth('alice', 'a'), '<success ');
  await client.ask(header(), '</stream:features>');
  await client.ask(bind('r'), '</iq>');
}

async function gone(service: TestService): Promise<void> {
  await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0), 3000);
}

/** The error that a handshake fails with. */
async function refusal(attempt: Promise<TlsClient>): Promise<string> {
  const error = await attempt.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

describe('STARTTLS (RFC 6120 §5)', () => {
  it('leads to a new stream on which clients log in', async () => {
    const service = await start();
    const raw = await service.connect();
    const features = await raw.ask(header(), '</stream:features>');
    expect(features).toContain("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
    expect(features).not.toContain('<mechanisms');
    const id = /id='([^']+)'/.exec(features)?.[1];
    await raw.ask(STARTTLS, '<proceed ');
    const client = await TlsClient.over(raw);
    const fresh = await client.ask(header(), '</stream:features>');
    expect(fresh).toContain('<mechanism>SCRAM-SHA-256</mechanism>');
    expect(fresh).not.toContain('starttls');
    expect(/id='([^']+)'/.exec(fresh)?.[1]).not.toBe(id); // §5.4.3.3
    await client.ask(plainAuth('alice', 'a'), '<success ');
    await client.ask(header(), '</stream:features>');
    await client.ask(bind('r'), '</iq>');
    client.send('</stream:stream>');
    await client.until(({ received }) => received.endsWith('</stream:stream>'));
    await client.until(({ ended }) => ended);
    client.socket.end();
    await gone(service);
  });

  it('S21: what follows <starttls/> in the same segment ends the stream and is never answered', async () => {
    const service = await start();
    const raw = await service.connect();
    await raw.ask(header(), '</stream:features>');
    raw.send(`${STARTTLS}<iq type='get' id='inj' to='a.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await raw.until(({ ended }) => ended);
    expect(raw.received).toContain('<policy-violation');
    expect(raw.received).not.toContain('<proceed');
    expect(raw.received).not.toContain('inj');
  });

  it.each([
    ['an element', "<iq type='get' id='inj'><ping xmlns='urn:xmpp:ping'/></iq>"],
    ['a header and <auth/>', header() + plainAuth('alice', 'a')],
  ])('S21: %s in clear after <starttls/> is taken for TLS, which it is not', async (_what, text) => {
    const service = await start();
    const raw = await service.connect();
    await raw.ask(header(), '</stream:features>');
    raw.send(STARTTLS);
    await sleep(20);
    raw.send(text);
    await raw.until(({ ended, closed }) => ended || closed);
    const after = raw.received.slice(raw.received.indexOf('<proceed'));
    expect(after).not.toMatch(/inj|<success|<stream:features/);
    expect(service.host.sessions).toEqual([]);
    await gone(service);
  });

  it('is offered once, and only in clear', async () => {
    const service = await start();
    const client = await startTls(await service.connect());
    await client.ask(header(), '</stream:features>');
    expect(await client.ask(STARTTLS, '</stream:stream>')).toContain('<unsupported-stanza-type');
  });

  it('keeps the host that the certificate was for', async () => {
    const service = await start({ more: [encryptedHost('b.test')] });
    const client = await startTls(await service.connect());
    expect(await client.ask(header('b.test'), '</stream:stream>')).toContain('<policy-violation');
  });

  it('shows each host’s own certificate', async () => {
    const service = await start({ more: [encryptedHost('b.test')] });
    for (const domain of ['b.test', 'a.test']) {
      const client = await startTls(await service.connect(), {}, domain);
      expect(client.socket.getPeerCertificate().subject.CN).toBe(domain);
      client.socket.destroy();
    }
  });

  it.each([
    ['<auth/> by PLAIN', plainAuth('alice', 'a'), 'encryption-required'],
    [
      '<auth/> by SCRAM',
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>",
      'encryption-required',
    ],
    [
      '<compress/>',
      "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>",
      'unsupported-stanza-type',
    ],
    ['registration', "<iq type='set' id='x'><query xmlns='jabber:iq:register'/></iq>", 'not-authorized'],
    ['binding', bind('r'), 'not-authorized'],
    ['a message', "<message to='bob@a.test'/>", 'not-authorized'],
    ['presence', '<presence/>', 'not-authorized'],
    ['SASL2', "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>", 'unsupported-stanza-type'],
  ])('S22: before TLS, %s gets nowhere', async (_what, element, condition) => {
    const service = await start();
    const raw = await service.connect();
    await raw.ask(header(), '</stream:features>');
    await raw.ask(element, `<${condition}`);
    expect(raw.received).not.toMatch(/<success|<challenge|<proceed|type='result'/);
    expect(service.host.sessions).toEqual([]);
  });
});

describe('direct TLS (XEP-0368)', () => {
  it('serves streams without STARTTLS', async () => {
    const service = await start({ direct: true });
    const client = await TlsClient.direct(service.address, { ALPNProtocols: ['xmpp-client'] });
    expect(client.socket.alpnProtocol).toBe('xmpp-client');
    await logIn(client);
    expect(client.received).not.toContain('starttls');
  });

  it('shows the certificate of the host that is asked for, else of the first', async () => {
    const service = await start({ direct: true, more: [encryptedHost('b.test')] });
    for (const [servername, shown] of [
      ['b.test', 'b.test'],
      ['B.test', 'b.test'],
      ['c.test', 'a.test'],
      ['', 'a.test'],
    ] as const) {
      const { socket } = await TlsClient.direct(service.address, { servername });
      expect(socket.getPeerCertificate().subject.CN).toBe(shown);
      socket.destroy();
    }
  });

  it('refuses another protocol, and takes clients that name none', async () => {
    const service = await start({ direct: true });
    expect(await refusal(TlsClient.direct(service.address, { ALPNProtocols: ['http/1.1'] }))).toBe(
      'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    );
    (await TlsClient.direct(service.address)).socket.destroy();
  });

  it('says nothing to a client that speaks in clear', async () => {
    const service = await start({ direct: true });
    const raw = await service.connect();
    raw.send(header());
    await raw.until(({ ended, closed }) => ended || closed);
    expect(raw.received).not.toContain('stream');
  });
});

describe('the engine', () => {
  it.each([
    ['intermediate', 'TLSv1.3', 'TLSv1.3'],
    ['intermediate', 'TLSv1.2', 'TLSv1.2'],
    ['old', 'TLSv1.2', 'TLSv1.2'],
    ['modern', 'TLSv1.3', 'TLSv1.3'],
  ] as const)('profile %s takes %s', async (profile, version, got) => {
    const service = await start({ direct: true, profile });
    const client = await TlsClient.direct(service.address, { minVersion: version, maxVersion: version });
    expect(client.socket.getProtocol()).toBe(got);
    client.socket.destroy();
  });

  it.each([
    ['intermediate', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
    ['old', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
    ['modern', { maxVersion: 'TLSv1.2' }],
    ['intermediate', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
    ['old', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
  ] as const)('S23: profile %s refuses %o', async (profile, options) => {
    const service = await start({ direct: true, profile });
    expect(await refusal(TlsClient.direct(service.address, options))).toMatch(
      /ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE)/,
    );
    await gone(service);
  });

  it('S24: a client that renegotiates is cut', async () => {
    const service = await start({ direct: true });
    const client = await TlsClient.direct(service.address, { maxVersion: 'TLSv1.2' });
    await client.ask(header(), '</stream:features>');
    client.socket.renegotiate({}, () => undefined);
    await client.until(({ closed }) => closed);
    await gone(service);
  });

  it('ends the connection when something that is not TLS comes later', async () => {
    const service = await start();
    const raw = await service.connect();
    const client = await startTls(raw);
    await logIn(client);
    raw.socket.write(Buffer.alloc(100, 0x41));
    await gone(service);
    expect(service.host.sessions[0]?.ends).toEqual([{ kind: 'lost' }]);
  });

  it.each([true, undefined])(
    'S10: who starts a handshake and does not finish it is cut (direct: %s)',
    async (direct) => {
      const service = await start({ deadlines: { tls: 300 }, ...(direct === true && { direct }) });
      const raw = await service.connect();
      if (direct === undefined) {
        await raw.ask(header(), '</stream:features>');
        await raw.ask(STARTTLS, '<proceed ');
      }
      raw.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]));
      await raw.until(({ ended, closed }) => ended || closed, 2000);
      expect(service.metric('couplet_connections_expired_total', 'tls')).toBe(1);
    },
  );

  it('S10: who never starts one is cut', async () => {
    const service = await start({ deadlines: { header: 300 }, direct: true });
    const raw = await RawClient.connect(service.address);
    await raw.until(({ ended, closed }) => ended || closed, 2000);
    expect(raw.received).toBe('');
  });

  it('delivers much in whole, both ways, in writes that leave no large buffers', async () => {
    const service = await start();
    const client = await startTls(await service.connect());
    await logIn(client);
    const [session] = service.host.sessions;
    expect(session).toBeDefined();
    const text = Array.from({ length: 60_000 }, (_, i) => `<m>${i}</m>`).join('');
    const before = client.received.length;
    const { TLSSocket: Engine } = await import('node:tls');
    const write = vi.spyOn(Engine.prototype, 'write');
    service.host.streams[0]?.write(text);
    await client.until(({ received }) => received.length - before >= text.length);
    const sizes = write.mock.calls.map(([chunk]) => String(chunk).length);
    write.mockRestore();
    expect(client.received.slice(before)).toBe(text);
    expect(Math.max(...sizes)).toBeLessThan(16_384);
    client.send(`<message><body>${'x'.repeat(200_000)}</body></message>`);
    await vi.waitFor(() => expect(session?.received).toHaveLength(1));
  });

  it('sends what is written in one turn in one write', async () => {
    const service = await start();
    const client = await startTls(await service.connect());
    await logIn(client);
    const { TLSSocket: Engine } = await import('node:tls');
    const write = vi.spyOn(Engine.prototype, 'write');
    for (let i = 0; i < 50; i++) service.host.streams[0]?.write(`<m>${i}</m>`);
    await client.until(({ received }) => received.endsWith('<m>49</m>'));
    expect(write).toHaveBeenCalledTimes(1);
    write.mockRestore();
  });

  it.each(['TLSv1.3', 'TLSv1.2'] as const)('resumes sessions of %s, but not with another host', async (version) => {
    const service = await start({ more: [encryptedHost('b.test')] });
    const options = { minVersion: version, maxVersion: version };
    const first = await startTls(await service.connect(), options);
    const session = version === 'TLSv1.3' ? nextSession(first.socket) : Promise.resolve(first.socket.getSession());
    await first.ask(header(), '</stream:features>');
    const ticket = await session;
    first.socket.destroy();
    if (ticket === undefined) throw new Error('no ticket');
    for (const [domain, reused] of [
      ['a.test', true],
      ['b.test', false], // S25
    ] as const) {
      const again = await startTls(await service.connect(), { ...options, session: ticket }, domain);
      expect(again.socket.isSessionReused()).toBe(reused);
      await again.ask(header(domain), '</stream:features>');
      again.socket.destroy();
    }
  });
});

function nextSession(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve) => socket.once('session', resolve));
}

describe('channel binding data', () => {
  it.each(['TLSv1.3', 'TLSv1.2'] as const)('is what the client has, by %s', async (version) => {
    const service = await start();
    const client = await startTls(await service.connect(), { minVersion: version, maxVersion: version });
    await logIn(client);
    const { socket } = client;
    const channel = service.host.streams[0]?.channel;
    const digest = createHash('sha256').update(socket.getPeerCertificate().raw).digest();
    expect(channel?.protocol).toBe(version);
    expect(channel?.data('tls-server-end-point')).toEqual(digest);
    expect(channel?.data('tls-bogus')).toBeUndefined();
    if (version === 'TLSv1.3') {
      const exported = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      expect(channel?.data('tls-exporter')).toEqual(exported);
      expect(channel?.data('tls-unique')).toBeUndefined();
    } else {
      expect(channel?.data('tls-unique')).toEqual(socket.getFinished());
      expect(channel?.data('tls-exporter')).toBeUndefined();
    }
  });

  it('of direct TLS is that of the certificate shown', async () => {
    const other = encryptedHost('b.test');
    const service = await start({ direct: true, more: [other] });
    const client = await TlsClient.direct(service.address, { servername: 'b.test' });
    await client.ask(header('b.test'), '</stream:features>');
    await client.ask(plainAuth('alice', 'a'), '<success ');
    await client.ask(header('b.test'), '</stream:features>');
    await client.ask(bind('r'), '</iq>');
    const digest = createHash('sha256').update(client.socket.getPeerCertificate().raw).digest();
    expect(other.streams[0]?.channel?.data('tls-server-end-point')).toEqual(digest);
  });
});
