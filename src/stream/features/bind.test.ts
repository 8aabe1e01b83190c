import { describe, expect, it } from 'vitest';
import { bind, loginHost, opened, unbound } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { StanzaError } from '../../stanza/errors.ts';

const NS = "xmlns='urn:ietf:params:xml:ns:xmpp-bind'";
const done = (jid: string, id = 'b1'): string =>
  `<iq type='result' id='${id}'><bind ${NS}><jid>${jid}</jid></bind></iq>`;

describe('resource binding', () => {
  it('is offered, and required, between authentication and binding only (RFC 6120 §7.2, §7.4)', async () => {
    const offer = `<bind ${NS}><required/></bind>`;
    const client = await opened();
    expect(await client.send(header())).not.toContain(offer);
    const host = loginHost();
    const ready = await unbound(host);
    expect(host.list.map((feature) => feature.offer(ready.stream)).some((element) => element?.name === 'bind')).toBe(
      true,
    );
    await ready.send(bind('r'));
    expect(host.list.map((feature) => feature.offer(ready.stream)).some((element) => element?.name === 'bind')).toBe(
      false,
    );
  });

  it('binds the resource asked for (§7.7)', async () => {
    expect(await (await unbound()).send(bind('balcony'))).toBe(done('alice@a.test/balcony'));
  });

  it.each([undefined, ''])('binds one of the server’s choice for %j (§7.6)', async (resource) => {
    expect(await (await unbound()).send(bind(resource))).toBe(done('alice@a.test/random'));
  });

  it('escapes and encodes what it says', async () => {
    expect(await (await unbound()).send(bind('ä&lt;&amp;', '&apos;&lt;'))).toBe(
      done('alice@a.test/ä&lt;&amp;', '&apos;&lt;'),
    );
  });

  it('ignores the addresses of the request', async () => {
    const client = await unbound();
    const request = bind('r').replace('<iq ', `<iq to='bob@a.test' from='bob@a.test/x' `);
    expect(await client.send(request)).toBe(done('alice@a.test/r'));
  });

  it.each([
    ['of type get', `<iq type='get' id='1'><bind ${NS}/></iq>`],
    ['of no type', `<iq id='1'><bind ${NS}/></iq>`],
    ['of another type', `<iq type='subscribe' id='1'><bind ${NS}/></iq>`],
    ['without id', `<iq type='set'><bind ${NS}/></iq>`],
    ['with two payloads', `<iq type='set' id='1'><bind ${NS}/><bind ${NS}/></iq>`],
    ['with another payload beside it', `<iq type='set' id='1'><x xmlns='urn:x'/><bind ${NS}/></iq>`],
  ])('refuses a request %s (§7.7.2.1)', async (_what, request) => {
    const host = loginHost();
    const client = await unbound(host);
    const answer = await client.send(request);
    expect(answer).toMatch(/^<iq type='error'.*<bad-request /);
    expect(host.sessions).toEqual([]);
    expect(await client.send(bind('r'))).toBe(done('alice@a.test/r'));
  });

  it.each(['result', 'error'])('answers no iq of type %s', async (type) => {
    expect(await (await unbound()).send(`<iq type='${type}' id='1'><bind ${NS}/></iq>`)).toBe('');
  });

  it.each(['conflict', 'resource-constraint', 'not-allowed', 'bad-request'] as const)(
    'passes on what the host says: %s',
    async (condition) => {
      const host = loginHost();
      host.beforeBind = () => {
        throw new StanzaError(condition);
      };
      const answer = await (await unbound(host)).send(bind('r'));
      expect(answer).toContain(`<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`);
      expect(answer).toMatch(/^<iq type='error' id='b1'>/);
    },
  );

  it('closes the stream the tenth time it fails (§7.7.3)', async () => {
    const host = loginHost();
    host.beforeBind = () => {
      throw new StanzaError('conflict');
    };
    const client = await unbound(host);
    for (let i = 1; i < 10; i++) {
      const answer = await client.send(i % 2 === 0 ? bind('r') : bind('r').replace('set', 'get'));
      expect(answer).toMatch(/^<iq type='error' .*<\/iq>$/);
    }
    expect(await client.send(bind('r'))).toMatch(
      /<conflict .*<\/iq><stream:error><policy-violation .*<\/stream:stream>$/,
    );
  });

  it('ends the stream if the host breaks', async () => {
    const host = loginHost();
    host.beforeBind = () => {
      throw new Error('broken');
    };
    expect(await (await unbound(host)).send(bind('r'))).toContain('<internal-server-error ');
  });
});
