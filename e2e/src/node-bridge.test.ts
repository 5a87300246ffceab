import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineReason } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf } from './kit/kubectl.js';
import { run } from './kit/run.js';

/** A machine whose `ip` is there and may do nothing, as in a container without the right to change interfaces. */
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : await engineReason(['busybox:1.36', 'registry.k8s.io/pause:3.10']);

describe.skipIf(reason !== undefined)(`a machine that may not route pods${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let folder: string;
  beforeAll(async () => {
    gantry = await gantryIn(`bridge-${process.pid}`);
    folder = await mkdtemp(join(tmpdir(), 'gantry-bridge-'));
    await writeFile(join(folder, 'ip'), '#!/bin/sh\necho "RTNETLINK answers: Operation not permitted" >&2\nexit 2\n', { mode: 0o755 });
  });
  afterAll(async () => {
    await gantry?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("says so once, and runs pods on the engine's bridge", async () => {
    const env = { ...gantry.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
    const up = await run(process.execPath, [gantry.program, 'up', '--detach'], { env });
    expect(up.code).toBe(0);
    expect(up.stderr.match(/pods are on the engine's bridge, without addresses of the cluster: .*Operation not permitted/g)).toHaveLength(1);
    const kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl('run', 'web', '--image=busybox:1.36', '--overrides={"spec":{"terminationGracePeriodSeconds":1}}', '--', 'sleep', '3600');
    await kubectl('wait', '--for=condition=Ready', 'pod', 'web', '--timeout=60s');
    const address = await kubectl('get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}');
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(address).not.toMatch(/^10\.244\./);
  });
});
