import type { Random } from '@gantry/testkit';
import type { Carrier } from './carrier.js';
import { startNatsCarrier } from './nats-carrier.js';
import { startSocketCarrier } from './socket-carrier.js';

export function startCarrier(name: Carrier['name'], folder: string, random: Random): Promise<Carrier> {
  return name === 'socket' ? startSocketCarrier(folder, random) : startNatsCarrier();
}
