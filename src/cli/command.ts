/** What a command of coupletctl is. */

/** Where a command reads its words and writes its answer. */
export interface CommandContext {
  /** The name it was called by: `coupletctl` or `prosodyctl`. */
  readonly program: string;
  /** The words after the command's own name. */
  readonly parameters: readonly string[];
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One command. */
export interface Command {
  /** What is typed, such as `adduser`. */
  readonly name: string;
  /** Other spellings, such as `--version`. */
  readonly aliases?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** Do it; the result is the exit status of the process. */
  run(context: CommandContext): number | Promise<number>;
}
