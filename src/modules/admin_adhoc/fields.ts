/** Fields of service administration (XEP-0133 v1.3.1 §8.2), and reading what operations answer. */
import { z } from 'zod';
import type { FieldSpec } from '../../stanza/form-spec.ts';

/** FORM_TYPE, and what the nodes begin with. */
export const NS_ADMIN = 'http://jabber.org/protocol/admin';

export const ACCOUNT: FieldSpec = {
  var: 'accountjid',
  type: 'jid-single',
  label: 'The address of the account',
  required: true,
};

export const ACCOUNTS: FieldSpec = {
  var: 'accountjids',
  type: 'jid-multi',
  label: 'The addresses of the accounts',
  required: true,
};

export const PASSWORD: FieldSpec = {
  var: 'password',
  type: 'text-private',
  label: 'The password of the account',
  required: true,
};

export const PASSWORD_AGAIN: FieldSpec = {
  var: 'password-verify',
  type: 'text-private',
  label: 'The password again',
  required: true,
};

/** The choices of §4.18. */
export const MAX_ITEMS: FieldSpec = {
  var: 'max_items',
  type: 'list-single',
  label: 'Most items to show',
  options: ['25', '50', '75', '100', '150', '200', 'none'].map((value) => ({ value })),
};

/** The choices of §4.31; 0 is ours. */
export const DELAY: FieldSpec = {
  var: 'delay',
  type: 'list-single',
  label: 'How long to wait before',
  required: true,
  options: [
    { label: 'not at all', value: '0' },
    ...[30, 60, 90, 120, 180, 240, 300].map((seconds) => ({ label: `${seconds} seconds`, value: String(seconds) })),
  ],
};

/** Some lines of text. */
export function lines(name: string, label: string, required: boolean): FieldSpec {
  return { var: name, type: 'text-multi', label, required };
}

/** Of `user.list`. */
export const users = z.object({ users: z.array(z.string()) });

/** Of `user.count`. */
export const counts = z.object({ registered: z.int(), disabled: z.int(), online: z.int() });

/** Of `session.list`. */
export const sessions = z.object({
  sessions: z.array(z.object({ jid: z.string(), address: z.string().optional(), presence: z.string() })),
});

/** Of `roster.show`. */
export const contacts = z.object({
  contacts: z.array(
    z.object({ jid: z.string(), name: z.string().optional(), groups: z.array(z.string()), subscription: z.string() }),
  ),
});

/** Of `user.activity`. */
export const activity = z.object({ online: z.boolean(), left: z.string().optional() });

/** Of `motd.show` and `welcome.show`. */
export const text = z.object({ text: z.string() });

/** Of `admin.list`. */
export const admins = z.object({ admins: z.array(z.string()) });

/** Of `access.show`. */
export const access = z.object({ blocked: z.array(z.string()), allowed: z.array(z.string()) });
