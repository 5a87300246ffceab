import { readFile, writeFile } from 'node:fs/promises';
import { attempt, command, commandWithLines } from './commands.js';
import { FORWARDING_TABLE, forwardingRules } from './rules.js';

const SWITCH = '/proc/sys/net/ipv4/ip_forward';

/** Lets the machine forward packets, for the nodes' sake alone. Idempotent. That it did not before is remembered by the table. */
export async function allowForwarding(): Promise<void> {
  if ((await readFile(SWITCH, 'utf8')).trim() === '1') return;
  const links = JSON.parse(await command('ip', '-j', 'link', 'show')) as { ifname: string }[];
  await commandWithLines(forwardingRules(links.map(({ ifname }) => ifname).filter((name) => name !== 'lo' && !name.startsWith('gantry-'))), 'nft', '-f');
  await writeFile(SWITCH, '1');
}

/** When the last cluster of the machine has gone: what forwarded nothing before does so again, unless an engine has come since. */
export async function endForwarding(): Promise<void> {
  if (!(await attempt('nft', 'list', 'table', 'ip', FORWARDING_TABLE))) return;
  if (!(await engineForwards())) await writeFile(SWITCH, '0');
  await attempt('nft', 'delete', 'table', 'ip', FORWARDING_TABLE);
}

async function engineForwards(): Promise<boolean> {
  const tables = await command('nft', 'list', 'tables').catch(() => '');
  return tables.includes('table ip filter') && (await attempt('iptables', '-w', '-n', '-L', 'DOCKER-USER'));
}
