import { describe, expect, it } from 'vitest';
import { header, RecordedClient } from '../../test/support/stream/recorder.ts';
import { loginHost } from '../../test/support/stream/login.ts';

const NS = 'http://etherx.jabber.org/streams';

function client(): RecordedClient {
  return new RecordedClient([loginHost('a.test'), loginHost('bücher.test')]);
}

/** Condition of the stream error in `xml`, after a header; `undefined` if there is none. */
function condition(xml: string): string | undefined {
  expect(xml).toMatch(/^<\?xml version='1\.0'\?><stream:stream [^>]*>/); // RFC 6120 §4.9.1.2
  return /<stream:error><([a-z-]+) xmlns='urn:ietf:params:xml:ns:xmpp-streams'/.exec(xml)?.[1];
}

/** The attributes of the server's header. */
function attributes(xml: string): Map<string, string> {
  const tag = /<stream:stream ([^>]*)>/.exec(xml)?.[1] ?? '';
  return new Map([...tag.matchAll(/([\w:]+)='([^']*)'/g)].map(([, name = '', value = '']) => [name, value]));
}

describe('S18: a stream header', () => {
  const rows: [string, string, string | undefined][] = [
    ['is fine', header(), undefined],
    ['in upper case', header('A.Test'), undefined],
    ['with a trailing dot', header('a.test.'), undefined],
    ['with an A-label', header('xn--bcher-kva.test'), undefined],
    ['without to', `<stream:stream xmlns='jabber:client' xmlns:stream='${NS}' version='1.0'>`, 'host-unknown'],
    ['with an empty to', header(''), 'host-unknown'],
    ['for another host', header('b.test'), 'host-unknown'],
    ['for something that is no domain', header('a..test'), 'host-unknown'],
    ['for an account', header('alice@a.test'), 'host-unknown'],
    ['for a resource', header('a.test/x'), 'host-unknown'],
    [
      'without version',
      `<stream:stream xmlns='jabber:client' xmlns:stream='${NS}' to='a.test'>`,
      'unsupported-version',
    ],
    ...['0.9', '0.0', '00.1', '', '1', '1.', '.1', '1.0.0', '-1.0', '1,0', 'one', '1.0 ', '1e1'].map(
      (version): [string, string, string] => [
        `of version "${version}"`,
        `<stream:stream xmlns='jabber:client' xmlns:stream='${NS}' to='a.test' version='${version}'>`,
        'unsupported-version',
      ],
    ),
    ...['1.0', '01.00', '1.1', '1.10', '2.0', '10.3'].map((version): [string, string, undefined] => [
      `of version "${version}"`,
      `<stream:stream xmlns='jabber:client' xmlns:stream='${NS}' to='a.test' version='${version}'>`,
      undefined,
    ]),
    ['from an account', header('a.test', `from='alice@a.test'`), undefined],
    ['from nobody', header('a.test', `from=''`), 'improper-addressing'],
    ['from something else', header('a.test', `from='a@b@c'`), 'improper-addressing'],
    ['in a language', header('a.test', `xml:lang='de-CH-1996'`), undefined],
    ['in no language', header('a.test', `xml:lang='-;DROP'`), undefined],
    [
      'in another stream namespace',
      `<s:stream xmlns:s='urn:s' xmlns='jabber:client' to='a.test' version='1.0'>`,
      'invalid-namespace',
    ],
    ['in no stream namespace', `<stream to='a.test' version='1.0'>`, 'invalid-namespace'],
    ['in the content namespace', `<stream xmlns='jabber:client' to='a.test' version='1.0'>`, 'invalid-namespace'],
    [
      'in the content namespace for want of a prefix',
      `<stream xmlns='jabber:client' xmlns:stream='${NS}' to='a.test' version='1.0'>`,
      'bad-namespace-prefix',
    ],
    [
      'with another content namespace',
      `<s:stream xmlns:s='${NS}' xmlns='jabber:server' to='a.test' version='1.0'>`,
      'invalid-namespace',
    ],
    ['with another prefix', `<s:stream xmlns:s='${NS}' xmlns='jabber:client' to='a.test' version='1.0'>`, undefined],
    ['without prefix', `<stream xmlns='${NS}' to='a.test' version='1.0'>`, undefined],
    ['without content namespace', `<s:stream xmlns:s='${NS}' to='a.test' version='1.0'>`, undefined],
    ['with another name', `<s:flood xmlns:s='${NS}' xmlns='jabber:client' to='a.test' version='1.0'>`, 'bad-format'],
    ['with an unbound prefix', `<s:stream xmlns='jabber:client' to='a.test' version='1.0'>`, 'not-well-formed'],
    ['that is a stanza', `<message xmlns='jabber:client' to='a.test'>`, 'invalid-namespace'],
    ['that is HTTP', 'GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    ['after a DTD', `<!DOCTYPE x [<!ENTITY a "b">]>${header()}`, 'restricted-xml'],
    [
      'after another encoding',
      `<?xml version='1.0' encoding='UTF-16'?><s:stream xmlns:s='${NS}' to='a.test'>`,
      'unsupported-encoding',
    ],
  ];
  it.each(rows)('%s', async (_what, text, wanted) => {
    const c = client();
    const answer = await c.send(text);
    expect(condition(answer)).toBe(wanted);
    expect(answer.endsWith('</stream:stream>')).toBe(wanted !== undefined);
    expect(c.events.includes('close')).toBe(wanted !== undefined);
    expect(answer.includes('<stream:features>')).toBe(wanted === undefined);
  });
});

describe('the response header', () => {
  it('says what RFC 6120 §4.7 wants', async () => {
    const answer = await client().send(header('a.test', `from='Alice@A.test/x' xml:lang='de'`));
    const got = attributes(answer);
    expect(got.get('from')).toBe('a.test');
    expect(got.get('to')).toBe('alice@a.test'); // §4.7.2: the bare JID
    expect(got.get('version')).toBe('1.0');
    expect(got.get('xml:lang')).toBe('en');
    expect(got.get('xmlns')).toBe('jabber:client');
    expect(got.get('xmlns:stream')).toBe(NS);
  });

  it('has no to if the client said no from (§4.7.2)', async () => {
    expect(attributes(await client().send(header())).has('to')).toBe(false);
  });

  it('answers a higher version with ours, none with none (§4.7.5)', async () => {
    const higher = await client().send(header().replace(`version='1.0' >`, `version='3.7' >`));
    expect(attributes(higher).get('version')).toBe('1.0');
    const none = await client().send(`<s:stream xmlns:s='${NS}' xmlns='jabber:client' to='a.test'>`);
    expect(attributes(none).has('version')).toBe(false);
  });

  it('has an empty from where the host is unknown (§4.9.1.3)', async () => {
    expect(attributes(await client().send(header('b.test'))).get('from')).toBe('');
  });

  it('is escaped and in UTF-8', async () => {
    const c = client();
    expect(attributes(await c.send(header('bücher.test'))).get('from')).toBe('bücher.test');
    expect(c.stream.host?.domain).toBe('bücher.test');
  });

  it('S19: has an id of 128 random bits or more that never repeats', async () => {
    const ids = new Set<string>();
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 2000; i++) {
      const id = attributes(await client().send(header())).get('id') ?? '';
      const bytes = Buffer.from(id, 'base64url');
      expect(bytes.length).toBeGreaterThanOrEqual(16);
      expect(bytes.toString('base64url')).toBe(id);
      for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
      ids.add(id);
    }
    expect(ids.size).toBe(2000);
    const expected = counts.reduce((a, b) => a + b) / 256;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(255 + 6 * Math.sqrt(2 * 255)); // six standard deviations
  });

  it('keeps the language of the client for its stanzas (§4.7.4)', async () => {
    const c = client();
    await c.send(header('a.test', `xml:lang='de-CH'`));
    expect(c.stream.lang).toBe('de-CH');
    const odd = client();
    await odd.send(header('a.test', `xml:lang="x'y"`));
    expect(odd.stream.lang).toBeUndefined();
  });
});
