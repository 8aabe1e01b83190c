/** Runs operations for whoever executes a command. */
import type { ModuleApi } from '../../host/module.ts';
import { OperationInputError } from '../../host/operations.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { AdhocCaller } from '../adhoc/service.ts';

/** The operations of one host, as an ad-hoc command runs them. */
export class Runner {
  readonly #m: ModuleApi;

  constructor(m: ModuleApi) {
    this.#m = m;
  }

  mayRun(name: string, who: Jid): Promise<boolean> {
    return this.#m.host.operations.mayRun(name, who);
  }

  /** @throws StanzaError `not-acceptable` where the input does not fit, and what the operation throws */
  async run(name: string, input: object, { who, signal }: AdhocCaller): Promise<unknown> {
    const { host } = this.#m;
    const session = [...host.sessions.local()].find(({ jid }) => jid.key === who.key);
    const address = session?.connection.address;
    const from = address === undefined ? {} : { address };
    try {
      return await host.operations.run(name, input, { who, face: 'adhoc', signal, progress: () => undefined, ...from });
    } catch (error) {
      if (error instanceof OperationInputError) throw new StanzaError('not-acceptable', error.problems.join('; '));
      throw error;
    }
  }
}
