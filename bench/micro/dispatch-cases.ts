/** Handlers of events, and requests to the server. */
import { Hook } from '../../src/host/hook.ts';
import { PHASES } from '../../src/host/phases.ts';
import type { Case } from '../measure.ts';
import { DirectClient } from '../direct-client.ts';
import { startMeasured } from '../server.ts';

const EMITS = 100_000;
const REQUESTS = 5000;
const PER_CHUNK = 10;

interface Event {
  readonly stopped: boolean;
  seen: number;
}

/** As different as those of modules: one function that is called everywhere would be inlined, which no server sees. */
const HANDLERS: readonly ((event: Event) => void)[] = [
  (event) => void event.seen++,
  (event) => void (event.seen += 2),
  (event) => void (event.seen ^= 1),
  (event) => void (event.seen &= 0xffff),
  (event) => void (event.seen = event.seen > 100 ? 0 : event.seen),
];

/** Events with 0, 5 and 20 handlers; requests that a module answers. */
export async function dispatchCases(): Promise<Case[]> {
  return [hookCase(0), hookCase(5), hookCase(20), await pingCase()];
}

function hookCase(count: number): Case {
  const hook = new Hook<Event>(fail, (event) => event.stopped);
  for (let n = 0; n < count; n++) {
    hook.add(`module${n}`, PHASES[n % PHASES.length] ?? 'observe', HANDLERS[n % HANDLERS.length] ?? fail);
  }
  const event: Event = { stopped: false, seen: 0 };
  return {
    name: `event with ${count} handlers`,
    operations: EMITS,
    run: () => {
      for (let n = 0; n < EMITS; n++) void hook.emit(event);
    },
  };
}

async function pingCase(): Promise<Case> {
  const client = await DirectClient.connect(await startMeasured(), 'romeo@localhost/orchard');
  const pings = Array.from(
    { length: PER_CHUNK },
    (_, n) => `<iq type='get' id='p${n}'><ping xmlns='urn:xmpp:ping'/></iq>`,
  );
  const chunk = Buffer.from(pings.join(''));
  return {
    name: 'ping the server: read, answer, write',
    operations: REQUESTS,
    run: () => {
      for (let n = 0; n < REQUESTS; n += PER_CHUNK) {
        client.send(chunk);
        client.flush();
      }
    },
  };
}

function fail(error: unknown): never {
  throw error;
}
