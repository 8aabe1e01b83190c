/** Plays a dialogue against a server. */
import { randomBytes } from 'node:crypto';
import { XClient } from '../xclient.ts';
import { Actor, type Identity } from './actor.ts';
import { Conversation } from './conversation.ts';
import { expectDisconnect, expectElements, expectEnd, expectError, expectHeader, expectNothing } from './expect.ts';
import { Unmet } from './unmet.ts';
import type { Account, Dialogue } from './parse.ts';
import { tryScram } from './login.ts';
import { Scope } from './scope.ts';
import type { Action, Step } from './step.ts';
import type { TestServer } from './test-server.ts';

/** The server did not do what the dialogue says. The message shows where, what, and the whole conversation. */
class DialogueFailure extends Error {
  /** The message says where in the dialogue it was; where in this program says nothing. */
  override readonly stack = this.message;
}

let runs = 0;

/**
 * Play all steps, then see that nothing is left that nobody expected.
 * @throws DialogueFailure
 */
export async function runDialogue(dialogue: Dialogue, server: TestServer): Promise<void> {
  const run = new Run(dialogue, server);
  try {
    await run.makeAccounts();
    for (const step of dialogue.steps) await run.play(step);
    await run.nothingLeft();
  } finally {
    run.hangUp();
  }
}

class Run {
  readonly #dialogue: Dialogue;
  readonly #server: TestServer;
  readonly #conversation = new Conversation();
  readonly #actors = new Map<string, Actor>();
  readonly #passwords = new Map<string, string>();
  readonly #scope: Scope;
  /** Makes the accounts of every run different from all others on the same server. */
  readonly #suffix = `-${++runs}`;

