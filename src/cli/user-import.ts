/** `user import FILE`: accounts from lines of JSON. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { Jid } from '../jid/jid.ts';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';
import type { Operator } from './operator.ts';
import { progressBar } from './progress-bar.ts';

/** Accounts in one request. */
const BATCH = 200;

const line = z.looseObject({ jid: z.string() });
const answer = z.object({ results: z.array(z.string()) });

/** `{"jid", "password"}` or `{"jid", "scram": {"SHA-1": {"salt", "iterations", "stored_key", "server_key"}}}` a line. */
export const userImport: Command = {
  name: 'user import',
  parameters: ['FILE'],
  options: ['json'],
  summary: 'Create accounts from lines of JSON with "jid" and "password" or "scram"',
  async run({ parameters: [file = ''], options, out, err, interactive }) {
    const { size } = await stat(file);
    const bar = progressBar(err, interactive);
    const operator = await new MeantServer(options).any();
    const importing = new Importing(operator, (number, reason) => err(`${file}:${number}: ${reason}\n`));
    try {
      let read = 0;
      for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        read += Buffer.byteLength(text) + 1;
        await importing.line(text);
        bar?.(Math.min(read, size - 1), size);
      }
      await importing.end();
      bar?.(size, size);
    } finally {
      await operator.close();
    }
    const { created, existing, refused } = importing;
    out(
      options.json === true
        ? `${JSON.stringify({ created, existing, refused })}\n`
        : `${created} created, ${existing} existed already and stay as they are, ${refused} refused\n`,
    );
    return refused === 0 ? 0 : 1;
  },
};

class Importing {
  created = 0;
  existing = 0;
  refused = 0;
  readonly #operator: Operator;
  readonly #report: (line: number, reason: string) => void;
  /** Accounts that wait for their request, by host, with the line on which they stand. */
  readonly #waiting = new Map<string, { readonly line: number; readonly account: unknown }[]>();
  #line = 0;

  constructor(operator: Operator, report: (line: number, reason: string) => void) {
    this.#operator = operator;
    this.#report = report;
  }

  async line(text: string): Promise<void> {
    this.#line++;
    if (text.trim() === '') return;
    const account = line.safeParse(parsed(text));
    const host = account.success ? Jid.parse(account.data.jid)?.domain : undefined;
    if (host === undefined) return this.#refuse(this.#line, 'expected an object with "jid": NAME@HOST');
    const waiting = this.#waiting.get(host) ?? [];
    waiting.push({ line: this.#line, account: account.data });
    this.#waiting.set(host, waiting);
    if (waiting.length >= BATCH) await this.#send(host);
  }

  async end(): Promise<void> {
    for (const host of this.#waiting.keys()) await this.#send(host);
  }

  async #send(host: string): Promise<void> {
    const batch = this.#waiting.get(host) ?? [];
    this.#waiting.delete(host);
    const input = { accounts: batch.map(({ account }) => account) };
    const { results } = answer.parse(await this.#operator.run({ operation: 'user.import', host, input }));
    for (const [index, { line: number }] of batch.entries()) {
      const result = results[index];
      if (result === 'created') this.created++;
      else if (result === 'existing') this.existing++;
      else this.#refuse(number, result ?? 'not done');
    }
  }

  #refuse(number: number, reason: string): void {
    this.refused++;
    this.#report(number, reason);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
