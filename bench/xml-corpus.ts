/** Deterministic stanzas as clients send them: mean 325 bytes; 85 % chat messages, 10 % presence, 5 % rosters. */

const CHAT_STATES = 'http://jabber.org/protocol/chatstates';

/** What opens the stream. */
export const STREAM_HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>";

const WORDS = 'the meeting is at ten we could take the train tomorrow or not because it rains again here see you'.split(
  ' ',
);
const FOREIGN = ['grüße', 'привет', 'こんにちは', 'naïve', '😀'];

/** A linear congruential generator: the same stanzas on every machine. */
class Dice {
  #state = 1;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#state >>> 8) % limit;
  }
}

function words(dice: Dice, count: number): string {
  let text = '';
  for (let n = 0; n < count; n++) text += `${n === 0 ? '' : ' '}${WORDS[dice.below(WORDS.length)] ?? ''}`;
  return text;
}

function body(dice: Dice): string {
  let text = words(dice, 7 + dice.below(17));
  if (dice.below(100) < 15) text += ` ${FOREIGN[dice.below(FOREIGN.length)] ?? ''} ${words(dice, 3)}`;
  if (dice.below(100) < 10) text += ' &lt;b&gt; &amp; &quot;so&quot;';
  return text;
}

function hex(dice: Dice, digits: number): string {
  let text = '';
  for (let n = 0; n < digits; n++) text += dice.below(16).toString(16);
  return text;
}

function message(dice: Dice): string {
  const id = `${hex(dice, 8)}-${hex(dice, 4)}-${hex(dice, 8)}`;
  return (
    `<message to='user${dice.below(200)}@example.org' type='chat' id='${id}'><body>${body(dice)}</body>` +
    `<active xmlns='${CHAT_STATES}'/><request xmlns='urn:xmpp:receipts'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`
  );
}

function presence(dice: Dice): string {
  return (
    `<presence id='${hex(dice, 12)}'><show>away</show><priority>${dice.below(100)}</priority>` +
    `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example.org/' ver='${hex(dice, 27)}='/></presence>`
  );
}

function roster(dice: Dice): string {
  let items = '';
  for (let n = 2 + dice.below(4); n > 0; n--) {
    items += `<item jid='user${dice.below(200)}@example.org' name='${words(dice, 2)}' subscription='both'><group>Friends</group></item>`;
  }
  return `<iq type='result' id='${hex(dice, 8)}' to='user${dice.below(200)}@example.org/phone'><query xmlns='jabber:iq:roster'>${items}</query></iq>`;
}

/** `count` stanzas, `perChunk` in each chunk. */
export function corpus(count: number, perChunk: number): Buffer[] {
  const dice = new Dice();
  const chunks: Buffer[] = [];
  let text = '';
  for (let n = 1; n <= count; n++) {
    const kind = dice.below(100);
    text += kind < 85 ? message(dice) : kind < 95 ? presence(dice) : roster(dice);
    if (n % perChunk === 0 || n === count) {
      chunks.push(Buffer.from(text));
      text = '';
    }
  }
  return chunks;
}
