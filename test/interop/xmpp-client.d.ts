/** The part of @xmpp/client 0.14 that the tests use; it brings no types of its own. */
declare module '@xmpp/client' {
  interface XmppElement {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string>>;
    getChild(name: string, ns?: string): XmppElement | undefined;
    getChildren(name: string, ns?: string): XmppElement[];
    getChildText(name: string): string | null;
    is(name: string, ns?: string): boolean;
    toString(): string;
  }

  interface XmppClient {
    readonly iqCaller: {
      /** Resolves with the child of the answer that has the name of the request's. */
      get(element: XmppElement, to?: string, timeout?: number): Promise<XmppElement | undefined>;
      request(iq: XmppElement, timeout?: number): Promise<XmppElement>;
    };
    readonly reconnect: { stop(): void };
    on(event: 'stanza', listener: (stanza: XmppElement) => void): void;
    on(event: 'element' | 'send', listener: (element: XmppElement) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'status', listener: (status: string) => void): void;
    /** Resolves with the full JID. */
    start(): Promise<{ toString(): string }>;
    stop(): Promise<unknown>;
    send(element: XmppElement): Promise<void>;
  }

  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly resource: string;
    readonly username: string;
    readonly password: string;
  }): XmppClient;

  export function xml(
    name: string,
    attrs: Readonly<Record<string, string>>,
    ...children: readonly (XmppElement | string)[]
  ): XmppElement;
}
