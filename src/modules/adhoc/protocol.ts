/** Elements and errors of ad-hoc commands (XEP-0050 v1.3.0 §3, §4.4). */
import { StanzaError, type StanzaErrorCondition } from '../../stanza/errors.ts';
import { formElement } from '../../stanza/form-build.ts';
import { el, type Element } from '../../xml/element.ts';
import type { AdhocForm, AdhocResult } from './service.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';

/** What a requester may want (§3.4). */
export const ACTIONS = ['execute', 'next', 'prev', 'complete', 'cancel'] as const;

/** One of them. */
export type Action = (typeof ACTIONS)[number];

/** The application's part of an error (§4.4). */
type Detail = 'bad-action' | 'bad-payload' | 'bad-sessionid' | 'malformed-action' | 'session-expired';

/** A refusal. */
export function commandError(condition: StanzaErrorCondition, detail: Detail, text?: string): StanzaError {
  return new StanzaError(condition, text, el(detail, NS_COMMANDS));
}

/** The command goes on with this form. @param first there is nothing to go back to */
export function executing(node: string, sessionid: string, step: AdhocForm, first: boolean): Element {
  const action = step.more === true ? 'next' : 'complete';
  return el(
    'command',
    NS_COMMANDS,
    { node, sessionid, status: 'executing' },
    el(
      'actions',
      NS_COMMANDS,
      { execute: action },
      first ? undefined : el('prev', NS_COMMANDS),
      el(action, NS_COMMANDS),
    ),
    formElement(step.form, step.current),
  );
}

/** The command is done. */
export function completed(node: string, sessionid: string, { note, result }: AdhocResult): Element {
  return el(
    'command',
    NS_COMMANDS,
    { node, sessionid, status: 'completed' },
    note && el('note', NS_COMMANDS, { type: note.type }, note.text),
    result,
  );
}

/** The command was given up (§2.4.3). */
export function canceled(node: string, sessionid: string): Element {
  return el('command', NS_COMMANDS, { node, sessionid, status: 'canceled' });
}
