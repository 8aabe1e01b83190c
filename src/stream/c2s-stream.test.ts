import { describe, expect, it } from 'vitest';
import {
  auth,
  authenticated,
  bind,
  bound,
  loginHost,
  opened,
  plainAuth,
  unbound,
} from '../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../test/support/stream/recorder.ts';
import { Jid } from '../jid/jid.ts';
import { NS_SASL } from '../stanza/sasl-failure.ts';
import { el } from '../xml/element.ts';
import { NS_CLIENT, NS_STREAM } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { StreamHeader } from '../xml/stream-header.ts';
import type { StreamFeature } from './interface.ts';

const END = '</stream:stream>';
const error = (condition: string): RegExp =>
  new RegExp(
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>(<text [^>]*>[^<]*</text>)?</stream:error>${END}$`,
  );

describe('a stream', () => {
  it('goes from header to bound', async () => {
    const host = loginHost();
    const client = new RecordedClient([host]);
    expect(client.stream.state).toBe('header');
    expect(await client.send(header())).toMatch(/<stream:features><mechanisms .*<limits .*<\/stream:features>$/);
    await client.send(plainAuth('alice', 'a'));
    expect(await client.send(header())).toMatch(/<stream:features><bind .*<session .*<limits .*<\/stream:features>$/);
    await client.send(bind('r'));
    expect(client.stream.state).toBe('bound');
    expect(client.stream.jid?.key).toBe('alice@a.test/r');
    expect(client.events).toEqual(['phase auth', 'limits 262144', 'phase bind', 'restart', 'phase open']);
    await client.send(`<message id='1'/><presence id='2'/><iq id='3' type='get'/>`);
    expect(host.sessions[0]?.received.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(client.take()).toBe('');
  });

  it('takes pipelined input, each part after what came before', async () => {
    const client = new RecordedClient([loginHost()]);
    const answer = await client.send(header() + plainAuth('alice', 'a') + header() + bind('r') + END);
    expect(answer).toMatch(
      /<\/stream:features><success .*\/><\?xml .*<\/stream:features><iq .*<\/iq><\/stream:stream>$/,
    );
  });

  it('has a new id after a restart', async () => {
    const client = await authenticated();
    const before = client.stream.id;
    await client.send(header());
    expect(client.stream.id).not.toBe(before);
  });

  it('asks for the host’s plug-ins each time', async () => {
    const host = loginHost();
    const client = await unbound(host);
    const seen: string[] = [];
    const plugin: StreamFeature = {
      offer: () => undefined,
      takes: (_stream, { name, ns }) => ns === 'urn:nonza' && name === 'n',
      handle: (stream, { name }) => void seen.push(`${name} ${stream.state}`),
    };
    host.list.push(plugin);
    await client.send(`<n xmlns='urn:nonza'/>${bind('r')}<n xmlns='urn:nonza'/>`);
    expect(seen).toEqual(['n negotiating', 'n bound']);
    host.list.pop();
    expect(await client.send(`<n xmlns='urn:nonza'/>`)).toMatch(error('unsupported-stanza-type'));
  });

  it('says so where there is no way to authenticate', async () => {
    const host = loginHost();
    host.list.shift(); // XEP-0478 limits are still offered, but lead nowhere
    const answer = await new RecordedClient([host]).send(header());
    expect(answer).toMatch(error('policy-violation'));
    expect(answer).not.toContain('features');
  });

  it('answers a prefixed bind like a plain one (S14)', async () => {
    const client = await unbound();
    const iq = `<c:iq xmlns:c='jabber:client' type='set' id='x'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></c:iq>`;
    expect(await client.send(iq)).toMatch(/^<iq .*alice@a\.test\/random/);
  });
});

describe('S16: out of order', () => {
  it.each(['<message/>', '<presence/>', `<iq type='get' id='1'/>`, bind('r'), `<iq type='result' id='1'/>`])(
    'a stanza before authentication: %s',
    async (stanza) => {
      const client = await opened();
      expect(await client.send(stanza + plainAuth('alice', 'a'))).toMatch(error('not-authorized'));
      expect(client.stream.user).toBeUndefined();
    },
  );

  it.each([
    `<message to='bob@a.test'/>`,
    `<presence to='bob@a.test'/>`,
    `<iq type='get' id='1' to='bob@a.test/x'/>`,
    `<message to='b.test'/>`,
    `<message to='not@a@jid'/>`,
    `<message to=''/>`,
  ])('a stanza for somebody else before binding (RFC 6120 §7.1): %s', async (stanza) => {
    const host = loginHost();
    const client = await unbound(host);
    expect(await client.send(stanza + bind('r'))).toMatch(error('not-authorized'));
    expect(host.sessions).toEqual([]);
  });

  it.each([
    [`<message id='1'/>`, `<message type='error' id='1'>`],
    [`<presence id='1'/>`, `<presence type='error' id='1'>`],
    [`<iq type='get' id='1' to='a.test'/>`, `<iq type='error' id='1' from='a.test'>`],
    [`<iq type='set' id='1' to='Alice@a.test' from='bob@a.test'/>`, `<iq type='error' id='1' from='Alice@a.test'>`],
  ])('a stanza for the server before binding: %s', async (stanza, start) => {
    const client = await unbound();
    const answer = await client.send(stanza);
    expect(answer.startsWith(start)).toBe(true);
    expect(answer).toContain(`<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`);
    expect(await client.send(bind('r'))).toContain('alice@a.test/r');
  });

  it.each([`<iq type='result' id='1'/>`, `<iq type='error' id='1'/>`, `<message type='error'/>`])(
    'what must not be answered, before binding: %s',
    async (stanza) => {
      const client = await unbound();
      expect(await client.send(stanza)).toBe('');
      expect(client.stream.state).toBe('negotiating');
    },
  );

  it.each([
    `<nonsense/>`,
    `<message xmlns='urn:other'/>`,
    `<query xmlns='jabber:iq:roster'/>`,
    `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`,
    `<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>`,
    `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
    `<stream:features/>`,
    `<stream:stream/>`,
  ])('S9, S14: what there is not, at any time: %s', async (element) => {
    for (const client of [await opened(), await unbound(), await bound()]) {
      expect(await client.send(element)).toMatch(error('unsupported-stanza-type'));
    }
  });

  it.each([`<message xmlns='jabber:server'/>`, `<iq xmlns='jabber:server' type='get' id='1'/>`])(
    'S14: what belongs between servers (§4.8.3): %s',
    async (element) => {
      for (const client of [await opened(), await unbound(), await bound()]) {
        expect(await client.send(element)).toMatch(error('invalid-namespace'));
      }
    },
  );

  it('S14: a stanza of another namespace is none', async () => {
    const host = loginHost();
    const client = await bound(host);
    await client.send(`<message xmlns='urn:x' to='v@a.test'><body xmlns='jabber:client'>2</body></message>`);
    expect(host.sessions[0]?.received).toEqual([]);
  });

  it.each([
    plainAuth('bob', 'b'),
    auth('SCRAM-SHA-1', 'biwsbj1ib2Iscj14'),
    `<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
    `<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
  ])('S33: authentication after authentication: %s', async (element) => {
    for (const client of [await unbound(), await bound()]) {
      expect(await client.send(element)).toMatch(error('unsupported-stanza-type'));
      expect(client.stream.user?.key).toBe('alice@a.test');
    }
  });

  it('something else than a header after authentication', async () => {
    const client = await authenticated();
    expect(await client.send(bind('r'))).toMatch(error('invalid-namespace'));
    expect(client.stream.state).toBe('closed');
  });

  it('a header inside the stream is no header', async () => {
    const host = loginHost();
    const client = await bound(host);
    await client.send(`${header('b.test').slice(21)}<message to='x@a.test'/>`);
    expect(client.take()).toBe('');
    expect(host.sessions[0]?.received).toEqual([]);
    expect(client.stream.host).toBe(host);
  });

  it('whatever comes after the end', async () => {
    const host = loginHost();
    const client = await bound(host);
    expect(await client.send(`${END}<message to='x@a.test'/>`)).toBe(END);
    expect(await client.send(`<iq type='get' id='1'/>${header()}`)).toBe('');
    expect(host.sessions[0]?.received).toEqual([]);
  });

  it('whatever is still handed over after the end', async () => {
    const host = loginHost();
    const client = await bound(host);
    client.stream.close();
    client.take();
    for (const name of ['message', 'iq', 'auth']) {
      await client.stream.stanza(Stanza.of(el(name, name === 'auth' ? NS_SASL : NS_CLIENT, { type: 'get', id: '1' })));
    }
    await client.stream.closeTag();
    client.stream.open(
      new StreamHeader('stream', NS_STREAM, new Map([['to', 'a.test']]), NS_CLIENT, new Map(), 'stream'),
    );
    expect(client.take()).toBe('');
    expect(host.sessions[0]?.received).toEqual([]);
  });

  it('an end tag inside a stanza', async () => {
    const host = loginHost();
    const client = await bound(host);
    expect(await client.send(`<message>${END}`)).toMatch(error('not-well-formed'));
    expect(host.sessions[0]?.received).toEqual([]);
  });
});

