/** Operations on the contacts of accounts. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { Roster, type RosterItem } from '../roster/service.ts';
import { accountJid } from '../../host/account-jid.ts';

const SUBSCRIPTIONS = ['none', 'to', 'from', 'both'] as const;

/** The answer of `roster.show`. */
const rosterContacts = z.object({
  contacts: z.array(
    z.object({
      jid: z.string(),
      name: z.string().optional(),
      groups: z.array(z.string()),
      subscription: z.enum(SUBSCRIPTIONS),
      /** A subscription was asked for and not answered. */
      ask: z.boolean(),
    }),
  ),
});

const contactJid = z
  .string()
  .meta({ jid: true, title: 'Address of the contact' })
  .transform((text, context) => {
    const jid = Jid.parse(text);
    if (jid !== undefined && !jid.isFull) return jid.key;
    context.addIssue({ code: 'custom', message: `"${text}" is no bare JID` });
    return z.NEVER;
  });

/** Define `roster.show`, `roster.add` and `roster.remove`. */
export function rosterOperations(m: ModuleApi): void {
  const jid = accountJid(m.domain);
  const roster = (): Roster => {
    const found = m.find(Roster);
    if (found === undefined) throw new StanzaError('service-unavailable', 'This host keeps no rosters');
    return found;
  };
  const change = async (
    user: string,
    contact: string,
    to: (item: RosterItem | undefined) => RosterItem | undefined,
  ): Promise<Record<string, never>> => {
    const unit = m.unit();
    roster().change(unit, `${user}@${m.domain}`, contact, to);
    await unit.submit()?.settled();
    return {};
  };

  m.operation({
    name: 'roster.show',
    summary: 'Show the contacts of an account',
    input: z.object({ jid }),
    output: rosterContacts,
    role: 'prosody:admin',
    changes: false,
    adhoc: 'http://jabber.org/protocol/admin#get-user-roster',
    cli: 'roster show',
    run: async ({ jid: user }) => {
      const items = await roster().items(`${user}@${m.domain}`);
      const listed = [...items].filter(([, item]) => item.listed);
      return {
        contacts: listed.map(([contact, { name, groups, subscription, ask }]) => ({
          jid: contact,
          name,
          groups: [...groups],
          subscription,
          ask,
        })),
      };
    },
  });

  m.operation({
    name: 'roster.add',
    summary: 'Put a contact into the roster of an account, or change it there; the contact is not asked',
    input: z.object({
      jid,
      contact: contactJid,
      name: z.string().max(1023).optional().describe('Name of the contact'),
      group: z.string().min(1).max(1023).optional().describe('Group of the contact'),
      subscription: z.enum(SUBSCRIPTIONS).default('none').describe('Who sees whose presence'),
    }),
    output: z.object({}),
    role: 'prosody:admin',
    changes: true,
    cli: 'roster add',
    run: ({ jid: user, contact, name, group, subscription }) => {
      if (contact === `${user}@${m.domain}`)
        throw new StanzaError('not-allowed', 'An account is no contact of its own');
      return change(user, contact, (item) => ({
        listed: true,
        name: name ?? item?.name,
        groups: group === undefined ? (item?.groups ?? []) : [group],
        subscription,
        ask: false,
        approved: item?.approved ?? false,
        request: undefined,
      }));
    },
  });

  m.operation({
    name: 'roster.remove',
    summary: 'Take a contact out of the roster of an account; the contact is not told',
    input: z.object({ jid, contact: contactJid }),
    output: z.object({}),
    role: 'prosody:admin',
    changes: true,
    cli: 'roster remove',
    run: async ({ jid: user, contact }) => {
      const items = await roster().items(`${user}@${m.domain}`);
      if (items.get(contact)?.listed !== true) throw new StanzaError('item-not-found', `${contact} is no contact`);
      return change(user, contact, () => undefined);
    },
  });
}
