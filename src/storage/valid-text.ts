/**
 * What may be stored. Text that some medium would refuse, change or cut (PostgreSQL has no U+0000, UTF-8 no lone
 * surrogates) is refused here, before it is part of a unit, so that all media behave alike.
 */
import { StorageError } from './storage-error.ts';

/** @throws StorageError `invalid-value` for text with U+0000 or a lone surrogate; `what` names it in the message */
export function checkText(text: string, what: string): void {
  if (text.includes('\0')) throw new StorageError('invalid-value', `${what} contains U+0000`);
  if (!text.isWellFormed()) throw new StorageError('invalid-value', `${what} contains a lone surrogate`);
}

/** Costs next to nothing for strings that V8 holds as one byte a character. */
const MORE_THAN_A_BYTE = /[\u0100-\uffff]/;

/**
 * Checks a wire string: UTF-8 bytes, each as one character up to U+00FF, without U+0000.
 * @throws StorageError `invalid-value`
 */
export function checkWire(wire: string, what: string): void {
  if (!wire.includes('\0') && !MORE_THAN_A_BYTE.test(wire)) return;
  throw new StorageError('invalid-value', `${what} is not a string of bytes without U+0000`);
}

/** @throws StorageError `invalid-value` unless it is an integer that a double holds exactly */
export function checkInteger(value: number, what: string): void {
  if (!Number.isSafeInteger(value)) throw new StorageError('invalid-value', `${what} is not a safe integer: ${value}`);
}