  constructor(dialogue: Dialogue, server: TestServer) {
    this.#dialogue = dialogue;
    this.#server = server;
    this.#scope = new Scope({
      domain: dialogue.hosts[0] ?? '',
      jid: (name) => {
        const [base, resource] = splitResource(name);
        const account = this.#account(base);
        return `${this.#local(account)}@${account.domain}${resource === undefined ? '' : `/${resource}`}`;
      },
      local: (name) => this.#local(this.#account(name)),
      password: (name) => this.#password(name),
    });
  }

  async makeAccounts(): Promise<void> {
    for (const [name, account] of this.#dialogue.accounts) {
      if (account.absent) continue;
      await this.#server.addUser(this.#local(account), this.#password(name), account.domain);
    }
  }

  async play(step: Step): Promise<void> {
    try {
      await this.#act(step.client, step.action);
    } catch (error) {
      throw this.#failure(step.line, step.text, error);
    }
  }

  /** Everything has been processed, and every client has read all it got. */
  async nothingLeft(): Promise<void> {
    const last = this.#dialogue.steps.at(-1);
    try {
      for (const actor of this.#actors.values()) if (actor.answersPings) await actor.barrier();
      for (const actor of this.#actors.values()) if (!actor.hasLeft) expectNothing(actor);
    } catch (error) {
      throw this.#failure(last?.line ?? 0, 'after the last step', error);
    }
  }

  hangUp(): void {
    for (const { client } of this.#actors.values()) client.destroy();
  }

  async #act(name: string, action: Action): Promise<void> {
    if (action.kind === 'connect') return this.#connect(name, action);
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new Unmet(`${name} has not connected`);
    const { client } = actor;
    switch (action.kind) {
      case 'open':
        return actor.open(action.domain ?? actor.domain);
      case 'authenticate':
        return actor.authenticate(action.mechanism);
      case 'try-scram':
        return this.#tryScram(client, action);
      case 'send':
        return this.#send(actor, action);
      case 'receive':
        return expectElements(actor, action.patterns, action.anyOrder, this.#scope);
      case 'receive-header':
        return expectHeader(actor, action.pattern, this.#scope);
      case 'receive-error':
        return expectError(actor, action.conditions);
      case 'receive-end':
        return expectEnd(actor);
      case 'receive-nothing':
        return this.#expectNothing(actor);
      case 'disconnected':
        return expectDisconnect(actor);
      case 'close':
        client.send('</stream:stream>');
        await expectEnd(actor);
        return expectDisconnect(actor);
      case 'end-output':
        actor.hasLeft = true;
        return client.endOutput();
      case 'drop':
        this.#actors.delete(name);
        return client.destroy();
    }
  }

  async #tryScram(client: XClient, { mechanism, user, rightPassword }: Action & { kind: 'try-scram' }): Promise<void> {
    const password = rightPassword ? this.#password(user) : 'a wrong password';
    await tryScram(client, mechanism, this.#local(this.#account(user)), password);
  }

  async #connect(name: string, { level, domain, priority }: Action & { kind: 'connect' }): Promise<void> {
    if (this.#actors.has(name)) throw new Unmet(`${name} has connected before`);
    const identity = this.#identity(name);
    const home =
      domain ?? identity?.credentials.domain ?? this.#scope.render([{ kind: 'value', name: 'domain', argument: '' }]);
    const client = await XClient.connect(this.#server.port, (direction, bytes) =>
      this.#conversation.note(name, direction, bytes),
    );
    const actor = new Actor(name, client, home, identity);
    this.#actors.set(name, actor);
    await actor.reach(level);
    if (level === 'available') await this.#becomeAvailable(actor, priority);
    if (level !== 'raw')
      this.#conversation.sumUp(name, `is ${level}${actor.jid === undefined ? '' : ` as ${actor.jid}`}`);
  }

  /** Become available; what the account's resources learn of each other by that is not part of the dialogue. */
  async #becomeAvailable(actor: Actor, priority: number): Promise<void> {
    await actor.becomeAvailable(priority);
    await actor.barrier();
    actor.discardPresence((from) => from.startsWith(`${actor.account}/`));
    for (const other of this.#actors.values()) {
      if (other === actor || other.account !== actor.account || !other.answersPings) continue;
      await other.barrier();
      other.discardPresence((from) => from === actor.jid);
    }
  }

  async #send(actor: Actor, { template, how }: Action & { kind: 'send' }): Promise<void> {
    const raw = how !== 'xml';
    const data = Buffer.from(this.#scope.render(template, raw), raw ? 'latin1' : 'utf8');
    actor.midway = how === 'unfinished';
    if (how !== 'bytewise') return actor.client.send(data);
    for (const byte of data) {
      actor.client.send(Buffer.from([byte]));
      await actor.client.flushed();
    }
  }

  /** Everything sent by the others is processed, then what the server had for this one is read. */
  async #expectNothing(actor: Actor): Promise<void> {
    if (!actor.answersPings) throw new Unmet(`${actor.name} cannot know: it is not bound, or its connection is closed`);
    for (const other of this.#actors.values()) if (other !== actor && other.answersPings) await other.barrier();
    await actor.barrier();
    expectNothing(actor);
  }

  #identity(client: string): Identity | undefined {
    const [base, resource] = splitResource(client);
    const account = this.#dialogue.accounts.get(base);
    if (account === undefined) return undefined;
    const credentials = { domain: account.domain, user: this.#local(account), password: this.#password(base) };
    return { credentials, resource };
  }

  #account(name: string): Account {
    const account = this.#dialogue.accounts.get(name);
    if (account === undefined) throw new Unmet(`the header has no user '${name}'`);
    return account;
  }

  #local({ name }: Account): string {
    return `${name}${this.#suffix}`;
  }

  #password(name: string): string {
    const known = this.#passwords.get(name) ?? randomBytes(8).toString('hex');
    this.#passwords.set(name, known);
    return known;
  }

  #failure(line: number, what: string, error: unknown): DialogueFailure {
    const problem = error instanceof Error ? error.message : String(error);
    return new DialogueFailure(
      `${this.#dialogue.file}:${line}: ${what}\n\n${problem}\n\nThe conversation:\n${this.#conversation.toString()}\n`,
    );
  }
}

function splitResource(name: string): [string, string?] {
  const slash = name.indexOf('/');
  return slash < 0 ? [name] : [name.slice(0, slash), name.slice(slash + 1)];
}
