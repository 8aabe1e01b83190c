/** SASL negotiation (RFC 6120 §6). */
import { decodeBase64 } from '../../stanza/base64.ts';
import { NS_SASL, SaslFailure } from '../../stanza/sasl-failure.ts';
import { el, type Element } from '../../xml/element.ts';
import type { Stanza } from '../../xml/stanza.ts';
import type { ClientStream, StreamFeature } from '../interface.ts';
import type { ChannelBinding, CredentialStore, SaslMechanism, SaslStep } from './mechanism.ts';

/** Who is told how attempts to authenticate end. */
export interface SaslObserver {
  /** The stream has its `user` already. */
  succeeded(stream: ClientStream): void;
  /** An exchange is about to begin; it does once the promise resolves, if there is one. */
  begins?(stream: ClientStream): void | Promise<void>;
  /**
   * The client is told once the promise resolves, if there is one.
   * @param claimed localpart of the account whose password it tried
   */
  failed(stream: ClientStream, failure: SaslFailure, claimed?: string): void | Promise<void>;
  /** Something other than a `SaslFailure` was thrown; the client hears `temporary-auth-failure`. */
  faulty(stream: ClientStream, error: unknown): void;
}

/** How SASL is done on a host. */
export interface SaslOptions {
  readonly store: CredentialStore;
  /** The host's mechanisms, in the order in which they are offered. */
  readonly mechanisms: (stream: ClientStream) => readonly SaslMechanism[];
  /** Prosody's `c2s_require_encryption`: nobody authenticates on a stream that is not encrypted. */
  readonly requireEncryption: boolean;
  /** Prosody's `allow_unencrypted_plain_auth`: a password may be sent over one. */
  readonly allowUnencryptedPlain: boolean;
  /** Channel binding data of a stream, where its mechanisms use it. */
  readonly binding?: (stream: ClientStream) => ChannelBinding | undefined;
  readonly observer: SaslObserver;
}

/** Offers a host's SASL mechanisms and runs the exchanges, until one of them succeeds. */
export class SaslFeature implements StreamFeature {
  readonly #options: SaslOptions;

  constructor(options: SaslOptions) {
    this.#options = options;
  }

  offer(stream: ClientStream): Element | undefined {
    if (stream.user !== undefined) return undefined;
    const usable = this.#options.mechanisms(stream).filter((mechanism) => this.#isSafe(stream, mechanism));
    if (usable.length === 0) return undefined;
    const names = usable.map(({ name }) => el('mechanism', NS_SASL, name));
    return el('mechanisms', NS_SASL, names);
  }

  takes(stream: ClientStream, { name, ns }: Stanza): boolean {
    return ns === NS_SASL && stream.user === undefined && (name === 'auth' || name === 'response' || name === 'abort');
  }

  async handle(stream: ClientStream, element: Stanza): Promise<void> {
    if (element.name === 'auth') {
      if (!this.#makeWay(stream)) return;
      const turn = this.#options.observer.begins?.(stream);
      if (turn !== undefined) await turn;
      if (stream.state === 'closed') return;
    }
    let step: SaslStep;
    try {
      step = await this.#step(stream, element);
      if (step.done && step.user.local !== undefined) await this.#options.store.admit?.(step.user.local);
    } catch (error) {
      await this.#fail(stream, error);
      return;
    }
    if (stream.state === 'closed') return; // while the backend was asked
    if (step.done) this.#succeed(stream, step);
    else stream.send(el('challenge', NS_SASL, encode(step.challenge)));
  }

  async #step(stream: ClientStream, element: Stanza): Promise<SaslStep> {
    const { exchange } = stream;
    switch (element.name) {
      case 'abort':
        throw new SaslFailure('aborted'); // RFC 6120 §6.4.4
      case 'response':
        if (exchange === undefined) throw new SaslFailure('malformed-request', 'There is nothing to respond to');
        return exchange.step(decode(element) ?? Buffer.alloc(0));
      default:
        return this.#begin(stream, element);
    }
  }

  #begin(stream: ClientStream, auth: Stanza): Promise<SaslStep> {
    const { store, mechanisms, requireEncryption, binding } = this.#options;
    const domain = stream.host?.domain ?? '';
    if (requireEncryption && !stream.secure) throw new SaslFailure('encryption-required');
    const name = auth.attr('mechanism');
    const mechanism = mechanisms(stream).find((offered) => offered.name === name);
    if (mechanism === undefined) throw new SaslFailure('invalid-mechanism');
    if (!this.#isSafe(stream, mechanism)) throw new SaslFailure('encryption-required');
    const initial = decode(auth);
    stream.mechanism = name;
    const certified = stream.channel?.certified(domain) ?? [];
    stream.exchange = mechanism.begin({ domain, store, binding: binding?.(stream), certified });
    return stream.exchange.step(initial);
  }

  #succeed(stream: ClientStream, { user, data }: SaslStep & { readonly done: true }): void {
    stream.exchange = undefined;
    stream.authenticated(user);
    this.#options.observer.succeeded(stream);
    stream.send(el('success', NS_SASL, data === undefined ? undefined : encode(data) || '='));
    stream.restart(); // RFC 6120 §6.4.6
  }

  /**
   * RFC 6120 §6.4.2: a new exchange takes the place of the one under way, which counts as failed. False if it may not begin,
   * as that was one failure too many.
   */
  #makeWay(stream: ClientStream): boolean {
    if (stream.exchange === undefined) return true;
    void this.#options.observer.failed(stream, new SaslFailure('aborted'));
    stream.authenticationFailed();
    return stream.state !== 'closed';
  }

  async #fail(stream: ClientStream, error: unknown): Promise<void> {
    const claimed = stream.exchange?.claimed;
    stream.exchange = undefined;
    if (!(error instanceof SaslFailure)) this.#options.observer.faulty(stream, error);
    const failure = error instanceof SaslFailure ? error : new SaslFailure('temporary-auth-failure');
    await this.#options.observer.failed(stream, failure, claimed); // even of a client that left: it may be guessing
    stream.send(failure.toElement());
    stream.authenticationFailed();
  }

  #isSafe(stream: ClientStream, { cleartext }: SaslMechanism): boolean {
    const { requireEncryption, allowUnencryptedPlain } = this.#options;
    return stream.secure || (!requireEncryption && (!cleartext || allowUnencryptedPlain));
  }
}

/**
 * The data of `<auth/>` or `<response/>`; `undefined` where there is none. A lone `=` is data of no bytes (RFC 6120 §6.4.2).
 * @throws SaslFailure `incorrect-encoding`
 */
function decode(element: Stanza): Buffer | undefined {
  const text = element.tree().text();
  if (text === '') return undefined;
  if (text === '=') return Buffer.alloc(0);
  const data = decodeBase64(text);
  if (data === undefined) throw new SaslFailure('incorrect-encoding');
  return data;
}

function encode(data: Buffer): string {
  return data.toString('base64');
}
