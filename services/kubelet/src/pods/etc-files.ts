import type { Pod } from './pod.js';
import { identityOf } from './pod.js';

/** The host name that a pod's containers see: at most 63 bytes of its name. */
export function hostnameOf(pod: Pod, nodeName: string): string {
  if (pod.spec?.hostNetwork === true) return nodeName;
  const name = pod.spec?.hostname ?? '';
  return (name === '' ? identityOf(pod).name : name).slice(0, 63).replace(/[-.]+$/, '');
}

export interface HostsInput {
  readonly ips: readonly string[];
  readonly hostname: string;
  /** Where the pod has a subdomain: its name below it. */
  readonly domain: string | undefined;
  readonly aliases: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
}

/** `/etc/hosts` of a pod with a network of its own; the form is upstream's, since programs look for its first line. */
export function hostsFile(input: HostsInput): string {
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...input.ips.map((ip) => `${ip}\t${input.domain === undefined ? '' : `${input.hostname}.${input.domain}\t`}${input.hostname}`),
  ];
  return `${lines.join('\n')}\n${aliasLines(input.aliases)}`;
}

/** A pod in the node's network has the node's file and its own aliases. */
export function hostNetworkHostsFile(nodes: string, aliases: HostsInput['aliases']): string {
  return `# Kubernetes-managed hosts file (host network).\n${nodes}${aliasLines(aliases)}`;
}

function aliasLines(aliases: HostsInput['aliases']): string {
  if (aliases.length === 0) return '';
  return ['\n# Entries added by HostAliases.', ...aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`), ''].join('\n');
}

export interface DnsSettings {
  /** The node's own resolver file. */
  readonly nodeResolvConf: string;
  /** Addresses of the cluster's DNS; none: pods resolve as the node does. */
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
}

/** What the C libraries' resolvers read: the rest would be ignored, or worse. */
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
/** Characters, with the spaces between. */
const LONGEST_SEARCH = 2048;

interface Resolver {
  nameservers: string[];
  searches: string[];
  options: string[];
}

/** `/etc/resolv.conf` of a pod by its DNS policy, with its own settings added. */
export function resolvConf(pod: Pod, settings: DnsSettings): string {
  const base = baseResolver(pod, settings);
  const own = pod.spec?.dnsConfig;
  const options = (own?.options ?? []).map(({ name, value }) => (value === undefined ? (name ?? '') : `${name ?? ''}:${value}`));
  const overridden = new Set(options.map((option) => option.split(':')[0]));
  return written({
    nameservers: unique([...base.nameservers, ...(own?.nameservers ?? [])]).slice(0, MOST_NAMESERVERS),
    searches: fitting(unique([...base.searches, ...(own?.searches ?? [])])),
    options: [...base.options.filter((option) => !overridden.has(option.split(':')[0])), ...options],
  });
}

function baseResolver(pod: Pod, settings: DnsSettings): Resolver {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  const nodes = parsed(settings.nodeResolvConf);
  const usesCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && pod.spec?.hostNetwork !== true);
  if (!usesCluster || settings.clusterDns.length === 0) return nodes;
  const { namespace } = identityOf(pod);
  const domain = settings.clusterDomain;
  return { nameservers: [...settings.clusterDns], searches: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...nodes.searches], options: ['ndots:5'] };
}

function parsed(text: string): Resolver {
  const resolver: Resolver = { nameservers: [], searches: [], options: [] };
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver') resolver.nameservers.push(...rest.slice(0, 1));
    if (word === 'search') resolver.searches = rest;
    if (word === 'options') resolver.options.push(...rest);
  }
  return resolver;
}

function written({ nameservers, searches, options }: Resolver): string {
  const lines = [
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}`]),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The first ones, as many as resolvers take. */
function fitting(searches: readonly string[]): string[] {
  const kept: string[] = [];
  for (const search of searches.slice(0, MOST_SEARCHES)) {
    if ([...kept, search].join(' ').length > LONGEST_SEARCH) break;
    kept.push(search);
  }
  return kept;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
