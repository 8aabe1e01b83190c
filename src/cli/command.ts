/** What a command of coupletctl is. */

/** Options of all commands; each takes those that it names, besides `config` and `data`. */
export interface CommandOptions {
  /** Configuration of the server. */
  readonly config?: string | undefined;
  /** Folder of data of a server without a configuration. */
  readonly data?: string | undefined;
  /** File whose first line is the password. */
  readonly 'password-file'?: string | undefined;
  /** Let an account that exists be. */
  readonly 'if-missing'?: boolean | undefined;
  /** Answer in JSON. */
  readonly json?: boolean | undefined;
  /** Replace files that are there. */
  readonly force?: boolean | undefined;
  /** Only tell what would change. */
  readonly 'dry-run'?: boolean | undefined;
  /** Say where each value was set. */
  readonly origin?: boolean | undefined;
  /** Advice counts as an error. */
  readonly strict?: boolean | undefined;
  /** Who is to be reached through a TURN server. */
  readonly ping?: string | undefined;
  /** Fields of an operation's input, see `INPUT_OPTIONS`. */
  readonly [field: string]: string | boolean | undefined;
}

/** Options that are fields of operations: what stands for their value in texts, and what they mean. */
export const INPUT_OPTIONS: ReadonlyMap<string, readonly [value: string, meaning: string]> = new Map([
  ['after', ['JID', 'the page that follows this account']],
  ['before', ['ID', 'the page that ends before this entry']],
  ['delay', ['SECONDS', 'how long it waits before that']],
  ['group', ['NAME', 'a group that the contact is in']],
  ['inactive', ['PERIOD', 'not connected for that long, or never']],
  ['level', ['debug|info|warn|error', 'that level and all above it; info where none is given']],
  ['max', ['NUMBER', 'not more than that many']],
  ['name', ['NAME', 'what the contact is called']],
  ['older', ['PERIOD', 'those alone that are older']],
  ['operation', ['NAME', 'of this operation, such as user.create']],
  ['reason', ['TEXT', 'what is told to those whom it concerns']],
  ['role', ['ROLE', 'a role, such as prosody:admin']],
  ['search', ['TEXT', 'that have this in their name']],
  ['since', ['TIME', 'from then on']],
  ['source', ['NAME', 'of a host, a module or a service']],
  ['state', ['enabled|disabled|deleted', 'in that state']],
  ['subject', ['TEXT', 'subject of the message']],
  ['subscription', ['none|to|from|both', 'which of both sees the presence of the other']],
  ['text', ['TEXT', 'that have this in what was given or answered']],
  ['until', ['TIME', 'until then']],
  ['who', ['JID', 'by this administrator; operator: by a command on the machine']],
]);

/** Where a command reads its words and writes its answer. */
export interface CommandContext {
  /** The name it was called by: `coupletctl` or `prosodyctl`. */
  readonly program: string;
  /** The words after the command's own name. */
  readonly parameters: readonly string[];
  readonly options: CommandOptions;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Ask for a secret without showing what is typed; from a pipe, read a line. */
  readonly ask: (question: string) => Promise<string>;
  /** Is somebody looking: at questions, and at progress? */
  readonly interactive: boolean;
  /** Path of the program `couplet`, where it is known. */
  readonly server?: string;
  /** Run another command with the same options; `ask` replaces the way in which it asks for secrets. */
  readonly run: (words: readonly string[], ask?: CommandContext['ask']) => Promise<number>;
}

/** One command. */
export interface Command {
  /** What is typed, such as `adduser`, or `user import`. */
  readonly name: string;
  /** Other spellings, such as `about`. */
  readonly aliases?: readonly string[];
  /** Its parameters, as the list of commands shows them; those in brackets may be left out, `…` may be several. */
  readonly parameters?: readonly string[];
  /** Options it takes. */
  readonly options?: readonly string[];
  /** What its parameters can be, for shells that complete them. */
  readonly choices?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /**
   * Do it; the result is the exit status of the process.
   * @throws Error whose message is for people
   */
  run(context: CommandContext): number | Promise<number>;
}
