/** Where services listen. */
import { z } from 'zod';

/** Options of services that do not name their addresses themselves. */
export const INTERFACE_OPTIONS = {
  interfaces: z
    .array(z.string())
    .optional()
    .describe('Addresses of services that name none themselves: all of the machine where this is not given either'),
  use_ipv4: z.boolean().default(true).describe('Listen on all IPv4 addresses where none are named'),
  use_ipv6: z.boolean().default(true).describe('Listen on all IPv6 addresses where none are named'),
};

/** What is said of all services. */
interface Interfaces {
  readonly interfaces?: readonly string[] | undefined;
  readonly use_ipv4: boolean;
  readonly use_ipv6: boolean;
}

/** The addresses of a service. @param own what is said of it alone */
export function interfacesOf(own: readonly string[] | undefined, all: Interfaces): readonly string[] {
  return own ?? all.interfaces ?? [...(all.use_ipv4 ? ['*'] : []), ...(all.use_ipv6 ? ['::'] : [])];
}
