import { copyFile } from 'node:fs/promises';
import { NAMESPACES, NODES, type Client } from '@gantry/client';
import { vi } from 'vitest';
import { adminClient } from './admin-client.js';
import { composeProject, type ComposeProject } from './compose.js';
import { containersOnEngine } from './containers.js';
import type { ClusterForm, FormCluster } from './form.js';
import { tracesOfProject } from './project-traces.js';
import { run, runOk } from './run.js';

const SERVICES = ['postgres', 'nats', 'store', 'api', 'balancer', 'controllers', 'scheduler', 'node'];
const PATIENCE = { timeout: 120_000, interval: 200 };
/** A pod that ignores its end has 30 seconds of its node's stop. */
const DOWN_MS = 180_000;

/** Several suites, one after another, over one project: it takes longer to come up than the others take. */
export interface SharedCompose {
  /** For all suites but the last: what a suite made is deleted, the project stays up. */
  readonly shared: ClusterForm;
  /** For the last one: `docker compose down --volumes --remove-orphans` deletes it. */
  readonly last: ClusterForm;
  /** Builds the images, which may take minutes. */
  prepare(): Promise<void>;
  dispose(): Promise<void>;
}

/** The project as `docker compose up` makes it, with `nodes` nodes, but for what only looks at it. It comes up with the first cluster that does. */
export function sharedCompose(project: string, nodes: number): SharedCompose {
  let started: Promise<Started> | undefined;
  const start = (): Promise<Started> => (started ??= startProject(project, nodes));
  const form = (ending: Ending): ClusterForm => ({ title: ' under Compose', runtime: 'docker', cluster: async (name) => clusterIn(await start(), name, ending) });
  return {
    shared: form(ofSuite),
    last: form(ofProject),
    prepare: async () => void (await start()),
    dispose: async () => (await started)?.dispose(),
  };
}

/** The project, which may be up, and the machine before it was. */
interface Started {
  readonly compose: ComposeProject;
  readonly before: readonly string[];
  /** Resolves when all of its nodes are Ready. */
  up(): Promise<Client>;
  dispose(): Promise<void>;
}

async function startProject(project: string, nodes: number): Promise<Started> {
  const compose = await composeProject(project, ['setup', 'node']);
  const before = await tracesOfProject(compose);
  let client: Promise<Client> | undefined;
  return {
    compose,
    before,
    up: () => (client ??= upWith(compose, nodes)),
    dispose: async () => {
      await client?.then((one) => one.close(), () => undefined);
      await compose.dispose();
    },
  };
}

async function upWith(compose: ComposeProject, nodes: number): Promise<Client> {
  await compose(['up', '--detach', '--no-build', '--scale', `node=${nodes}`, ...SERVICES]);
  await compose.writeKubeconfig();
  const client = await adminClient(compose.kubeconfig);
  const ready = async (): Promise<number> => (await client.resource(NODES).list()).items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length;
  await vi.waitUntil(async () => (await ready()) === nodes, PATIENCE);
  return client;
}

/** What a suite's end is: how all that it made goes, and what was there before. */
interface Ending {
  /** Once, when the suite begins. */
  before(started: Started, client: Client): Promise<{ readonly namespaces: readonly string[]; readonly traces: readonly string[] }>;
  delete(started: Started, namespaces: readonly string[], client: Client): Promise<void>;
}

const ofSuite: Ending = {
  before: async ({ compose }, client) => ({ namespaces: await namespacesOf(client), traces: await tracesOfProject(compose) }),
  delete: async (_started, namespaces, client) => {
    const made = async (): Promise<string[]> => (await namespacesOf(client)).filter((name) => !namespaces.includes(name));
    for (const name of await made()) await client.resource(NAMESPACES).delete(name);
    await vi.waitUntil(async () => (await made()).length === 0, PATIENCE);
  },
};

const ofProject: Ending = {
  before: ({ before }) => Promise.resolve({ namespaces: [], traces: before }),
  delete: async ({ compose }) => void (await compose(['down', '--volumes', '--remove-orphans'], { timeoutMs: DOWN_MS })),
};

async function clusterIn(started: Started, name: string, ending: Ending): Promise<FormCluster> {
  const { compose } = started;
  const kubeconfig = `${compose.kubeconfig}-${name}`;
  let before: Awaited<ReturnType<Ending['before']>> = { namespaces: [], traces: [] };
  return {
    kubeconfig,
    containers: containersOnEngine(`compose.${compose.project}`),
    up: async () => {
      const client = await started.up();
      await copyFile(compose.kubeconfig, kubeconfig);
      before = await ending.before(started, client);
    },
    killNode: (node) => killNode(compose, node),
    delete: async () => ending.delete(started, before.namespaces, await started.up()),
    left: async () => (await tracesOfProject(compose)).filter((trace) => !before.traces.includes(trace)),
    dispose: () => Promise.resolve(),
  };
}

async function namespacesOf(client: Client): Promise<string[]> {
  return (await client.resource(NAMESPACES).list()).items.map(({ metadata }) => metadata?.name ?? '');
}

async function killNode(compose: ComposeProject, node: string): Promise<void> {
  const pods = await runOk('docker', ['ps', '-q', '--filter', `label=io.gantry.cluster=compose.${compose.project}`, '--filter', `label=io.gantry.node=${node}`]);
  await Promise.all([compose.crash('node', Number(node.replace('node-', ''))), run('docker', ['kill', ...pods.trim().split('\n')])]);
}
