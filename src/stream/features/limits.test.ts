import { expect, it } from 'vitest';
import { authenticated, loginHost, opened } from '../../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../../test/support/stream/recorder.ts';
import { limitsFeature } from './limits.ts';

const limits = (bytes: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${bytes}</max-bytes></limits>`;

it('advertises what holds before and after authentication (XEP-0478 §3.1, §4)', async () => {
  expect(await new RecordedClient([loginHost()]).send(header())).toContain(limits(8192));
  expect(await (await authenticated()).send(header())).toContain(limits(262_144));
});

it('holds what it advertises', async () => {
  const client = await opened();
  const auth = (bytes: number): string => {
    const tag = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X'>`;
    return `${tag}${'x'.repeat(bytes - tag.length - '</auth>'.length)}</auth>`;
  };
  expect(await client.send(auth(8192))).toContain('<invalid-mechanism/>');
  expect(await client.send(auth(8193))).toContain('<policy-violation ');
});

it('says after how many seconds a quiet client is asked, where it is', async () => {
  const host = loginHost();
  host.list.push(limitsFeature(300));
  const answer = await new RecordedClient([host]).send(header());
  expect(answer).toContain('<max-bytes>8192</max-bytes><idle-seconds>300</idle-seconds></limits>');
});
