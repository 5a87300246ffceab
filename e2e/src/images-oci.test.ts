import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { archiveOf, directory, imageOf, link } from '../../libs/container-images/src/image-harness.suite.js';
import { TestRegistry } from '../../libs/container-images/src/registry-harness.suite.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';

const BUSYBOX = '/bin/busybox';
const program = findKubectl('1.33');
/** Where nodes reach this machine. */
const address = Object.values(networkInterfaces()).flat().find((each) => each?.family === 'IPv4' && !each.internal)?.address;
const reason = reasonToSkip();

function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  if (!existsSync(BUSYBOX)) return 'this machine has no /bin/busybox to make an image of';
  if (address === undefined) return 'this machine has no address but those of its loopback interface';
  return program === undefined ? 'this machine has no kubectl 1.33' : undefined;
}

/** A registry that wants a password, and pods without an engine that have it or not. */
describe.skipIf(reason !== undefined)(`images of pods without an engine${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  const registry = new TestRegistry();
  beforeAll(async () => {
    gantry = await gantryIn(`pulls-${process.pid}`, 'oci');
    gantry.env['GANTRY_IMAGES'] = join(gantry.home, 'images');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await registry.start(address);
    const shell = archiveOf([directory('bin/'), { name: 'bin/busybox', content: await readFile(BUSYBOX), mode: 0o755 }, link('bin/sleep', 'busybox')]);
    registry.putImage(imageOf([shell], { config: { Cmd: ['sleep', '3600'], Env: ['PATH=/bin'] }, compress: (archive) => [gzipSync(archive), 'tar+gzip'] }), '1');
    const authorization = `Basic ${Buffer.from('robot:secret').toString('base64')}`;
    registry.intercept = ({ headers }, response) => headers.authorization !== authorization && response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end() !== undefined;
    await mkdir(join(gantry.home, 'images'));
    await writeFile(join(gantry.home, 'images', 'registries.json'), JSON.stringify({ [registry.host]: { insecure: true } }));
    await gantry('up', '--detach', '--runtime', 'oci');
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
  });
  afterAll(async () => {
    await registry.stop();
    await gantry?.dispose();
  });

  const image = (): string => `${registry.host}/team/web:1`;
  const run = (name: string, ...more: string[]): Promise<string> => kubectl('run', name, `--image=${image()}`, '--restart=Never', ...more);
  const waiting = (name: string): Promise<string> => kubectl('get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}');
  const eventsOf = (name: string): Promise<string> => kubectl('get', 'events', '--field-selector', `involvedObject.name=${name}`, '-o', 'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}');

  it('without the password the pod waits and says why', async () => {
    await run('denied');
    await vi.waitFor(async () => expect(await waiting('denied')).toBe('ImagePullBackOff'), { timeout: 30_000, interval: 200 });
    const said = await eventsOf('denied');
    expect(said).toContain(`Failed: Failed to pull image "${image()}": failed to pull and unpack image "${image()}": failed to resolve reference "${image()}": pull access denied`);
    expect(said).toContain('Failed: Error: ErrImagePull');
    expect(said).toContain(`BackOff: Back-off pulling image "${image()}"`);
  });

  it("with the password among its account's secrets it runs, and its image is in use", async () => {
    await kubectl('create', 'secret', 'docker-registry', 'robot', `--docker-server=${registry.host}`, '--docker-username=robot', '--docker-password=secret');
    await kubectl('patch', 'serviceaccount', 'default', '-p', '{"imagePullSecrets":[{"name":"robot"}]}');
    await run('allowed');
    await kubectl('wait', '--for=condition=Ready', 'pod/allowed', '--timeout=60s');
    expect(await eventsOf('allowed')).toMatch(/Pulled: Successfully pulled image "[^"]+" in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\./);
    const [listed] = JSON.parse(await gantry('image', 'list', '-o', 'json')) as { repoTags: string[]; usedBy: string[] }[];
    expect(listed).toMatchObject({ repoTags: [image()], usedBy: [expect.any(String)] });
    expect(await gantry.try('image', 'rm', image())).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use by') });
  });

  it('what is here already is not pulled again, and with a policy of Never nothing is', async () => {
    registry.requests.length = 0;
    await run('present');
    await kubectl('wait', '--for=condition=Ready', 'pod/present', '--timeout=60s');
    expect(registry.requests.filter((request) => request.startsWith('GET'))).toEqual([]);
    await kubectl('run', 'never', '--image=registry.example.com/nothing:1', '--image-pull-policy=Never', '--restart=Never');
    await vi.waitFor(async () => expect(await waiting('never')).toBe('ErrImageNeverPull'), { timeout: 30_000, interval: 200 });
  });

  it('once its containers are gone, the image can be removed', async () => {
    await kubectl('delete', 'pod', '--all', '--timeout=60s', '--grace-period=1');
    await vi.waitFor(async () => expect(await gantry('image', 'rm', image())).toContain('removed'), { timeout: 30_000, interval: 500 });
    expect(JSON.parse(await gantry('image', 'list', '-o', 'json'))).toEqual([]);
  });
});
