/** `user list HOST` */
import { z } from 'zod';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';

const answer = z.object({ users: z.array(z.string()) });

/** Accounts, one a line. */
export const userList: Command = {
  name: 'user list',
  parameters: ['HOST', '[PATTERN]'],
  options: ['json', 'search', 'state', 'role', 'inactive', 'after', 'max'],
  summary: 'List the accounts of a host',
  async run({ parameters: [host = '', pattern], options, out }) {
    const operator = await new MeantServer(options).any();
    try {
      const { search = pattern, state, role, inactive, after, max } = options;
      const input = { search, state, role, inactive, after, max: max === undefined ? undefined : Number(max) };
      const { users } = answer.parse(await operator.run({ operation: 'user.list', host, input }));
      out(options.json === true ? `${JSON.stringify(users)}\n` : users.map((user) => `${user}\n`).join(''));
      return 0;
    } finally {
      await operator.close();
    }
  },
};
