/** What is kept of how an account was made (XEP-0077 v2.4 §3.1). */
import { service } from '../../host/services.ts';

/** Reads it. */
export interface Registrations {
  /**
   * When the account of that canonical bare JID was made (microseconds since 1970), and the fields that were filled in
   * beyond name and password. `undefined` for accounts that were not made in-band.
   */
  of(user: string): Promise<{ readonly when: number; readonly fields: Readonly<Record<string, string>> } | undefined>;
}

/** Provided by `register_ibr`. */
export const Registrations = service<Registrations>('registrations');
