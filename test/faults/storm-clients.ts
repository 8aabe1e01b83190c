/**
 * A process that plays thousands of clients which all come at once: `fork`ed with a `Plan` as its argument. At each message
 * they log in with SCRAM, read the contact list and what the archive has of late, and become available, and try again
 * until they are in; when all are it answers with a `Storm`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../../bench/load/connection.ts';
import { PASSWORD, userName } from '../../bench/servers/accounts.ts';
import { plan, type Storm } from './storm-plan.ts';

const { port, first, count, within, patience } = plan.parse(JSON.parse(process.argv[2] ?? ''));
const open = new Set<Connection>();

process.on('message', () => {
  void come().then((result) => process.send?.(result satisfies Storm));
});
process.on('disconnect', () => process.exit());

async function come(): Promise<Storm> {
  for (const connection of open) connection.close();
  open.clear();
  const begin = performance.now();
  const times: number[] = [];
  const failures = new Map<string, number>();
  const client = async (number: number): Promise<void> => {
    await sleep(Math.random() * within);
    while (performance.now() - begin < patience) {
      try {
        open.add(await logIn(number));
        times.push(performance.now() - begin);
        return;
      } catch (error) {
        const why = String(error).slice(0, 80);
        failures.set(why, (failures.get(why) ?? 0) + 1);
        await sleep(500 + Math.random() * 1000);
      }
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => client(first + index)));
  return { times, failures: Object.fromEntries(failures) };
}

async function logIn(number: number): Promise<Connection> {
  const login = { port, security: 'none', mechanism: 'SCRAM-SHA-1', carbons: true, acks: true } as const;
  const connection = await Connection.open(userName(number), PASSWORD, login);
  try {
    await ask(connection, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
    const page = "<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><before/></set>";
    await ask(connection, `<iq type='set' id='m'><query xmlns='urn:xmpp:mam:2'>${page}</query></iq>`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

/** @throws Error it is refused */
async function ask(connection: Connection, request: string): Promise<void> {
  const answer = await connection.ask(request, '</iq>');
  if (!answer.includes("type='result'")) throw new Error(answer);
}
