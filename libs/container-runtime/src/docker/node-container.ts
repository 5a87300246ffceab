import type DockerClient from 'dockerode';
import { Docker } from './client.js';
import { RuntimeError } from '../runtime.js';

/**
 * The engine-side half of a standalone node: a Docker network of the cluster's own and one small container a node, whose
 * network namespace is the node's. Docker gives it address translation, firewall and publishing; the kubelet enters it.
 */

/** Every container and network of a cluster has it; the value is the cluster's name. */
export const CLUSTER_LABEL = 'io.gantry.cluster';
const HOME_LABEL = 'io.gantry.home';
const ROLE_LABEL = 'io.gantry.role';
const NODE_LABEL = 'io.gantry.node';

export interface NodeContainerOptions {
  readonly socketPath: string;
  readonly cluster: string;
  /** Tells clusters of the same name under different homes apart. */
  readonly home: string;
  readonly node: string;
  readonly image: string;
  /**
   * Which address of the cluster's network it has, counted from the gateway's: 1 is the one after it. The same after every restart. Unset,
   * or where the network is none that this made: whichever is free.
   */
  readonly position?: number;
}

export interface NodeContainer {
  readonly id: string;
  /** Process id on the engine's host. */
  readonly pid: number;
  readonly address: string;
}

/** Makes sure that the node's container runs: an existing one is kept (its pods hang on it), a stopped one is started. */
export async function ensureNodeContainer(options: NodeContainerOptions): Promise<NodeContainer> {
  const docker = new Docker({ socketPath: options.socketPath });
  const network = `gantry-${options.cluster}`;
  await onceAtATime(network, async () => {
    await ensureNetwork(docker, network, options);
    await ensureImage(docker, options.image);
  });
  const container = await findOrCreate(docker, network, options);
  await container.start().catch(ignoreStatus(304));
  const state = await container.inspect();
  const address = state.NetworkSettings.Networks[network]?.IPAddress;
  if (!state.State.Running || !address) {
    throw new RuntimeError('start-failed', `the container of node ${options.node} does not run: ${state.State.Error || state.State.Status}`);
  }
  return { id: state.Id, pid: state.State.Pid, address };
}

/** Nodes that start together share a network and an image: the first makes them, the others find them. */
const preparing = new Map<string, Promise<void>>();

async function onceAtATime(network: string, prepare: () => Promise<void>): Promise<void> {
  const own = (preparing.get(network) ?? Promise.resolve()).catch(() => undefined).then(prepare);
  preparing.set(network, own);
  try {
    await own;
  } finally {
    if (preparing.get(network) === own) preparing.delete(network);
  }
}

/** Removes the containers of one node, its own and its pods'; returns how many. */
export async function removeNodeObjects(socketPath: string, cluster: string, home: string, node: string): Promise<number> {
  const docker = new Docker({ socketPath });
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`, `${HOME_LABEL}=${home}`, `${NODE_LABEL}=${node}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map((container) => docker.getContainer(container.Id).remove({ force: true, v: true }).catch(ignoreStatus(404, 409))));
  return containers.length;
}

/** Removes every container and network of the cluster; returns how many of each. */
export async function removeClusterObjects(socketPath: string, cluster: string, home: string): Promise<{ containers: number; networks: number }> {
  const docker = new Docker({ socketPath });
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`, `${HOME_LABEL}=${home}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map((container) => docker.getContainer(container.Id).remove({ force: true, v: true }).catch(ignoreStatus(404, 409))));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map((network) => docker.getNetwork(network.Id).remove().catch(ignoreStatus(404))));
  return { containers: containers.length, networks: networks.length };
}

