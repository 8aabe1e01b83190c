/** Ad-hoc commands that other modules offer (XEP-0050 v1.3.0). */
import { list } from '../../host/contributions.ts';
import type { Jid } from '../../jid/jid.ts';
import type { FieldValue } from '../../stanza/form-build.ts';
import type { FormSpec } from '../../stanza/form-spec.ts';
import type { Submission } from '../../stanza/form-submission.ts';
import type { Element } from '../../xml/element.ts';

/** Who runs a command. */
export interface AdhocCaller {
  /** Full JID. */
  readonly who: Jid;
  /** Aborted when the module is unloaded. */
  readonly signal: AbortSignal;
}

/** A form that is to be filled in. */
export interface AdhocForm {
  readonly form: FormSpec;
  /** Values to begin with, by `var`. */
  readonly current?: ReadonlyMap<string, FieldValue>;
  /** Another form follows; where not, submitting this one completes the command. */
  readonly more?: true;
  /**
   * Go on with what was filled in. A form that was sent may be sent again, after `prev`.
   * @throws StanzaError `not-acceptable` or `bad-request`: the form may be sent again; any other ends the command
   */
  submit(values: Submission, caller: AdhocCaller): AdhocStep | Promise<AdhocStep>;
}

/** The end of a command. */
export interface AdhocResult {
  readonly note?: { readonly type: 'info' | 'warn' | 'error'; readonly text: string };
  /** A data form of type `result`. */
  readonly result?: Element;
}

/** What comes next. */
export type AdhocStep = AdhocForm | AdhocResult;

/** A command. */
export interface AdhocCommand {
  /** Unique on its host. */
  readonly node: string;
  /** For people. */
  readonly name: string;
  /** May they? Asked before every step. */
  mayRun(who: Jid): boolean | Promise<boolean>;
  /** @throws StanzaError which ends the command */
  start(caller: AdhocCaller): AdhocStep | Promise<AdhocStep>;
}

/** Knows some of a host's commands; asked anew each time, since they come and go. */
export interface CommandSource {
  commands(): Iterable<AdhocCommand>;
  find(node: string): AdhocCommand | undefined;
}

/** All sources of commands of a host. */
export const AdhocCommands = list<CommandSource>('adhoc_commands');
