/** SASL Channel-Binding Type Capability (XEP-0440 v1.0.0): which types of channel binding a stream can do. */
import { el } from '../../xml/element.ts';
import type { ClientStream, StreamFeature } from '../interface.ts';
import type { ChannelBinding } from '../sasl/mechanism.ts';

const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

/** Lists the types beside the SASL mechanisms (§2). @param binding of a stream that offers mechanisms with it */
export function channelBindingFeature(binding: (stream: ClientStream) => ChannelBinding | undefined): StreamFeature {
  return {
    informs: true,
    offer: (stream) => {
      const types = stream.user === undefined ? (binding(stream)?.types ?? []) : [];
      const children = types.map((type) => el('channel-binding', NS_CHANNEL_BINDING, { type }));
      return children.length > 0 ? el('sasl-channel-binding', NS_CHANNEL_BINDING, children) : undefined;
    },
    takes: () => false,
    handle: () => undefined,
  };
}
