/**
 * Names and payloads of the host's events. A module adds its own by declaration merging into `HostEvents`; their names
 * start with the module's name.
 */
import type { Entry } from '../cluster/backend.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { StanzaEvent } from './stanza-event.ts';
import type { Session } from './session.ts';
import type { StreamEnd } from '../stream/interface.ts';
import type { Unit } from '../storage/unit.ts';

/** A session of this host. */
export interface SessionEvent {
  readonly session: Session;
}

/** A session that is over. */
export interface SessionClosedEvent extends SessionEvent {
  readonly end: StreamEnd;
}

/** What another module, or the same one on another node, has to say about a session of this node. */
export interface SessionSignalEvent extends SessionEvent {
  /** Whose signal it is and what it means: `module/what`. */
  readonly name: string;
  readonly text: string;
}

/** An account of this host changed; writes of observers join `unit`. */
export interface UserEvent {
  /** Canonical bare JID. */
  readonly user: string;
  readonly unit: Unit;
}

/** Presence without `to` from a session of this host (RFC 6121 §4.2, §4.4, §4.5). */
export interface PresenceEvent {
  readonly session: Session;
  readonly stanza: Stanza;
}

/** A stanza that was delivered or stored for later. */
export interface DeliveredEvent {
  readonly event: StanzaEvent;
  /** The resources of the account that took it as it is; none if it was stored. */
  readonly targets: readonly Entry[];
}

/** A stanza on its way into a client's connection. */
export interface DeliverEvent {
  readonly session: Session;
  /** Handlers of `transform` may replace it. */
  stanza: Stanza;
  /** Set by a handler that keeps the stanza back (it sends it itself later). */
  held: boolean;
}

/** A module of this host was loaded, reloaded or unloaded. */
export interface ModuleEvent {
  readonly module: string;
}

/** The events of the host itself. */
export interface CoreEvents {
  /** Phases of the sender: every stanza of a session of this host, before routing. */
  'stanza/outgoing': StanzaEvent;
  /** Phases of the recipient: every stanza for an account or address of this host. Runs once, on the node it entered. */
  'stanza/incoming': StanzaEvent;
  /**
   * What a session of this host sent was accepted: everything written for it is committed, and it is about to be
   * delivered. With the event of the sender's phases.
   */
  'stanza/sent': StanzaEvent;
  /** A stanza reached resources of this host, or was stored for them. */
  'stanza/delivered': DeliveredEvent;
  /** A message that no resource took: a `store` handler may call `take()`, else the sender gets the error. */
  'stanza/undelivered': StanzaEvent;
  /** Just before a stanza is written to a client, where its session lives. */
  'session/deliver': DeliverEvent;
  /** A resource was bound. */
  'session/bound': SessionEvent;
  /** A session ended; its presence is still readable. */
  'session/closed': SessionClosedEvent;
  /** Somebody called `Sessions.signal`, on whatever node; raised where the session lives. */
  'session/signal': SessionSignalEvent;
  /** A session sent presence without `to`. In the order of what else it sends. */
  'presence/broadcast': PresenceEvent;
  /** An account is being made. */
  'user/created': UserEvent;
  /** An account is being deleted: whoever keeps something of it deletes that. */
  'user/deleted': UserEvent;
  /** An account gets another password. */
  'user/password-changed': UserEvent;
  /** A module was loaded on this host. */
  'module/loaded': ModuleEvent;
  /** A module was set up again. */
  'module/reloaded': ModuleEvent;
  /** What a module registered was taken back. */
  'module/unloaded': ModuleEvent;
}

/** All events by name. Modules add their own by declaration merging. */
export interface HostEvents extends CoreEvents {}

/** The name of an event. */
export type EventName = keyof HostEvents;
