import { describe, expect, it } from 'vitest';
import { authenticated, bind, bound, loginHost, opened, unbound } from '../../test/support/stream/login.ts';
import { RecordedClient } from '../../test/support/stream/recorder.ts';
import { StanzaError } from '../stanza/errors.ts';
import { StreamError } from '../stanza/stream-error.ts';
import { el } from '../xml/element.ts';

const END = '</stream:stream>';
const error = (condition: string): RegExp =>
  new RegExp(
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>(<text [^>]*>[^<]*</text>)?</stream:error>${END}$`,
  );

describe('the end', () => {
  it('is answered when the client closes (RFC 6120 §4.4)', async () => {
    const host = loginHost();
    const client = await bound(host);
    expect(await client.send(END)).toBe(END);
    expect(client.events.at(-1)).toBe('close');
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'closed' }]);
    client.stream.eof();
    client.stream.close(new StreamError('conflict'));
    expect(host.sessions[0]?.ends).toHaveLength(1);
    expect(client.events.filter((event) => event === 'close')).toHaveLength(1);
  });

  it('waits for the answers to what came before it', async () => {
    const host = loginHost();
    const client = await bound(host);
    const [session] = host.sessions;
    if (session === undefined) throw new Error('not bound');
    const { promise, resolve } = Promise.withResolvers<void>();
    session.unanswered = promise;
    const sent = client.send(END);
    await Promise.resolve();
    expect(client.take()).toBe('');
    expect(client.events.at(-1)).toBe('phase finish');
    client.stream.write('<iq/>');
    resolve();
    expect(await sent).toBe(`<iq/>${END}`);
    expect(session.ends).toEqual([{ kind: 'closed' }]);
  });

  it.each(['timeout', 'eof'] as const)('is still the client’s after a %s while it waits', async (what) => {
    const host = loginHost();
    const client = await bound(host);
    const [session] = host.sessions;
    if (session === undefined) throw new Error('not bound');
    session.unanswered = new Promise(() => undefined);
    void client.send(END);
    client.stream[what]();
    expect(client.take()).toBe(END);
    expect(session.ends).toEqual([{ kind: 'closed' }]);
  });

  it.each(['timeout', 'eof', 'answers'] as const)('without a word waits too, until %s', async (what) => {
    const host = loginHost();
    const client = await bound(host);
    const [session] = host.sessions;
    if (session === undefined) throw new Error('not bound');
    const { promise, resolve } = Promise.withResolvers<void>();
    session.unanswered = promise;
    const ended = client.stream.inputEnded();
    client.stream.write('<iq/>');
    expect(client.take()).toBe('<iq/>');
    expect(client.events.at(-1)).toBe('phase finish');
    if (what !== 'answers') client.stream[what]();
    resolve();
    await ended;
    expect(client.take()).toBe(END);
    expect(session.ends).toEqual([{ kind: 'lost' }]); // a session that can be resumed may be (XEP-0198 §5)
  });

  it('can be ours, with an error', async () => {
    const host = loginHost();
    const client = await bound(host);
    const conflict = new StreamError('conflict', 'Replaced');
    client.stream.close(conflict);
    expect(client.take()).toMatch(error('conflict'));
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'ended', error: conflict }]);
    client.stream.write('<message/>');
    client.stream.send(el('message', 'jabber:client'));
    expect(client.take()).toBe('');
  });

  it('can be ours, without', async () => {
    const host = loginHost();
    const client = await bound(host);
    client.stream.close();
    expect(client.take()).toBe(END);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'ended' }]);
  });

  it('comes with the end of the connection', async () => {
    const host = loginHost();
    const client = await bound(host);
    client.stream.eof();
    expect(client.take()).toBe(END);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'lost' }]);
  });

  it('comes with the client’s stream error, unanswered', async () => {
    const host = loginHost();
    const client = await bound(host);
    const text = `<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`;
    expect(await client.send(text)).toBe(END);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'closed' }]);
  });

  it('comes before our header: nothing for nobody, a header and the error for whom it is about', () => {
    const gone = new RecordedClient([loginHost()]);
    gone.stream.eof();
    expect(gone.take()).toBe('');
    const late = new RecordedClient([loginHost()]);
    late.stream.timeout();
    expect(late.take()).toMatch(/^<\?xml .*<stream:stream .* from='' .*<connection-timeout /);
  });

  it('after a restart has a header, too', async () => {
    const client = await authenticated();
    client.stream.timeout();
    expect(client.take()).toMatch(
      /^<\?xml .*<stream:stream .* from='a\.test' .*<connection-timeout .*No resource bound/,
    );
  });

  it('says what was too slow', async () => {
    const client = await opened();
    client.stream.timeout();
    expect(client.take()).toContain('No authentication in time');
  });

  it('tells unacceptable XML from a fault of ours', async () => {
    const xml = await bound();
    expect(await xml.send('<message>&undefined;</message>')).toMatch(error('not-well-formed'));
    const host = loginHost();
    const ours = await unbound(host);
    host.list.unshift({
      offer: () => undefined,
      takes: () => true,
      handle: () => {
        throw new TypeError('secret');
      },
    });
    const answer = await ours.send('<x/>');
    expect(answer).toMatch(error('internal-server-error'));
    expect(answer).not.toContain('secret');
    expect(ours.events.slice(-2)).toEqual(['fault TypeError: secret', 'close']);
    expect(xml.events.at(-1)).toBe('close');
    expect(xml.events.join()).not.toContain('fault');
  });

  it('is not spoilt by a session that breaks', async () => {
    const host = loginHost();
    const client = await bound(host);
    const [session] = host.sessions;
    if (session === undefined) throw new Error('not bound');
    session.streamEnded = () => {
      throw new TypeError('broken');
    };
    client.stream.eof();
    expect(client.events.slice(-2)).toEqual(['close', 'fault TypeError: broken']);
  });

  it('after authentication allows more, before it less (S7)', async () => {
    const big = `<message to='a.test'><body>${'x'.repeat(100_000)}</body></message>`;
    expect(await (await opened()).send(big)).toMatch(error('policy-violation'));
    const host = loginHost();
    const client = await bound(host);
    expect(await client.send(big)).toBe('');
    expect(host.sessions[0]?.received).toHaveLength(1);
  });
});

describe('a session', () => {
  it('can stop and start the input', async () => {
    const client = await bound();
    client.stream.pause();
    client.stream.resume();
    expect(client.events.slice(-2)).toEqual(['pause', 'resume']);
  });

  it('may write before the client knows that it is bound: that goes out after the answer', async () => {
    const host = loginHost();
    const client = await unbound(host);
    host.beforeBind = async () => {
      client.stream.write('<message/>');
      await Promise.resolve();
      client.stream.write('<presence/>');
    };
    expect(await client.send(bind('r'))).toMatch(/^<iq type='result' .*<\/iq><message\/><presence\/>$/);
  });

  it('is ended at once if the stream was closed while it was made', async () => {
    const host = loginHost();
    const client = await unbound(host);
    const { promise, resolve } = Promise.withResolvers<void>();
    host.beforeBind = () => promise;
    const sending = client.send(bind('r'));
    client.stream.eof();
    resolve();
    expect(await sending).toBe(END);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'lost' }]);
    expect(client.stream.state).toBe('closed');
  });

  it('does not spoil the stream if it cannot be made', async () => {
    const host = loginHost();
    const client = await unbound(host);
    host.beforeBind = () => {
      throw new StanzaError('resource-constraint');
    };
    expect(await client.send(bind('r'))).toContain('resource-constraint');
    host.beforeBind = () => undefined;
    expect(await client.send(bind('r', 'b2'))).toContain('alice@a.test/r');
  });
});
