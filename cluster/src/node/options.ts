import type { Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import type { Machine } from '../machine/machine.js';
import type { NetworkSettings } from '../network/settings.js';
import type { Stack } from '../stack.js';
import type { Places } from '../state/places.js';

export interface NodesOptions {
  readonly bus: Bus;
  readonly client: Client;
  readonly machine: Machine;
  readonly places: Places;
  readonly cluster: string;
  /** How many have containers, and how many are hollow beside them. */
  readonly nodes: number;
  readonly hollow: number;
  readonly network: NetworkSettings;
  readonly logger: Logger;
  readonly stack: Stack;
  readonly onWarning: (text: string) => void;
  /** A child ended and has a successor: the process ids of all, by node. */
  readonly onRestart: (processes: Readonly<Record<string, number>>) => void;
}
