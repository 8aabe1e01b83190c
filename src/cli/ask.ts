/** Secrets from a terminal or a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Exit code of a program that was interrupted. */
const INTERRUPTED = 130;

/** Ask on the terminal without showing what is typed; where input is a pipe or file, read its first line, unasked. */
export async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const terminal = stdin.isTTY;
  // With `terminal`, readline itself shows what is typed: into nothing here.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output, terminal });
  lines.on('SIGINT', () => process.exit(INTERRUPTED));
  if (terminal) stderr.write(question);
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}
