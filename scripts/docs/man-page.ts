/** `docs/coupletctl.1`: the manual page, for man(7). */
import type { Command } from '../../src/cli/command.ts';
import { optionsOf } from '../../src/cli/commands.ts';
import { PRODUCT, VERSION } from '../../src/host/product.ts';

/** Manual pages have a date: when this version was begun. */
const DATE = '2026-11-01';

/** Columns of a line of text in the source. */
const WIDTH = 78;

/** The page of these commands. */
export function manPage(commands: readonly Command[]): string {
  return `.\\" Written by scripts/generate-docs.ts from the table of commands.
.TH COUPLETCTL 1 "${DATE}" "${PRODUCT} ${VERSION}"
.SH NAME
coupletctl, prosodyctl \\- operate a Couplet server
.SH SYNOPSIS
.B coupletctl
[\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIPARAMETER\\fR...]
.SH OPTIONS
.TP
.BI \\-\\-config " FILE"
The server with this configuration.
.TP
.BI \\-\\-data " DIR"
The server without a configuration that keeps its data there.
.TP
.B \\-\\-root
Root works on data, and starts the server, as it is.
.TP
.B \\-\\-help
Show how a command is called.
.SH COMMANDS
${commands.map(entry).join('')}.SH EXIT STATUS
0: done.
1: not done, and standard error says why.
.B status
has 2 where no server runs;
.B check
has 1 where there is advice and 2 where there are errors.
.SH ENVIRONMENT
.TP
.B PROSODY_CONFIG
The configuration, where
.B \\-\\-config
names none.
`;
}

function entry(command: Command): string {
  const { name, parameters = [], aliases = [], summary } = command;
  const options = optionsOf(command);
  const call = [...parameters, ...options.map(([option]) => `[${option}]`)].join(' ');
  const also = aliases.length === 0 ? '' : `${wrapped(`Also: ${aliases.join(', ')}.`)}\n`;
  const meanings = options.map(
    ([option, meaning]) => `.br\n${wrapped(`${option.split(' ')[0] ?? option}: ${meaning}.`)}\n`,
  );
  return `.TP\n${`\\fB${text(name)}\\fR ${text(call)}`.trimEnd()}\n${wrapped(`${summary}.`)}\n${also}${meanings.join('')}`;
}

/** Text on lines that are short enough to be read in the source, too. */
function wrapped(plain: string): string {
  const lines: string[] = [];
  for (const word of text(plain).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => line.replace(/^['.]/, '\\&$&')).join('\n');
}

function text(plain: string): string {
  return plain.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...').replaceAll('’', "'");
}
