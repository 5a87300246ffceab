import { run } from './commands.js';

/**
 * Gives the node addresses of its own that exist on its loopback interface alone, as on every other node. Rejects where this process
 * may not change interfaces. May be repeated. Of scope host, like 127.0.0.1: the kernel would else choose one of them as the node's own
 * address towards pods.
 */
export async function addNodeAddresses(addresses: readonly string[]): Promise<void> {
  const lines = addresses.map((address) => `addr replace ${address}/32 dev lo scope host\n`);
  await run('ip', ['-batch', '-'], `link set lo up\n${lines.join('')}`);
}
