/** Acknowledgements by clients as other modules see them (XEP-0198 v1.6.3 §4). */
import { service } from '../../host/services.ts';
import type { Session } from '../../host/session.ts';

/** Tells when what a client was sent is safe with it. */
export interface Acknowledgements {
  /** Did the client ask for acknowledgements? */
  manages(session: Session): boolean;
  /**
   * Resolves when the client has acknowledged all it was sent so far, or, after its session, when what it did not
   * acknowledge has been dealt with. `undefined` where the client acknowledges nothing.
   */
  settled(session: Session): Promise<void> | undefined;
}

export const Acknowledgements = service<Acknowledgements>('smacks');
