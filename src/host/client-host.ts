/** A host as the streams of its clients see it. */
import type { Jid } from '../jid/jid.ts';
import type { BoundSession, ClientStream, StreamFeature, StreamHost } from '../stream/interface.ts';
import { bindResource, type BindPolicy } from './bind.ts';
import type { Host } from './host.ts';

/** A host to which clients may connect. */
export class ClientHost implements StreamHost {
  readonly domain: string;
  readonly #host: Host;
  readonly #policy: BindPolicy;

  constructor(host: Host, policy: BindPolicy) {
    this.domain = host.domain;
    this.#host = host;
    this.#policy = policy;
  }

  features(): readonly StreamFeature[] {
    return this.#host.streamFeatures;
  }

  bind(stream: ClientStream, user: Jid, resource: string | undefined): Promise<BoundSession> {
    return bindResource(this.#host, user, resource, this.#policy, stream, stream.lang);
  }
}
