/** A process that plays many clients. Started by `load.ts`; obeys commands that come as messages, one at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD, userName } from '../servers/accounts.ts';
import { command, type Answer, type Command, type Interval, type Outcome } from './commands.ts';
import { Connection } from './connection.ts';
import { sumOf } from './flow-check.ts';
import { Histogram } from './histogram.ts';
import { Session } from './session.ts';
import { TrafficRun } from './traffic.ts';

const sessions: Session[] = [];
const latencies = new Histogram();
let markedAt = performance.now();
let run: TrafficRun | undefined;

async function open({ first, count, parallel, ...options }: Extract<Command, { do: 'open' }>): Promise<void> {
  let next = first;
  const worker = async (): Promise<void> => {
    while (next < first + count) {
      const number = next++;
      sessions[number - first] = new Session(number, await Connection.open(userName(number), PASSWORD, options));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
}

/** Contacts ask, the first agrees (RFC 6121 §3.1). */
async function befriend(): Promise<void> {
  const [star, ...contacts] = sessions;
  if (star === undefined) return;
  for (const { number, connection } of contacts) {
    const asked = star.connection.ask('', 'subscribe');
    connection.write(`<presence to='${userName(star.number)}@localhost' type='subscribe'/>`);
    await asked;
    const granted = connection.ask('', `${userName(star.number)}@localhost/`);
    star.connection.write(`<presence to='${userName(number)}@localhost' type='subscribed'/>`);
    await granted;
  }
  for (const session of sessions) session.listen();
}

function start(traffic: Extract<Command, { do: 'start' }>['traffic']): void {
  run = new TrafficRun(traffic, sessions, (latency) => latencies.record(latency * 1000));
  look(true);
  run.start();
}

function look(mark: boolean): Interval {
  const now = performance.now();
  const interval = {
    received: latencies.count,
    duration: now - markedAt,
    p50: latencies.quantile(0.5) / 1000,
    p99: latencies.quantile(0.99) / 1000,
    missing: run?.missing ?? 0,
  };
  if (mark) {
    latencies.clear();
    markedAt = now;
  }
  return interval;
}

async function finish(patience: number): Promise<Outcome> {
  run?.stop();
  await until(() => run?.missing === 0, patience);
  return {
    ...sumOf(sessions.map(({ flow }) => flow.counts())),
    dropped: sessions.filter(({ connection }) => !connection.open).length,
  };
}

async function until(done: () => boolean, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!done() && performance.now() < deadline) await sleep(2);
}

async function obey(given: Command): Promise<unknown> {
  switch (given.do) {
    case 'open':
      return open(given);
    case 'befriend':
      return befriend();
    case 'start':
      return start(given.traffic);
    case 'mark':
    case 'look':
      return look(given.do === 'mark');
    case 'finish':
      return finish(given.patience);
    case 'close':
      for (const { connection } of sessions.splice(0)) connection.close();
      return undefined;
  }
}

process.on('message', (message: unknown) => {
  obey(command.parse(message)).then(
    (result) => process.send?.({ result } satisfies Answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
