import type { Logger } from '@gantry/async';
import type { Bus } from '../bus.js';
import { connectSocketBus } from '../socket/socket-bus.js';
import { connectNatsBus } from './nats-bus.js';
import type { NatsBusOptions } from './options.js';
import { readNatsSettings, type SettingsReader } from './settings.js';

/** The way to the bus of a process of its own: NATS, or the local socket that a process of the same machine serves. */
export type BusSettings = { readonly socket: string } | NatsBusOptions;

/** `GANTRY_BUS_SOCKET`, a path; else the settings of NATS. */
export function readBusSettings(environment: SettingsReader & { optional(name: string): string | undefined }, identity: string): BusSettings {
  const socket = environment.optional('GANTRY_BUS_SOCKET');
  return socket === undefined ? readNatsSettings(environment, identity) : { socket };
}

/** Resolves when there is a connection. */
export function connectBus(settings: BusSettings, { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal }): Promise<Bus> {
  return 'socket' in settings ? connectSocketBus({ path: settings.socket, logger, signal }) : connectNatsBus({ ...settings, logger, signal });
}
