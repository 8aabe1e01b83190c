/** The API for modules of your own: `import { defineModule } from 'couplet/module'`. */
export * from './host/events.ts';
export { defineModule, type ModuleApi, type ModuleDefinition } from './host/module.ts';
export { service, type ServiceKey } from './host/services.ts';
export { list, type ListKey } from './host/contributions.ts';
export type { IqHandler, IqRequest } from './host/iq-table.ts';
export type { Session } from './host/session.ts';
export type { StanzaEvent } from './host/stanza-event.ts';
export { Jid } from './jid/jid.ts';
export { StanzaError } from './stanza/errors.ts';
export type { Codec } from './storage/stores.ts';
export { el, Element } from './xml/element.ts';
export { NS_CLIENT } from './xml/namespaces.ts';
export { Stanza } from './xml/stanza.ts';
