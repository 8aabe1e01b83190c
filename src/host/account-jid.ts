/** Addresses of accounts in the input of operations. */
import { z } from 'zod';
import { Jid } from '../jid/jid.ts';

/** Canonical localpart of a bare JID of that domain. */
export function accountJid(domain: string) {
  return z
    .string()
    .meta({ jid: true, title: 'Address of the account' })
    .transform((text, context) => {
      const jid = Jid.parse(text);
      if (jid?.local !== undefined && jid.resource === undefined && jid.domain === domain) return jid.local;
      const message =
        jid !== undefined && jid.domain !== domain ? `"${text}" is not of ${domain}` : `"${text}" is no account`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}
