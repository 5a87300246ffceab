import { createComposeContainers, createDockerRuntime, homeLabel, type ComposeContainers, type OwnContainer } from '@gantry/container-runtime/docker';
import { describeEngine, type EngineDescription } from '@gantry/container-runtime';
import { connectionCheck } from '@gantry/bus/nats';
import type { RunningService, ServiceContext } from '@gantry/platform/process';
import { DEFAULT_NETWORK } from '../../network/settings.js';
import { capacityOf } from '../../node/capacity.js';
import type { NodeSettings } from '../../node-process/messages.js';
import { runNode, type RunningNode } from '../../node-process/run-node.js';
import { KUBELET_VERSION } from '../../version.js';
import type { NodeConfig } from './config.js';
import { connectNode, type NodeConnection } from './connection.js';
import { markPresent, windUp } from './departed.js';
import { nodesSharing, watchFellows, type Fellows } from './fellows.js';
import { nodeFolders, type NodeFolder, type NodeFolders } from './folders.js';
import { enginePath, formerClaimant, identityOf, ownContainerId, type NodeIdentity } from './identity.js';

const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
/** Tells the containers of Compose nodes' pods from those of clusters with a home of their own. */
const HOME = 'compose';

/** What a node knows of itself before it has joined. */
interface Place {
  readonly own: OwnContainer;
  readonly identity: NodeIdentity;
  readonly engine: EngineDescription;
  readonly containers: ComposeContainers;
  readonly folders: NodeFolders;
  readonly folder: NodeFolder;
}

/** This container as a node of the cluster. Resolves when it is registered; rejects where another container has its name. */
export async function startComposeNode(config: NodeConfig, context: ServiceContext): Promise<RunningService> {
  const { signal } = context;
  const place = await findPlace(config);
  const { name } = place.identity;
  const logger = context.logger.child({ node: name });
  await ensureImage(config.engineSocket, place);
  const connect = (nodeName: string, folder: string, until: AbortSignal): Promise<NodeConnection> => connectNode({ reach: config.bus, nodeName, folder, logger, signal: until });
  const connection = await connect(name, place.folder.identity, signal);
  await markPresent(connection.client, name);
  const warn = (text: string): void => logger.warn({}, text);
  const node = await runNode({ settings: await settingsOf(config, place), bus: connection.bus, logger, warn, apiTunnel: false, engine: machineOf(config, place), signal });
  const fellows = followFellows(config, { ...context, logger }, place, node, connect);
  return {
    checks: [connectionCheck(connection.bus)],
    stop: async () => {
      await fellows.stop();
      await node.stop({ endPods: true, tell: true });
      await connection.close();
      place.containers.close();
    },
  };
}

async function findPlace({ engineSocket, dataDirectory }: NodeConfig): Promise<Place> {
  if (process.ppid === 0) throw new Error('the node does not see the processes of its machine: its container must have `pid: host`');
  const containers = createComposeContainers(engineSocket);
  const own = await containers.own(await ownContainerId());
  const identity = identityOf(own);
  const former = formerClaimant(own, await containers.list(own));
  if (former !== undefined) throw new Error(`${identity.name} is another container already, which runs: ${former.id.slice(0, 12)}`);
  const engine = await describeEngine(engineSocket);
  if (engine === undefined) throw new Error(`no Docker engine answers at ${engineSocket}`);
  const folders = nodeFolders(dataDirectory);
  return { own, identity, engine, containers, folders, folder: await folders.ensure(own.number) };
}

/** What every pod needs first. */
async function ensureImage(socketPath: string, { identity }: Place): Promise<void> {
  const runtime = createDockerRuntime({ socketPath, cluster: identity.cluster, node: identity.name });
  try {
    if ((await runtime.imageStatus(PAUSE_IMAGE)) === undefined) await runtime.pullImage(PAUSE_IMAGE);
  } finally {
    await runtime.close();
  }
}

async function settingsOf({ engineSocket }: NodeConfig, { own, identity, engine, containers, folder }: Place): Promise<NodeSettings> {
  return {
    cluster: identity.cluster,
    nodeName: identity.name,
    dataDirectory: folder.data,
    runtime: { kind: 'docker', engineSocket, networkContainer: own.id, pauseImage: PAUSE_IMAGE, containerLabels: { ...identity.podLabels, ...homeLabel(HOME) } },
    nodeAddress: identity.address,
    network: DEFAULT_NETWORK,
    capacity: capacityOf(engine, Math.max(1, nodesSharing(await containers.list(own)))),
    labels: {},
    kubeletVersion: KUBELET_VERSION,
  };
}

/** The machine as who started this container sees it, one of the engine's own processes: files have other names there than here. */
function machineOf({ dataDirectory, engineSocket }: NodeConfig, { own: { mounts } }: Place) {
  const toEngine = (path: string): string => enginePath(mounts, path);
  const engine = `/proc/${process.ppid}`;
  return { enginePath: toEngine, engineStatus: `${engine}/status`, machineRoot: `${engine}/root`, forbiddenPaths: [dataDirectory, toEngine(dataDirectory), toEngine(engineSocket)] };
}

function followFellows({ engineSocket }: NodeConfig, { logger }: ServiceContext, { own, identity, engine, containers, folders }: Place, node: RunningNode, connect: (name: string, folder: string, signal: AbortSignal) => Promise<NodeConnection>): Fellows {
  return watchFellows({
    containers, logger,
    service: own,
    number: own.number,
    inUse: () => folders.inUse(),
    shared: (nodes) => node.resize(capacityOf(engine, nodes)),
    departed: (number, signal) => windUp({ folders, engineSocket, cluster: identity.cluster, home: HOME, connect, logger }, number, signal),
  });
}
