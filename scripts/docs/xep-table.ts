/**
 * What the XSF's own repository (github.com/xsf/xeps, as of 2026-06-30) says of the specifications that modules
 * support. A module that declares another one needs a row here.
 */

/** A specification. */
export interface Xep {
  readonly title: string;
  /** Its status; what the source calls `Draft` is called `Stable` since 2021. */
  readonly status: 'Active' | 'Deferred' | 'Deprecated' | 'Experimental' | 'Final' | 'Obsolete' | 'Stable';
  /** The latest version. */
  readonly version: string;
}

/** By number. */
export const XEPS: ReadonlyMap<number, Xep> = new Map([
  [12, { title: 'Last Activity', status: 'Final', version: '2.0' }],
  [30, { title: 'Service Discovery', status: 'Final', version: '2.5.0' }],
  [49, { title: 'Private XML Storage', status: 'Active', version: '1.2' }],
  [50, { title: 'Ad-Hoc Commands', status: 'Stable', version: '1.3.0' }],
  [54, { title: 'vcard-temp', status: 'Active', version: '1.3.0' }],
  [77, { title: 'In-Band Registration', status: 'Final', version: '2.4' }],
  [92, { title: 'Software Version', status: 'Stable', version: '1.1' }],
  [115, { title: 'Entity Capabilities', status: 'Stable', version: '1.6.0' }],
  [128, { title: 'Service Discovery Extensions', status: 'Active', version: '1.0.1' }],
  [133, { title: 'Service Administration', status: 'Active', version: '1.3.1' }],
  [160, { title: 'Best Practices for Handling Offline Messages', status: 'Active', version: '1.0.1' }],
  [175, { title: 'Best Practices for Use of SASL ANONYMOUS', status: 'Active', version: '1.2' }],
  [178, { title: 'Best Practices for Use of SASL EXTERNAL with Certificates', status: 'Active', version: '1.2' }],
  [191, { title: 'Blocking Command', status: 'Stable', version: '1.3' }],
  [198, { title: 'Stream Management', status: 'Stable', version: '1.6.3' }],
  [199, { title: 'XMPP Ping', status: 'Final', version: '2.0.1' }],
  [202, { title: 'Entity Time', status: 'Final', version: '2.0' }],
  [203, { title: 'Delayed Delivery', status: 'Final', version: '2.0' }],
  [237, { title: 'Roster Versioning', status: 'Obsolete', version: '1.3' }],
  [280, { title: 'Message Carbons', status: 'Stable', version: '1.0.1' }],
  [313, { title: 'Message Archive Management', status: 'Stable', version: '1.1.3' }],
  [359, { title: 'Unique and Stable Stanza IDs', status: 'Experimental', version: '0.7.0' }],
  [368, { title: 'SRV records for XMPP over TLS', status: 'Stable', version: '1.1.0' }],
  [440, { title: 'SASL Channel-Binding Type Capability', status: 'Stable', version: '1.0.0' }],
  [441, { title: 'Message Archive Management Preferences', status: 'Experimental', version: '0.2.0' }],
  [478, { title: 'Stream Limits Advertisement', status: 'Experimental', version: '0.2.0' }],
]);

/**
 * What the table says of a specification.
 * @throws {Error} if it says nothing
 */
export function xepOf(number: number): Xep {
  const found = XEPS.get(number);
  if (found === undefined) throw new Error(`scripts/docs/xep-table.ts has no row for XEP ${number}`);
  return found;
}

/** The address of its text. */
export function xepUrl(number: number): string {
  return `https://xmpp.org/extensions/xep-${digits(number)}.html`;
}

/** `[XEP-0199](…) XMPP Ping`. */
export function xepName(number: number): string {
  return `${xepLink(number)} ${xepOf(number).title}`;
}

/** `[XEP-0199](…)`. */
export function xepLink(number: number): string {
  return `[XEP-${digits(number)}](${xepUrl(number)})`;
}

function digits(number: number): string {
  return String(number).padStart(4, '0');
}
