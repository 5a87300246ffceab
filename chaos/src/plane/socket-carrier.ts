import { join } from 'node:path';
import { createMemoryBus, createSocketBusServer } from '@gantry/bus';
import { BusFaults, type Random } from '@gantry/testkit';
import type { Carrier } from './carrier.js';

/** The broker is in this process, so that every message passes hands that may drop it. */
export async function startSocketCarrier(folder: string, random: Random): Promise<Carrier> {
  const broker = createMemoryBus();
  const faults = new BusFaults(random);
  const path = join(folder, 'bus.sock');
  const server = await createSocketBusServer({ bus: faults.decorate(broker), path });
  return {
    name: 'socket',
    environment: { GANTRY_BUS_SOCKET: path },
    get struck() {
      return faults.struck;
    },
    strike: (rates) => {
      faults.rates = rates;
      return true;
    },
    cut: () => broker.faults.cut(),
    freeze: () => false,
    heal: () => {
      faults.stop();
      broker.faults.heal();
    },
    purge: async () => {
      const last = await broker.watch.lastSequence().catch(() => undefined);
      if (last !== undefined) await broker.watch.purgeTo(last + 1);
    },
    stop: async () => {
      faults.stop();
      await server.close();
      await broker.close();
    },
  };
}
