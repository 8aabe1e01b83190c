import type { Codec } from '../../storage/stores.ts';

/** How it is stored that an address is blocked: there is nothing to say about it. */
export const entryCodec: Codec<true> = { encode: () => 'true', decode: () => true };
