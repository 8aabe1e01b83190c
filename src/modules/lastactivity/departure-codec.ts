import { z } from 'zod';
import { fromZod } from '../../storage/from-zod.ts';

/** When an account's last resource went away (microseconds since 1970), and with which words. */
export const departureCodec = fromZod(z.object({ when: z.int(), status: z.string() }));
