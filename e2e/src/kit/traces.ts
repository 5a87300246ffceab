import { readdir, readFile } from 'node:fs/promises';
import { objectsOf } from './engine.js';
import { run } from './run.js';

/** Where root's clusters have what cannot be under their home. */
const SYSTEM = '/var/lib/gantry';
const GROUPS = '/sys/fs/cgroup';

/** What a cluster can leave on a machine, one line a thing. */
export async function tracesOf(cluster: string, home: string): Promise<string[]> {
  const system = `${SYSTEM}/${cluster}-`;
  const traces = [objectsOf(cluster), kernelObjects(), processesOf(home), processesOf(system), mountsBelow(home), mountsBelow(system), databasesOf(cluster), controlGroupsOf(cluster)];
  return (await Promise.all(traces)).flat();
}

/** Of the machine's own network; one that is shared has some of others too. */
export async function kernelObjects(): Promise<string[]> {
  return (await Promise.all([networkNamespaces(), foreignLinks(), nftTables(), firewallRules()])).flat();
}

async function networkNamespaces(): Promise<string[]> {
  return (await linesOf('ip', ['netns', 'list'])).map((line) => `namespace ${line.split(' ')[0]}`);
}

async function nftTables(): Promise<string[]> {
  return (await linesOf('nft', ['list', 'tables'])).map((line) => `nft ${line}`);
}

/** Rules of ours among those of others. */
async function firewallRules(): Promise<string[]> {
  const rules = await linesOf('iptables', ['-w', '-S']).catch(() => []);
  return rules.filter((line) => line.includes('gantry-')).map((line) => `iptables ${line}`);
}

interface Link {
  readonly ifname: string;
  readonly master?: string;
}

/** Interfaces but for those that the engine has for networks of its own: other containers come and go. */
async function foreignLinks(): Promise<string[]> {
  const [links, networks] = await Promise.all([run('ip', ['-j', 'link', 'show']), linesOf('docker', ['network', 'ls', '--no-trunc', '--format', '{{.ID}}'])]);
  const bridges = new Set(['docker0', ...networks.map((id) => `br-${id.slice(0, 12)}`)]);
  const all = JSON.parse(links.stdout === '' ? '[]' : links.stdout) as Link[];
  return all.filter(({ ifname, master }) => !bridges.has(ifname) && !bridges.has(master ?? '')).map(({ ifname }) => `interface ${ifname}`);
}

/** Processes that were started with this home, or another word that nobody else has. */
export async function processesOf(home: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command] = await Promise.all(['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
      return `${environment}\0${command}`.includes(home) ? [`process ${pid} ${command?.replaceAll('\0', ' ')}`] : [];
    }),
  );
  return found.flat();
}

async function mountsBelow(home: string): Promise<string[]> {
  const mounts = await readFile('/proc/mounts', 'utf8');
  return mounts.split('\n').flatMap((line) => (line.split(' ')[1]?.startsWith(home) === true ? [`mount ${line.split(' ')[1]}`] : []));
}

/** Root's databases are outside of the home. */
async function databasesOf(cluster: string): Promise<string[]> {
  const folders = await readdir(SYSTEM).catch((): string[] => []);
  return folders.filter((name) => name.startsWith(`${cluster}-`)).map((name) => `folder ${SYSTEM}/${name}`);
}

/** In the tree of version 2, and in those of version 1. */
async function controlGroupsOf(cluster: string): Promise<string[]> {
  const trees = ['', ...(await readdir(GROUPS).catch((): string[] => [])).map((name) => `/${name}`)];
  const found = await Promise.all(trees.map(async (tree) => (await readdir(`${GROUPS}${tree}/gantry`).catch((): string[] => [])).map((name) => ({ tree, name }))));
  return found.flat().filter(({ name }) => name.startsWith(`${cluster}-`)).map(({ tree, name }) => `control group ${tree}/gantry/${name}`);
}

async function linesOf(program: string, args: readonly string[]): Promise<string[]> {
  return (await run(program, args)).stdout.split('\n').filter((line) => line !== '');
}
