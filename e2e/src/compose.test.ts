import { CONFIGMAPS, ENDPOINTS, NAMESPACES, PODS, type Client } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adminClient } from './kit/admin-client.js';
import { background } from './kit/background.js';
import { composeProject, composeReason, type ComposeProject } from './kit/compose.js';
import { findKubectl, kubectlOf } from './kit/kubectl.js';
import { ResumedWatch } from './kit/resumed-watch.js';
import { runOk } from './kit/run.js';
import { SteadyWriter } from './kit/steady-writer.js';

/** The control plane as services: what kubectl does through the balancer, and what is left of writes and watches when each part crashes. */
const SERVICES = ['postgres', 'nats', 'store', 'api', 'balancer', 'controllers', 'scheduler'];
const VERSIONS = ['1.27', '1.33'] as const;
const LONG = 240_000;
const MINUTE = { timeout: 60_000, interval: 100 };
/** Acknowledged writes after which a part counts as back. */
const ENOUGH = 100;
/** Run in a store's container: it alone may. */
const PURGE = `
  import { connectNatsBus, readNatsSettings } from '@gantry/bus/nats';
  import { Environment } from '@gantry/platform/process';
  const bus = await connectNatsBus(readNatsSettings(new Environment(process.env), 'store'));
  const answer = await bus.request('$JS.API.STREAM.PURGE.WATCH', new Uint8Array(0), { timeoutMs: 5000 });
  if (!JSON.parse(Buffer.from(answer.data).toString()).success) throw new Error('the stream was not purged');
  await bus.close();`;
const reason = VERSIONS.some((version) => findKubectl(version) === undefined) ? `this machine has no kubectl ${VERSIONS.join(' or ')}` : await composeReason();

