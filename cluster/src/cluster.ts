import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createMemoryBus, type Bus } from '@gantry/bus';
import type { Client } from '@gantry/client';
import { ownIdentity } from '@gantry/machine';
import { ensureCertificates, ensureEncryptionKey, type ApiNames, type ClusterCertificates } from './certificates/certificates.js';
import { ensureServiceAccountKeys } from './certificates/service-account-key.js';
import type * as ControlPlane from './control-plane.js';
import type { KubeconfigEntry } from './kubeconfig/document.js';
import { defaultKubeconfig, mergeKubeconfig, standaloneKubeconfig } from './kubeconfig/merge.js';
import { removeFormerContainers } from './lifecycle/former-runtime.js';
import { examineMachine, machineTotals, type Machine } from './machine/machine.js';
import { API_TUNNEL, apiServiceAddress, type NetworkSettings } from './network/settings.js';
import type { Nodes } from './node/nodes.js';
import { ClusterError, resolveOptions, type ClusterOptions, type ResolvedOptions, type RuntimeName } from './options.js';
import type { OciPrograms } from './programs/programs.js';
import { startPostgres, type RunningPostgres } from './postgres/postgres.js';
import { step } from './progress.js';
import { Stack } from './stack.js';
import { explainFileError, writeFileAtomic } from './state/files.js';
import { takeLock } from './state/lock.js';
import { defaultHome, placesOf, type Places } from './state/places.js';
import { choosePort } from './state/port.js';
import { readSettings, writeRunState, writeSettings, type RunState, type Settings } from './state/settings.js';
import { SERVER_VERSION } from './version.js';

