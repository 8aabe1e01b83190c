/** Chat messages as clients send them, each of the same length: 307 bytes to a full JID of 26. */

const WORDS = 'the meeting is at ten we could take the train tomorrow or not because it rains again here see you'.split(
  ' ',
);
const BODY_LENGTH = 84;

/** The content of a message number `n`, with an id of its own. */
function message(to: string, n: number): string {
  const id = `${(Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}-${String(n).padStart(6, '0')}`;
  let body = '';
  for (let k = 0; body.length < BODY_LENGTH; k++) body += `${WORDS[(n * 7 + k * 3) % WORDS.length] ?? ''} `;
  return (
    `<message to='${to}' type='chat' id='${id}'><body>${body.slice(0, BODY_LENGTH - 1)}.</body>` +
    `<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`
  );
}

/** `count` messages to an address, `perChunk` in each chunk. */
export function chatMessages(to: string, count: number, perChunk: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let first = 0; first < count; first += perChunk) {
    let text = '';
    for (let n = first; n < Math.min(first + perChunk, count); n++) text += message(to, n);
    chunks.push(Buffer.from(text));
  }
  return chunks;
}
