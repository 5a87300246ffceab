import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { environmentOf } from './kit/images.js';
import { titled, type ClusterForm, type FormCluster } from './kit/form.js';
import { freshRequest } from './kit/fresh-request.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { runOk } from './kit/run.js';
import { SteadyLoad } from './kit/steady-load.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = `${REPOSITORY}/examples/guestbook`;
/** What an engine must have. */
export const GUESTBOOK_IMAGES = ['node:24-bookworm-slim', 'registry.k8s.io/pause:3.10'];
const PATIENCE = { timeout: 120_000, interval: 200 };
const ROLLED_OUT = '--timeout=180s';

/** What the page says as data. */
interface Book {
  readonly version: string;
  readonly webPod: string;
  readonly apiPod: string;
  readonly total: number;
  readonly entries: readonly { readonly name: string; readonly text: string }[];
}

/**
 * The example as its README shows it, over two nodes: an application whose parts find each other, and that nobody notices being replaced.
 * `reason`: why it cannot be done here. `versions`: of kubectl.
 */
export function describeGuestbook(form: ClusterForm, reason: string | undefined, versions: readonly string[] = ['1.27', '1.33']): void {
  describe.skipIf(reason !== undefined)(titled('the guestbook on two nodes', form, reason), () => {
    beforeAll(async () => {
      await runOk(process.execPath, [`${REPOSITORY}/scripts/examples/build.mjs`, '--runtime', form.runtime], { env: environmentOf(form.runtime) });
    });

    for (const version of versions) {
      const program = findKubectl(version);
      describe.skipIf(program === undefined)(`with kubectl ${version}${program === undefined ? ' (skipped: this machine has no such kubectl)' : ''}`, () => {
        let cluster: FormCluster;
        let kubectl: Kubectl;
        let urls: string[];
        beforeAll(async () => {
          cluster = await form.cluster(`guests-${version.replace('.', '-')}-${process.pid}`);
          await cluster.up(2);
          kubectl = kubectlOf(program ?? '', version, cluster.kubeconfig);
          await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
          await findPorts();
        });
        afterAll(async () => {
          await cluster?.dispose();
        });

        /** A node that was started again may have another address. */
        const findPorts = async (): Promise<void> => {
          const addresses = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}');
          urls = addresses.trim().split(' ').map((address) => `http://${address}:30080`);
        };
        const inGuestbook = (...args: string[]): Promise<string> => kubectl('-n', 'guestbook', ...args);
        const rolledOut = async (...parts: string[]): Promise<void> => {
          for (const part of parts) await inGuestbook('rollout', 'status', `deployment/${part}`, ROLLED_OUT);
        };
        const book = async (url: string): Promise<Book> => {
          const { status, body } = await freshRequest(`${url}/entries`);
          if (status !== 200) throw new Error(`${url} answered ${status}`);
          return JSON.parse(body) as Book;
        };
        /** Each node's port answers, by whichever pod. */
        const answersEverywhere = async (): Promise<void> => {
          for (const url of urls) await vi.waitFor(() => book(url), PATIENCE);
        };
        const write = async (url: string, text: string): Promise<number> => (await freshRequest(url, { name: 'Ada', text })).status;
        const podsOf = async (part: string): Promise<string[]> => (await inGuestbook('get', 'pods', '-l', `app.kubernetes.io/component=${part}`, '-o', 'name')).trim().split('\n');

        it('is applied and rolls out, over both nodes', async () => {
          expect(urls).toHaveLength(2);
          expect(await kubectl('apply', '-k', `${EXAMPLE}/manifests`)).toContain('deployment.apps/web created');
          await rolledOut('store', 'api', 'web');
          expect(await kubectl('apply', '-k', `${EXAMPLE}/manifests`)).toContain('deployment.apps/web unchanged');
          const nodes = await inGuestbook('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}');
          expect(new Set(nodes.trim().split(' '))).toEqual(new Set(['node-1', 'node-2']));
        });

        it('shows its page on the port of every node', async () => {
          await answersEverywhere();
          for (const url of urls) {
            const { body: page } = await freshRequest(url);
            for (const part of ['The harbour guestbook', 'version 1', 'page by <code>web-', 'entries by <code>api-']) expect(page).toContain(part);
          }
        });

        it('keeps what is written on one node, and shows it on the other', async () => {
          expect(await write(urls[0] ?? '', 'fair winds')).toBe(303);
          expect(await book(urls[1] ?? '')).toMatchObject({ version: '1', total: 1, entries: [{ name: 'Ada', text: 'fair winds' }] });
        });

        it('finds its parts by name: short, with the namespace, in full, and backwards', async () => {
          const script = `
            const { lookup, resolveSrv, reverse } = require('node:dns/promises');
            const names = ['api', 'api.guestbook', 'api.guestbook.svc', 'api.guestbook.svc.cluster.local'];
            (async () => {
              const addresses = await Promise.all(names.map(async (name) => (await lookup(name)).address));
              const missing = await lookup('nobody').catch((error) => error.code);
              const [srv] = await resolveSrv('_http._tcp.api.guestbook.svc.cluster.local');
              console.log(JSON.stringify({ addresses, missing, port: srv.port, back: await reverse(addresses[0]) }));
            })();`;
          const [pod = ''] = await podsOf('web');
          const told = JSON.parse(await inGuestbook('exec', pod, '--', 'node', '-e', script)) as { addresses: string[] };
          const address = await inGuestbook('get', 'service', 'api', '-o', 'jsonpath={.spec.clusterIP}');
          expect(told).toEqual({ addresses: Array.from({ length: 4 }, () => address), missing: 'ENOTFOUND', port: 80, back: ['api.guestbook.svc.cluster.local'] });
        });

        it('is answered by all pods of a part after it was scaled', async () => {
          await inGuestbook('scale', 'deployment/web', '--replicas=3');
          await rolledOut('web');
          const expected = (await podsOf('web')).map((name) => name.replace('pod/', '')).toSorted();
          expect(expected).toHaveLength(3);
          const seen = new Set<string>();
          await vi.waitFor(async () => {
            for (let count = 0; count < 20; count++) seen.add((await book(urls[count % 2] ?? '')).webPod);
            expect([...seen].toSorted()).toEqual(expected);
          }, PATIENCE);
        });

        it('rolls from the first image to the second without one failed request', async () => {
          await inGuestbook('scale', 'deployment/web', '--replicas=2');
          await rolledOut('web');
          const load = new SteadyLoad({ urls, rate: 40, timeout: 10_000 });
          load.start();
          expect(await kubectl('apply', '-k', `${EXAMPLE}/version-2`)).toContain('deployment.apps/web configured');
          await rolledOut('api', 'web');
          // Until the last pod of the first image has gone, with its grace.
          await vi.waitUntil(async () => [...(await podsOf('web')), ...(await podsOf('api'))].length === 4, PATIENCE);
          const { sent, failed } = await load.stop();
          process.stdout.write(`kubectl ${version}: ${sent} requests sent while rolling from 1 to 2, ${failed.length} failed\n`);
          expect(failed).toEqual([]);
          expect(sent).toBeGreaterThan(100);
          const after = await book(urls[0] ?? '');
          expect(after.version).toBe('2');
          expect(after.total).toBeGreaterThan(1);
        });

        it('is back in full after a pod was deleted', async () => {
          const [gone = ''] = await podsOf('web');
          await inGuestbook('delete', gone);
          await rolledOut('web');
          expect(await podsOf('web')).not.toContain(gone);
          await answersEverywhere();
        });

        it('is back in full after a node was killed: its process and all its containers', async () => {
          await cluster.killNode('node-2');
          // What the API says of the pods may be from before: one of the store, two of each other part run.
          await vi.waitUntil(async () => (await cluster.containers.running()).length === 5, PATIENCE);
          await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=120s');
          await rolledOut('store', 'api', 'web');
          await findPorts();
          await answersEverywhere();
          expect(await write(urls[1] ?? '', 'still here')).toBe(303);
          expect((await book(urls[0] ?? '')).entries[0]).toMatchObject({ text: 'still here' });
        });

        it('leaves nothing on the machine when the cluster is deleted', async () => {
          await cluster.delete();
          await vi.waitFor(async () => expect(await cluster.left()).toEqual([]), { timeout: 20_000, interval: 500 });
        });
      });
    }
  });
}