/** A cluster that runs in this process (and, for its real nodes, in children of it). */
export interface Cluster {
  readonly name: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly runtime: RuntimeName;
  /** A kubeconfig with nothing but this cluster, as text. */
  readonly kubeconfig: string;
  /** The context's name where the kubeconfig was merged; undefined when it was not. */
  readonly context: string | undefined;
  readonly nodes: readonly string[];
  /** An administrator's client. */
  readonly client: Client;
  /** The bus of the control plane: for tests that inject faults. */
  readonly bus: Bus;
  /** Ends everything that was started, pods included (with their grace); keeps the objects. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a cluster, or starts the stopped one of this name again; rejects with everything undone when a step fails. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const resolved = resolveOptions(options, defaultHome());
  const places = placesOf(resolved.home, resolved.name);
  const stack = new Stack(resolved.logger);
  const release = takeLock(places.lock, resolved.name);
  stack.push('lock', () => Promise.resolve(release()));
  try {
    return await start(resolved, places, stack);
  } catch (error) {
    await stack.unwind();
    throw explainFileError(error, places.folder);
  }
}

async function start(options: ResolvedOptions, places: Places, stack: Stack): Promise<Cluster> {
  const { onProgress, logger } = options;
  await Promise.all([places.folder, places.logs, places.nodes, places.sockets].map((folder) => mkdir(folder, { recursive: true, mode: folder === places.sockets ? 0o755 : 0o700 })));
  const remembered = await readSettings(places);
  const machine = await step(onProgress, 'machine', () => examineMachine(options.runtime, { former: remembered?.runtime, report: onProgress }), describeMachine);
  if (machine.runtime === 'hollow' && options.runtime !== 'hollow') {
    options.onWarning(`pods are hollow: ${machine.reason}. They exist in status only; no container runs.`);
  }
  if (machine.runtime === 'oci' && remembered?.runtime === 'docker') options.onWarning(`pods run without the engine that ran them before: ${machine.reason}.`);
  await removeFormerContainers({ machine, remembered, places });
  const prepared = await prepareSettings(options, places, machine, remembered);
  await writeRunState(places, runState(prepared, machine)('starting', {}));
  const isFirst = !existsSync(places.postgresData);
  let recordAgain = (): void => undefined;
  const startingPostgres = step(onProgress, 'postgres', () => startPostgres({ dataDir: places.postgresData, runtimeDir: places.sockets, logger: logger.child({ component: 'postgres' }), onRestart: () => recordAgain() }), describePostgres);
  stack.starting('postgres', startingPostgres, (running) => running.stop()).catch(() => undefined);
  const certificates = await step(onProgress, 'certificates', () => ensureCertificates(places.certificates, Date.now(), apiNames(options.network)));
  const [encryptionKey, keys] = await Promise.all([ensureEncryptionKey(places.encryptionKey), ensureServiceAccountKeys(places.certificates)]);
  const serviceAccounts = { issuer: `https://kubernetes.default.svc.${options.network.clusterDomain}`, keys };
  const { componentClient, startControlPlane, startLoops } = await loadWhilePostgresStarts(isFirst);
  const postgres = await startingPostgres;
  const bus = createMemoryBus({ onHandlerError: (error) => logger.error({ error }, 'a handler of a bus message failed') });
  stack.push('bus', () => bus.close());
  const control = { bus, postgres: postgres.config, compaction: options.history, port: prepared.port, portIsFixed: options.port !== undefined, certificates, encryptionKey, serviceAccounts, network: options.network, version: SERVER_VERSION, logger, stack };
  const plane = await step(onProgress, 'control plane', () => startControlPlane(control), (started) => `https://127.0.0.1:${started.port}`);
  const { port } = plane;
  const entry = entryOf(options.name, port, certificates);
  const settings = { ...prepared, port };
  const state = runState(settings, machine);
  const merged = await writeKubeconfigs(options, places, settings, entry);
  await startLoops({ bus, logger, stack, network: options.network, authority: certificates.authority, plane });
  const client = componentClient(bus, 'cluster');
  const { startNodes } = await import('./node/nodes.js');
  let running = false;
  const record = (processes: RunState['processes']): Promise<void> => writeRunState(places, state('running', { postgres: postgres.pid, ...processes }));
  let processes: RunState['processes'] = {};
  const onRestart = (restarted: RunState['processes']): void => {
    processes = restarted;
    recordAgain();
  };
  recordAgain = () => {
    if (running) record(processes).catch((error: unknown) => logger.warn({ error: String(error) }, 'the ids of the processes could not be written down'));
  };
  const nodes = await step(onProgress, 'nodes', () => startNodes({ bus, client, machine, places, cluster: options.name, nodes: settings.nodes, hollow: settings.hollow, network: options.network, logger, stack, onWarning: options.onWarning, onRestart }), describeNodes);
  if (machine.runtime !== 'hollow') await offerNodePorts(client, { ...options, bus, stack });
  processes = nodes.processes;
  await record(processes);
  running = true;
  return {
    name: options.name,
    server: entry.server,
    runtime: machine.runtime,
    kubeconfig: standaloneKubeconfig(entry),
    context: merged,
    nodes: nodes.names,
    client,
    bus,
    stop: async () => {
      running = false;
      await writeRunState(places, state('stopping', {}));
      await stack.unwind();
    },
  };
}

/** Most of a start's time is that of loading the services, so Postgres is on its way before. A first start, or one after an upgrade, needs what migrates too. */
async function loadWhilePostgresStarts(isFirst: boolean): Promise<typeof ControlPlane> {
  const [plane, { preloadMigrations }] = await Promise.all([import('./control-plane.js'), import('@gantry/store')]);
  if (isFirst) preloadMigrations().catch(() => undefined);
  return plane;
}

/** Loaded when the cluster is there already: nothing waits for it. */
async function offerNodePorts(client: Client, { bus, stack, logger, onWarning }: Pick<ResolvedOptions, 'logger' | 'onWarning'> & { bus: Bus; stack: Stack }): Promise<void> {
  const [{ startHostPorts }, { createInformers }] = await Promise.all([import('./host-ports/host-ports.js'), import('@gantry/informer')]);
  const own = logger.child({ component: 'host-ports' });
  const informers = createInformers({ client, bus, logger: own });
  stack.push('informers of host ports', () => informers.stop());
  const ports = startHostPorts({ informers, logger: own, onWarning });
  stack.push('host ports', () => ports.stop());
  informers.start();
}

function apiNames(network: NetworkSettings): ApiNames {
  return { clusterDomain: network.clusterDomain, addresses: [apiServiceAddress(network), API_TUNNEL.address] };
}

async function prepareSettings(options: ResolvedOptions, places: Places, machine: Machine, remembered: Settings | undefined): Promise<Settings> {
  if (remembered === undefined) refuseFormerData(places);
  const settings: Settings = {
    createdAt: new Date().toISOString(),
    ...remembered,
    name: options.name,
    port: await choosePort(options.port, remembered?.port),
    nodes: options.nodes ?? remembered?.nodes ?? 1,
    hollow: options.hollow ?? remembered?.hollow ?? 0,
    runtime: machine.runtime,
    ...(machine.runtime === 'docker' ? { engineSocket: machine.socketPath } : {}),
  };
  await writeSettings(places, settings);
  return settings;
}

/** A database without the keys and settings of its cluster cannot be used: its Secrets cannot be opened, its nodes do not match. */
function refuseFormerData(places: Places): void {
  if (!existsSync(places.postgresData)) return;
  throw new ClusterError(`${places.system} holds the database of a former cluster "${places.name}" whose folder ${places.folder} is gone`, `remove it with "gantry delete --name ${places.name}", or put the folder back`);
}

function runState(settings: Settings, machine: Machine): (phase: RunState['phase'], processes: RunState['processes']) => RunState {
  const startedAt = new Date().toISOString();
  return (phase, processes) => ({ process: ownIdentity(), phase, startedAt, server: `https://127.0.0.1:${settings.port}`, runtime: settings.runtime, ...(machine.runtime === 'oci' ? { programs: versionsOf(machine.programs) } : {}), processes });
}

function versionsOf({ runtime, conmon }: OciPrograms): Record<string, string> {
  return Object.fromEntries([runtime, conmon].map(({ name, version }) => [name, version]));
}

function entryOf(name: string, port: number, certificates: ClusterCertificates): KubeconfigEntry {
  const { authority, admin } = certificates;
  return { name, server: `https://127.0.0.1:${port}`, certificateAuthority: authority.certificate, clientCertificate: admin.certificate, clientKey: admin.key };
}

/** The cluster's own file always; the user's unless told not to. Returns the context's name where it was merged. */
async function writeKubeconfigs(options: ResolvedOptions, places: Places, settings: Settings, entry: KubeconfigEntry): Promise<string | undefined> {
  await writeFileAtomic(places.adminKubeconfig, standaloneKubeconfig(entry));
  await writeSettings(places, settings);
  if (options.kubeconfig === false) return undefined;
  const merged = await mergeKubeconfig(options.kubeconfig ?? defaultKubeconfig(), entry, settings.kubeconfig);
  await writeSettings(places, { ...settings, kubeconfig: merged });
  return entry.name;
}

function describeMachine(machine: Machine): string {
  if (machine.runtime === 'hollow') return 'hollow pods';
  if (machine.runtime === 'oci') return `${machine.programs.runtime.name} ${machine.programs.runtime.version}, no engine, ${sizeOf(machineTotals())}`;
  return `Docker ${machine.engine.version}, ${sizeOf(machine.engine)}`;
}

function sizeOf({ cpus, memoryBytes }: { readonly cpus: number; readonly memoryBytes: number }): string {
  return `${cpus} CPUs, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`;
}

function describePostgres(postgres: RunningPostgres): string {
  return postgres.adopted ? 'adopted from the last run' : 'started';
}

function describeNodes(nodes: Nodes): string {
  const real = nodes.names.length > 5 ? `${nodes.names.length} nodes` : nodes.names.join(', ');
  return `${real}${nodes.hollow === 0 ? '' : ` and ${nodes.hollow} hollow ones`} Ready`;
}