describe('S17: after authentication', () => {
  it.each([
    ['another host that there is', header('b.test'), 'policy-violation'],
    ['another host that there is not', header('c.test'), 'policy-violation'],
    ['no host', header('').replace(`to=''`, ''), 'policy-violation'],
    ['another account', header('a.test', `from='bob@a.test'`), 'invalid-from'],
    ['the account of another host', header('a.test', `from='alice@b.test'`), 'invalid-from'],
  ])('a header for %s is refused', async (_what, text, wanted) => {
    const a = loginHost();
    const b = loginHost('b.test');
    const client = await opened(a, b);
    await client.send(plainAuth('alice', 'a'));
    expect(await client.send(text + bind('r'))).toMatch(error(wanted));
    expect(a.sessions.length + b.sessions.length).toBe(0);
  });

  it('a header from the account itself is fine', async () => {
    const client = await authenticated();
    expect(await client.send(header('A.test', `from='Alice@A.test/x'`))).toContain('<bind ');
  });
});

it('S33: an identity cannot be replaced, whoever tries', async () => {
  const client = await unbound();
  const bob = Jid.parse('bob@a.test');
  if (bob !== undefined) expect(() => client.stream.authenticated(bob)).toThrow('one identity');
  expect(client.stream.user?.key).toBe('alice@a.test');
});