/** Stops (keeps) the node containers of the cluster: their addresses go, their names stay. */
export async function stopNodeContainers(socketPath: string, cluster: string, home: string): Promise<void> {
  const docker = new Docker({ socketPath });
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`, `${HOME_LABEL}=${home}`, `${ROLE_LABEL}=node`] };
  const containers = await docker.listContainers({ filters });
  await Promise.all(containers.map((container) => docker.getContainer(container.Id).stop({ t: 0 }).catch(ignoreStatus(304, 404))));
}

/** The label by which containers of a cluster under one home are told from those of its namesake under another. */
export function homeLabel(home: string): Record<string, string> {
  return { [HOME_LABEL]: home };
}

function labelsOf(options: NodeContainerOptions): Record<string, string> {
  return { [CLUSTER_LABEL]: options.cluster, ...homeLabel(options.home) };
}

async function ensureNetwork(docker: DockerClient, name: string, options: NodeContainerOptions): Promise<void> {
  const existing = (await docker.listNetworks({ filters: { name: [`^${name}$`] } })).at(0);
  if (existing !== undefined) return assertOwn(existing.Labels ?? {}, name, options);
  await createNetwork(docker, name, options);
}

/**
 * Only in a network whose range was asked for can a container ask for its address. Which ranges are free the engine knows: it is made to
 * choose one, and the network is made again with that.
 */
async function createNetwork(docker: DockerClient, name: string, options: NodeContainerOptions): Promise<void> {
  const make = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(options) };
  const chosen: DockerClient.Network | undefined = await docker.createNetwork(make).catch(ignoreStatus(409));
  const description = (await chosen?.inspect()) as DockerClient.NetworkInspectInfo | undefined;
  const range = description?.IPAM?.Config?.[0];
  if (chosen === undefined || range?.Subnet === undefined) return;
  await chosen.remove();
  await docker.createNetwork({ ...make, IPAM: { Config: [{ Subnet: range.Subnet, ...(range.Gateway === undefined ? {} : { Gateway: range.Gateway }) }] } }).catch(() => docker.createNetwork(make));
}

/** The address of that position; undefined where the engine would refuse it. */
async function addressAt(docker: DockerClient, network: string, position: number | undefined): Promise<string | undefined> {
  const description = (await docker.getNetwork(network).inspect()) as DockerClient.NetworkInspectInfo;
  const { Subnet: subnet, Gateway: gateway } = description.IPAM?.Config?.[0] ?? {};
  if (position === undefined || subnet === undefined || gateway === undefined) return undefined;
  const [base = 0, length] = [toNumber(subnet.split('/')[0] ?? ''), Number(subnet.split('/')[1])];
  const address = toNumber(gateway) + position;
  return address < base + 2 ** (32 - length) - 1 ? toText(address) : undefined;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

async function findOrCreate(docker: DockerClient, network: string, options: NodeContainerOptions): Promise<DockerClient.Container> {
  const name = `gantry-${options.cluster}-${options.node}`;
  const existing = docker.getContainer(name);
  const state = await existing.inspect().catch(ignoreStatus(404));
  if (state !== undefined) {
    assertOwn(state.Config.Labels, name, options);
    return existing;
  }
  return createContainer(docker, name, network, options);
}

async function createContainer(docker: DockerClient, name: string, network: string, options: NodeContainerOptions): Promise<DockerClient.Container> {
  const create = (address: string | undefined): Promise<DockerClient.Container> => docker.createContainer({
    name,
    Image: options.image,
    Hostname: options.node,
    Labels: { ...labelsOf(options), [ROLE_LABEL]: 'node', [NODE_LABEL]: options.node },
    HostConfig: { NetworkMode: network, Sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.route_localnet': '1' } },
    ...(address === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } } }),
  });
  return create(await addressAt(docker, network, options.position));
}

async function ensureImage(docker: DockerClient, image: string): Promise<void> {
  if ((await docker.getImage(image).inspect().catch(ignoreStatus(404))) === undefined) await pull(docker, image);
}

async function pull(docker: DockerClient, image: string): Promise<void> {
  try {
    const stream = await docker.pull(image);
    await new Promise<void>((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
  } catch (error) {
    throw new RuntimeError('pull-failed', `the image ${image} is not on the engine and cannot be pulled: ${(error as Error).message}`, { cause: error });
  }
}

/** A cluster of the same name under another home must not lose its containers to this one. */
function assertOwn(labels: Record<string, string>, name: string, options: NodeContainerOptions): void {
  if (labels[CLUSTER_LABEL] === options.cluster && labels[HOME_LABEL] === options.home) return;
  throw new RuntimeError('name-conflict', `${name} exists on the Docker engine and belongs to another program or to a cluster of this name under another home`);
}

function ignoreStatus(...codes: number[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes((error as { statusCode?: number }).statusCode ?? 0)) return undefined;
    throw error;
  };
}
