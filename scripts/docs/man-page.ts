/** `docs/coupletctl.1`: the manual page, for man(7). */
import type { Command } from '../../src/cli/command.ts';
import { optionsOf } from '../../src/cli/commands.ts';

/** The page of these commands. */
export function manPage(commands: readonly Command[]): string {
  return `.\\" Written by scripts/generate-docs.ts from the table of commands.
.TH COUPLETCTL 1
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
.B \\-\\-help
Show how a command is called.
.SH COMMANDS
${commands.map(entry).join('')}`;
}

function entry(command: Command): string {
  const { name, parameters = [], aliases = [], summary } = command;
  const options = optionsOf(command).map(([option]) => `[${option}]`);
  const also = aliases.length === 0 ? '' : `\nAlso: ${text(aliases.join(', '))}.`;
  return `.TP\n.B ${text(name)}\n.RI ${quoted([...parameters, ...options].join(' '))}\n.br\n${text(summary)}.${also}\n`;
}

function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('’', "'")
    .replace(/^['.]/, '\\&$&');
}

function quoted(plain: string): string {
  return `"${text(plain).replaceAll('"', '\\(dq')}"`;
}