describe.skipIf(reason !== undefined)(`the control plane under Compose${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let compose: ComposeProject;
  let client: Client;
  beforeAll(async () => {
    compose = await composeProject(`gantry-plane-${process.pid}`, ['setup']);
    const from = performance.now();
    await compose(['up', '--detach', '--no-build', ...SERVICES]);
    await compose.writeKubeconfig();
    client = await adminClient(compose.kubeconfig);
    await vi.waitUntil(() => client.resource(NAMESPACES).get('default').catch(() => undefined), MINUTE);
    say(`served ${seconds(from)} after \`docker compose up\``);
  }, 900_000);
  afterAll(async () => {
    await client?.close();
    await compose?.dispose();
  });

  it.each(VERSIONS)('kubectl %s applies, gets and watches through the balancer', async (version) => {
    const kubectl = kubectlOf(findKubectl(version) ?? '', version, compose.kubeconfig);
    expect(await kubectl('config', 'current-context')).toBe('gantry-compose\n');
    const name = `of-${version}`;
    const manifest = (value: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } });
    await kubectl.input(manifest('1'), 'apply', '-f', '-');
    const watch = background(kubectl.program, ['get', 'configmap', name, '--watch', '--output', 'jsonpath={.data.value}{"\\n"}'], kubectl.env);
    await watch.until(/^1$/m);
    await kubectl.input(manifest('2'), 'apply', '-f', '-');
    await watch.until(/^2$/m);
    await watch.end();
    expect(await kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.value}')).toBe('2');
    await kubectl('delete', 'configmap', name);
  });

  it('any number of replicas serve, without a restart of the others', async () => {
    const addresses = async (): Promise<number> => (await client.resource(ENDPOINTS, 'default').get('kubernetes')).subsets?.[0]?.addresses?.length ?? 0;
    await compose(['up', '--detach', '--no-build', '--no-recreate', '--scale', 'api=3', '--scale', 'store=3', 'api', 'store']);
    await vi.waitUntil(async () => (await addresses()) === 3, MINUTE);
    await compose(['up', '--detach', '--no-build', '--no-recreate', '--scale', 'api=2', '--scale', 'store=2', 'api', 'store']);
    await vi.waitUntil(async () => (await addresses()) === 2, MINUTE);
  });

  describe('under writes, with a watch that never lists again', () => {
    const NAMESPACE = 'load';
    let writer: SteadyWriter;
    let watch: ResumedWatch;
    beforeAll(async () => {
      await client.resource(NAMESPACES).create({ metadata: { name: NAMESPACE } });
      const { metadata } = await client.resource(CONFIGMAPS, NAMESPACE).list();
      watch = new ResumedWatch(client, NAMESPACE, metadata.resourceVersion ?? '');
      writer = new SteadyWriter(client, NAMESPACE, 4);
      await writer.acknowledges(ENOUGH);
    }, LONG);

    async function survives(what: string, hit: () => Promise<unknown>): Promise<void> {
      writer.longestSilence();
      const from = performance.now();
      await hit();
      const running = seconds(from);
      await writer.acknowledges(ENOUGH);
      say(`${what}: runs again after ${running}, longest time without an acknowledged write ${(writer.longestSilence() / 1000).toFixed(2)} s`);
    }

    it.each([['store', 1], ['store', 2], ['api', 1], ['api', 2], ['balancer', 1], ['nats', 1], ['postgres', 1]] as const)('%s %i crashes, and writes go on', { timeout: LONG }, async (service, replica) => {
      await survives(`${service}-${replica} killed`, () => compose.crash(service, replica));
    });

    it.each(['nats', 'postgres'])('%s is restarted, and writes go on', { timeout: LONG }, async (service) => {
      await survives(`${service} restarted`, () => compose(['restart', service]));
    });

    it('nats is removed with all it kept and comes back, and writes go on', { timeout: LONG }, async () => {
      await survives('nats removed and made anew', async () => {
        await compose(['rm', '--force', '--stop', '--volumes', 'nats']);
        await compose(['up', '--detach', '--no-build', '--no-deps', 'nats']);
      });
    });

    it('the stream that carries the watch is purged, and writes go on', { timeout: LONG }, async () => {
      await survives('the stream purged', () => compose(['exec', '-T', 'store', 'node', '--input-type=module', '--eval', PURGE]));
    });

    it('while nats is away, reads from the cache go on, and what needs the store is refused', { timeout: LONG }, async () => {
      await compose(['stop', 'nats']);
      expect((await client.resource(NAMESPACES).get(NAMESPACE, { resourceVersion: '0' })).metadata?.name).toBe(NAMESPACE);
      await expect(client.resource(NAMESPACES).create({ metadata: { name: 'refused' } })).rejects.toMatchObject({ status: { code: 503 } });
      await expect(client.resource(NAMESPACES).list()).rejects.toMatchObject({ status: { code: 503 } });
      await compose(['start', 'nats']);
      await writer.acknowledges(ENOUGH);
    });

    it.each([1, 2])('controllers and scheduler %i crash, and a deployment still gets a pod that somebody looks at', { timeout: LONG }, async (replica) => {
      const name = `after-${replica}`;
      await Promise.all([compose.crash('controllers', replica), compose.crash('scheduler', replica)]);
      const from = performance.now();
      const kubectl = kubectlOf(findKubectl('1.33') ?? '', '1.33', compose.kubeconfig);
      await kubectl('create', 'namespace', name);
      await kubectl('create', 'deployment', 'web', '--namespace', name, '--image=nginx:1');
      const isJudged = async (): Promise<boolean> => (await client.resource(PODS, name).list()).items.some(({ status }) => status?.conditions?.some(({ type }) => type === 'PodScheduled'));
      await vi.waitUntil(isJudged, MINUTE);
      say(`controllers-${replica} and scheduler-${replica} killed: a deployment's pod is judged after ${seconds(from)}`);
    });

    it('no acknowledged write is lost, none is twice, none that was refused was done, and the watch had no gap', { timeout: LONG }, async () => {
      await writer.stop();
      await vi.waitUntil(() => [...writer.acknowledged.keys()].every((name) => watch.created.has(name)), MINUTE);
      await watch.stop();
      const { items } = await client.resource(CONFIGMAPS, NAMESPACE).list();
      const stored = new Map(items.map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]));
      expect([...writer.acknowledged].filter(([name, version]) => stored.get(name) !== version)).toEqual([]);
      expect([...writer.acknowledged].filter(([name, version]) => watch.created.get(name) !== version)).toEqual([]);
      expect([...watch.created.keys()].filter((name) => !stored.has(name))).toEqual([]);
      expect(writer.refused.filter((name) => stored.has(name))).toEqual([]);
      expect(watch.violations).toEqual([]);
      say(`${writer.acknowledged.size} acknowledged writes, 0 lost; the watch broke ${watch.breaks} times and saw ${watch.created.size} creations once each; not acknowledged:`);
      for (const [what, count] of writer.failures) say(`  ${count} × ${what}`);
    });

    it('revisions are dense: every one is in the log once', async () => {
      const lost = await compose(['exec', '-T', 'postgres', 'psql', '-U', 'gantry', '-d', 'gantry', '-Atc', 'SELECT max(revision) - min(revision) + 1 - count(*) FROM gantry.log']);
      expect(lost.trim()).toBe('0');
    });
  });

  it('`docker compose down --volumes` leaves nothing', { timeout: LONG }, async () => {
    await compose(['down', '--volumes']);
    expect(await compose.objects()).toEqual([]);
    const labelled = await Promise.all(['container', 'network', 'volume'].map((kind) => runOk('docker', [kind, 'ls', '--quiet', '--filter', `label=io.gantry.cluster=${compose.project}`])));
    expect(labelled.join('')).toBe('');
  });
});

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(2)} s`;
}

function say(line: string): void {
  process.stdout.write(`compose: ${line}\n`);
}
