import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { connectNatsBus } from '@gantry/bus/nats';
import { Relay } from '@gantry/testkit';
import type { Carrier } from './carrier.js';

const execute = promisify(execFile);
const IMAGE = 'nats:2.15';
const PORT = 4222;
const START_MS = 30_000;
const NOTHING = new Uint8Array(0);

/** A NATS server in a container, behind a relay. Needs a Docker engine. */
export async function startNatsCarrier(): Promise<Carrier> {
  const name = `gantry-chaos-${process.pid}`;
  await execute('docker', ['run', '--detach', '--rm', '--name', name, '--label', `io.gantry.cluster=chaos-${process.pid}`, '--publish', `127.0.0.1::${PORT}`, IMAGE, '--jetstream', '--store_dir', '/tmp/jetstream']);
  try {
    const port = Number((await execute('docker', ['port', name, String(PORT)])).stdout.trim().split(':').at(-1));
    const relay = await Relay.start({ target: () => ({ host: '127.0.0.1', port }) });
    await answers(port);
    return carrierOf(name, port, relay);
  } catch (error) {
    await execute('docker', ['rm', '--force', name]);
    throw error;
  }
}

function carrierOf(name: string, port: number, relay: Relay): Carrier {
  return {
    name: 'nats',
    environment: { GANTRY_NATS_SERVERS: `nats://127.0.0.1:${relay.port}` },
    struck: 0,
    strike: () => false,
    cut: () => {
      relay.refuse();
      relay.cut();
    },
    freeze: () => {
      relay.freeze();
      return true;
    },
    heal: () => relay.heal(),
    purge: async () => {
      const bus = await connectNatsBus({ servers: [`nats://127.0.0.1:${port}`], identity: 'api' });
      await bus.request('$JS.API.STREAM.PURGE.WATCH', NOTHING, { timeoutMs: 5_000 }).catch(() => undefined);
      await bus.close();
    },
    stop: async () => {
      await relay.close();
      await execute('docker', ['rm', '--force', name]);
    },
  };
}

async function answers(port: number): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    try {
      return await (await connectNatsBus({ servers: [`nats://127.0.0.1:${port}`], identity: 'api' })).close();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(100);
    }
  }
}
