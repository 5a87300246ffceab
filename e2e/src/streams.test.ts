import { readFileSync } from 'node:fs';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { background, type Background } from './kit/background.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { processOfNode, runtimeUnderTest, standaloneForm } from './kit/standalone-form.js';
import { describeStreams, STREAM_IMAGES } from './streams.suite.js';

const engine = await runtimeReason(runtimeUnderTest(), STREAM_IMAGES);

describeStreams(standaloneForm(), engine);

const program = findKubectl('1.33');
const reason = engine ?? (program === undefined ? 'this machine has no kubectl 1.33' : undefined);
const SOON = { timeout: 60_000, interval: 300 };

describe.skipIf(reason !== undefined)(`streams whose carrier is killed${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  const open: Background[] = [];
  beforeAll(async () => {
    gantry = await gantryIn(`cut-${process.pid}`);
    await gantry('up', '--detach');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl('run', 'shell', '--image=busybox:1.36', '--', 'sleep', '86400');
    await kubectl('wait', '--for=condition=Ready', 'pod/shell', '--timeout=60s');
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.end()));
    await gantry?.dispose();
  });

  async function sleeping(seconds: string): Promise<Background> {
    const made = background(kubectl.program, ['exec', 'shell', '--', 'sh', '-c', `echo here; sleep ${seconds}; echo over`], kubectl.env);
    open.push(made);
    await made.until(/here/);
    return made;
  }

  async function isEnded(session: Background, seconds: string): Promise<void> {
    await expect(session.until(/over/, 60_000)).rejects.toThrow(/ended without [^]*error/);
    await vi.waitFor(async () => expect(await kubectl('exec', 'shell', '--', 'ps')).not.toContain(`sleep ${seconds}`), SOON);
  }

  it('end with an error when the process of the node dies, and so do their commands', async () => {
    const session = await sleeping('4243');
    process.kill(await processOfNode(gantry, 'node-1'), 'SIGKILL');
    await isEnded(session, '4243');
  });

  it('end with an error when the control plane dies, and so do their commands', async () => {
    const session = await sleeping('4244');
    const { pid } = JSON.parse(readFileSync(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await expect(session.until(/over/, 60_000)).rejects.toThrow(/ended without/);
    await gantry('start');
    await vi.waitFor(async () => expect(await kubectl('exec', 'shell', '--', 'ps')).not.toContain('sleep 4244'), SOON);
  });
});
