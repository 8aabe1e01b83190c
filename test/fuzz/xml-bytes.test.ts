import { describe, expect, it } from 'vitest';
import { Element } from '../../src/xml/element.ts';
import { equal } from '../../src/xml/equal.ts';
import { NS_CLIENT } from '../../src/xml/namespaces.ts';
import { parseStanza } from '../../src/xml/reader.ts';
import { corpus } from './xml-bytes.ts';
import { judge } from './xml-saxes.ts';
import { HEADER, WIDE, readStream } from './xml-streams.ts';

const CORPUS = corpus();
const BEGIN = Buffer.from(HEADER);

it('has more than 300 byte strings', () => {
  expect(CORPUS.length).toBeGreaterThan(300);
});

describe.each(['body', 'attribute', 'address', 'CDATA'])('S12: bytes in %s', (where) => {
  const cases = CORPUS.filter(({ place }) => place === where);

  it('are refused, or come out as another parser reads them', () => {
    for (const { stanza, fate, bytes } of cases) {
      const events = readStream(Buffer.concat([BEGIN, stanza, Buffer.from('<end/>')]), []);
      if (fate !== 'accepted') {
        expect(events, `bytes ${bytes.join()}`).toEqual(['open', fate]);
        continue;
      }
      expect(events.slice(-1), `bytes ${bytes.join()}`).toEqual(['0 left']);
      const [, , forwarded] = events;
      const seen = judge(Buffer.from(forwarded ?? '', 'latin1'));
      const sent = judge(stanza);
      expect(seen instanceof Element && sent instanceof Element && equal(seen, sent), `bytes ${bytes.join()}`).toBe(
        true,
      );
    }
  });

  it('are the same however they are cut', () => {
    for (const { stanza, bytes } of cases) {
      const stream = Buffer.concat([BEGIN, stanza, Buffer.from('<end/>')]);
      const whole = readStream(stream, []);
      for (let cut = BEGIN.length; cut < stream.length; cut++) {
        expect(readStream(stream, [cut]), `bytes ${bytes.join()} cut at ${cut}`).toEqual(whole);
      }
      const everyByte = Array.from({ length: stream.length }, (_, index) => index);
      expect(readStream(stream, everyByte), `bytes ${bytes.join()}`).toEqual(whole);
    }
  });

  it('are the same in a frame of their own', () => {
    for (const { stanza, fate, bytes } of cases) {
      let outcome: string = 'accepted';
      try {
        parseStanza(stanza, WIDE).wire(NS_CLIENT);
      } catch (error) {
        outcome = String(Reflect.get(Object(error), 'condition'));
      }
      expect(outcome, `bytes ${bytes.join()}`).toBe(fate);
    }
  });
});
