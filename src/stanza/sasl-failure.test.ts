import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_SASL, SaslFailure, type SaslCondition } from './sasl-failure.ts';

/** RFC 6120 §6.5.1 to §6.5.11; a type that forgets one does not compile. */
const CATALOGUE: Record<SaslCondition, true> = {
  aborted: true,
  'account-disabled': true,
  'credentials-expired': true,
  'encryption-required': true,
  'incorrect-encoding': true,
  'invalid-authzid': true,
  'invalid-mechanism': true,
  'malformed-request': true,
  'mechanism-too-weak': true,
  'not-authorized': true,
  'temporary-auth-failure': true,
};

test('the catalogue has 11 conditions', () => {
  expect(Object.keys(CATALOGUE)).toHaveLength(11);
});

test('a failure is <failure/> with its condition and text', () => {
  expect(new SaslFailure('not-authorized').toElement()).toEqual(el('failure', NS_SASL, el('not-authorized', NS_SASL)));
  expect(new SaslFailure('account-disabled', 'Call us').toElement()).toEqual(
    el('failure', NS_SASL, el('account-disabled', NS_SASL), el('text', NS_SASL, 'Call us')),
  );
});

test('it is an Error without a stack', () => {
  const error = new SaslFailure('aborted');
  expect(error).toBeInstanceOf(Error);
  expect(error.stack).toBe('SaslFailure: aborted');
});
