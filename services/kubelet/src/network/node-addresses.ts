import { run } from './commands.js';

/**
 * Gives the node addresses of its own that exist on its loopback interface alone, as on every other node. Rejects where this process
 * may not change interfaces. May be repeated.
 */
export async function addNodeAddresses(addresses: readonly string[]): Promise<void> {
  const lines = addresses.map((address) => `addr replace ${address}/32 dev lo\n`);
  await run('ip', ['-batch', '-'], `link set lo up\n${lines.join('')}`);
}
