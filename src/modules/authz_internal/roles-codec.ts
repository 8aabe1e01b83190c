import { z } from 'zod';
import { fromZod } from '../../storage/from-zod.ts';

/** The roles that an account was given. */
export interface StoredRoles {
  /** The one it acts with; missing where that is the default. */
  readonly primary?: string | undefined;
  /** Those it may ask to act with instead. */
  readonly secondary: readonly string[];
}

/** JSON: `{"primary":"prosody:admin","secondary":[]}`. */
export const rolesCodec = fromZod(z.object({ primary: z.string().optional(), secondary: z.array(z.string()) }));
