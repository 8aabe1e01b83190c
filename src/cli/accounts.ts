/** Commands for single accounts. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OperationRefused } from '../app/control-protocol.ts';
import { Jid } from '../jid/jid.ts';
import type { Command, CommandContext } from './command.ts';
import { MeantServer } from './meant-server.ts';

const deletion = z.object({ restorable: z.string().optional() });

/** `adduser JID` */
export const adduser: Command = {
  name: 'adduser',
  parameters: ['JID'],
  options: ['password-file', 'if-missing'],
  summary: 'Create an account',
  run: (context) => create(context, accountOf(context.parameters[0])),
};

/** `passwd JID` */
export const passwd: Command = {
  name: 'passwd',
  parameters: ['JID'],
  options: ['password-file'],
  summary: 'Set the password of an account',
  async run(context) {
    const jid = accountOf(context.parameters[0]);
    return done(context, jid, 'user.password', { password: await newPassword(context, jid) });
  },
};

/** `deluser JID` */
export const deluser: Command = {
  name: 'deluser',
  aliases: ['user delete'],
  parameters: ['JID'],
  options: ['now'],
  summary: 'Delete an account and all it keeps on the server',
  run: (context) => remove(context, accountOf(context.parameters[0])),
};

/** `register USER HOST [PASSWORD]`, for scripts that were written for Prosody. */
export const register: Command = {
  name: 'register',
  parameters: ['USER', 'HOST', '[PASSWORD]'],
  options: ['password-file', 'if-missing'],
  summary: 'Create an account; better without PASSWORD, which other users of the machine could see',
  run(context) {
    const [user = '', host = '', password] = context.parameters;
    const jid = accountOf(`${user}@${host}`);
    return password === undefined ? create(context, jid) : createWith(context, jid, password);
  },
};

/** `unregister USER HOST` */
export const unregister: Command = {
  name: 'unregister',
  parameters: ['USER', 'HOST'],
  options: ['now'],
  summary: 'Delete an account, as deluser',
  run(context) {
    const [user = '', host = ''] = context.parameters;
    return remove(context, accountOf(`${user}@${host}`));
  },
};

/** `user create JID [PASSWORD]`, as in Prosody's shell. */
export const userCreate: Command = {
  name: 'user create',
  parameters: ['JID', '[PASSWORD]', '[ROLE]'],
  options: ['password-file', 'if-missing', 'role'],
  summary: 'As adduser; better without PASSWORD, which other users of the machine could see',
  run(context) {
    const [address, password, role = context.options.role] = context.parameters;
    const jid = accountOf(address);
    return password === undefined ? create(context, jid, role) : createWith(context, jid, notEmpty(password), role);
  },
};

/** `user password JID [PASSWORD]` */
export const userPassword: Command = {
  name: 'user password',
  parameters: ['JID', '[PASSWORD]'],
  options: ['password-file'],
  summary: 'As passwd; better without PASSWORD, which other users of the machine could see',
  async run(context) {
    const [address, given] = context.parameters;
    const jid = accountOf(address);
    const password = given === undefined ? await newPassword(context, jid) : notEmpty(given);
    return done(context, jid, 'user.password', { password });
  },
};

function accountOf(text = ''): Jid {
  const jid = Jid.parse(text);
  if (jid?.local === undefined || jid.resource !== undefined) {
    throw new Error(`"${text}" is not the address of an account: NAME@HOST`);
  }
  return jid;
}

async function remove(context: CommandContext, jid: Jid): Promise<number> {
  return done(context, jid, 'user.delete', { now: context.options['now'] === true }, (answer) => {
    const { restorable } = deletion.parse(answer);
    if (restorable !== undefined) context.err(`"user restore ${jid.toString()}" has it back until ${restorable}\n`);
  });
}

async function create(context: CommandContext, jid: Jid, role?: string | boolean): Promise<number> {
  return createWith(context, jid, await newPassword(context, jid), role);
}

async function createWith(
  context: CommandContext,
  jid: Jid,
  password: string,
  role?: string | boolean,
): Promise<number> {
  try {
    return await done(context, jid, 'user.create', { password, role });
  } catch (error) {
    const exists = error instanceof OperationRefused && error.condition === 'conflict';
    if (exists && context.options['if-missing'] === true) return 0;
    throw error;
  }
}

async function newPassword({ options, ask, interactive }: CommandContext, jid: Jid): Promise<string> {
  const file = options['password-file'];
  if (file !== undefined) return notEmpty((await readFile(file, 'utf8')).replace(/\r?\n[^]*$/, ''));
  const password = notEmpty(await ask(`Password for ${jid.toString()}: `));
  if (interactive && (await ask('Again: ')) !== password) throw new Error('the passwords are not the same');
  return password;
}

function notEmpty(password: string): string {
  if (password === '') throw new Error('no password was given');
  return password;
}

async function done(
  { options }: CommandContext,
  jid: Jid,
  operation: string,
  more: object,
  show: (answer: unknown) => void = () => undefined,
): Promise<number> {
  const operator = await new MeantServer(options).any();
  try {
    show(await operator.run({ operation, host: jid.domain, input: { jid: jid.toString(), ...more } }));
    return 0;
  } finally {
    await operator.close();
  }
}
