import { readFile } from 'node:fs/promises';
import { attempt, command } from './commands.js';

/** What may pass, in the words of iptables. */
function rulesFor(bridge: string): string[][] {
  return [['-i', bridge, '-j', 'ACCEPT'], ['-o', bridge, '-j', 'ACCEPT']];
}

/**
 * Where a firewall of iptables drops what is forwarded, as Docker's and ufw's do, what the nodes send and get may pass: an accept of our own
 * table does not outweigh a drop of theirs. In the chain that Docker has for such rules, else in the one that drops. Idempotent.
 */
export async function openForeignFirewall(bridge: string): Promise<void> {
  const chain = await droppingChain();
  if (chain === undefined) return;
  for (const rule of rulesFor(bridge)) {
    if (!(await attempt('iptables', '-w', '-C', chain, ...rule))) await command('iptables', '-w', '-I', chain, ...rule);
  }
}

/** In both chains: an engine may have come, or gone, since. */
export async function closeForeignFirewall(bridge: string): Promise<void> {
  if (!(await usesIptables())) return;
  for (const chain of ['DOCKER-USER', 'FORWARD']) {
    for (const rule of rulesFor(bridge)) while (await attempt('iptables', '-w', '-D', chain, ...rule));
  }
}

async function droppingChain(): Promise<string | undefined> {
  if (!(await usesIptables())) return undefined;
  const rules = await command('iptables', '-w', '-S').catch(() => '');
  if (rules.includes('-N DOCKER-USER\n')) return 'DOCKER-USER';
  return rules.includes('-P FORWARD DROP\n') ? 'FORWARD' : undefined;
}

/** Asking iptables itself would make its tables where there are none. */
async function usesIptables(): Promise<boolean> {
  const legacy = await readFile('/proc/net/ip_tables_names', 'utf8').catch(() => '');
  if (legacy.split('\n').includes('filter')) return true;
  return (await command('nft', 'list', 'tables').catch(() => '')).split('\n').includes('table ip filter');
}
