/** Ad-hoc commands (XEP-0050 v1.3.0): the protocol. The commands come from other modules. */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { NS_DATA_FORM, formIn } from '../../stanza/form.ts';
import { readSubmission, type Submission } from '../../stanza/form-submission.ts';
import { randomId } from '../../stanza/ids.ts';
import type { Element } from '../../xml/element.ts';
import { DiscoNodes } from '../disco/service.ts';
import { ACTIONS, NS_COMMANDS, canceled, commandError, completed, executing, type Action } from './protocol.ts';
import { RunningCommands, type Running } from './running.ts';
import {
  AdhocCommands,
  type AdhocCaller,
  type AdhocCommand,
  type AdhocForm,
  type AdhocStep,
  type CommandSource,
} from './service.ts';

export default defineModule({
  name: 'adhoc',
  summary: 'Commands with forms that a client can show',
  xeps: [{ xep: 50, version: '1.3.0' }],
  scope: 'host',
  options: z.object({}),

  setup(m) {
    const running = m.carry('running', () => new RunningCommands());
    const sources = new Set<CommandSource>();
    m.each(
      AdhocCommands,
      (source) => void sources.add(source),
      (source) => void sources.delete(source),
    );

    m.feature(NS_COMMANDS);
    m.contribute(DiscoNodes, {
      info: async (node, from) => {
        if (node === NS_COMMANDS) {
          return { identities: [{ category: 'automation', type: 'command-list' }], features: [NS_COMMANDS] };
        }
        const command = find(node);
        if (command === undefined) return undefined;
        if (!(await command.mayRun(from))) throw new StanzaError('forbidden'); // §2.2
        const identity = { category: 'automation', type: 'command-node', name: command.name };
        return { identities: [identity], features: [NS_COMMANDS, NS_DATA_FORM] };
      },
      items: async (node, from) => {
        if (node !== NS_COMMANDS) return find(node) === undefined ? undefined : [];
        const commands = [...sources].flatMap((source) => [...source.commands()]);
        const allowed = await Promise.all(commands.map(async (it) => it.mayRun(from)));
        return commands
          .filter((_, index) => allowed[index] === true)
          .map(({ node: own, name }) => ({ jid: m.domain, node: own, name }));
      },
    });

    m.iq('set', NS_COMMANDS, 'command', async ({ query, from }) => {
      const node = query.attr('node') ?? '';
      const command = find(node);
      if (command === undefined) throw new StanzaError('item-not-found', 'There is no such command');
      if (!(await command.mayRun(from))) throw new StanzaError('forbidden');
      const action = actionOf(query);
      const id = query.attr('sessionid');
      if (id === undefined) return begin(command, from, action);
      const session = running.find(id, node, from, m.now());
      if (session === undefined) throw commandError('bad-request', 'bad-sessionid');
      if (session === 'expired') throw commandError('not-allowed', 'session-expired');
      return goOn(session, action, query, callerOf(from));
    });

    m.on('session/closed', 'observe', ({ session }) => running.endOf(session.jid));

    function find(node: string): AdhocCommand | undefined {
      for (const source of sources) {
        const command = source.find(node);
        if (command !== undefined) return command;
      }
      return undefined;
    }

    function callerOf(who: Jid): AdhocCaller {
      return { who, signal: m.signal };
    }

    async function begin(command: AdhocCommand, from: Jid, action: Action): Promise<Element> {
      // Without a session there is nothing to complete, to cancel or to go back in.
      if (action !== 'execute') throw commandError('bad-request', 'bad-action');
      const step = await outcome(() => command.start(callerOf(from)));
      if (!isForm(step)) return completed(command.node, randomId(), step);
      const { id, node } = running.begin(command.node, from, step, m.now());
      return executing(node, id, step, true);
    }

    async function goOn(session: Running, action: Action, query: Element, caller: AdhocCaller): Promise<Element> {
      const { id, node, forms } = session;
      if (action === 'cancel') {
        running.end(id);
        return canceled(node, id);
      }
      if (action === 'prev') {
        const before = forms.at(-2);
        if (before === undefined) throw commandError('bad-request', 'bad-action', 'This is the first form');
        forms.pop();
        return executing(node, id, before, forms.length === 1);
      }
      const form = forms.at(-1);
      if (form === undefined) throw commandError('bad-request', 'bad-sessionid');
      const fits = action === 'execute' || (action === 'next') === (form.more === true);
      if (!fits) throw commandError('bad-request', 'bad-action');
      const values = submitted(form, query);
      const step = await outcome(() => form.submit(values, caller));
      if (isForm(step)) {
        forms.push(step);
        return executing(node, id, step, false);
      }
      running.end(id);
      return completed(node, id, step);
    }
  },
});

function isForm(step: AdhocStep): step is AdhocForm {
  return 'form' in step;
}

function actionOf(query: Element): Action {
  const text = query.attr('action') ?? 'execute';
  const action = ACTIONS.find((known) => known === text);
  if (action === undefined) throw commandError('bad-request', 'malformed-action');
  return action;
}

/** What was filled in; §3.5.1: a form that claims to be canceled counts as submitted. */
function submitted({ form: spec }: AdhocForm, query: Element): Submission {
  try {
    const form = formIn(query);
    if (form === undefined) throw new StanzaError('bad-request', 'The form is missing');
    const kind = form.kind === 'cancel' ? 'submit' : form.kind;
    return readSubmission(spec, { ...form, kind, formType: form.formType ?? spec.formType });
  } catch (error) {
    if (error instanceof StanzaError) throw commandError('bad-request', 'bad-payload', error.text);
    throw error;
  }
}

/** §3.6: what fails after it was accepted is completed, with an error. What was filled in wrongly may be sent again. */
async function outcome(step: () => AdhocStep | Promise<AdhocStep>): Promise<AdhocStep> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition === 'forbidden') throw error;
    const again = error.condition === 'not-acceptable' || error.condition === 'bad-request';
    if (again) throw commandError('bad-request', 'bad-payload', error.text);
    return { note: { type: 'error', text: error.text ?? error.condition } };
  }
}
