import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Figure } from '../figure.js';
import { startClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.js';
import { residentMegabytes } from '../load/memory.js';
import { tlsSender } from '../load/http-load.js';
import { percentile } from '../report/statistics.js';

const execute = promisify(execFile);
const STARTS = 5;
const PROGRAM = fileURLToPath(new URL('../../../cli/bin/gantry.mjs', import.meta.url));

/** Standalone, hollow pods; the time until GET of a namespace is answered, polled as fast as connections are refused. */
export async function boot(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const memory = await residentMegabytes(cluster.pid);
    say(`${STARTS} warm starts`);
    const warm: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      await cluster.stop();
      warm.push(await untilServed(cluster));
    }
    const node = await timed(() => execute(process.execPath, ['-e', '0']));
    const npm = await timed(() => execute('npm', ['--version']));
    return [
      { measure: 'launcher to first served request, warm, p50', value: percentile(warm, 0.5), unit: 'ms', floor: { name: 'node -e 0', value: node } },
      { measure: 'npm alone', value: npm, unit: 'ms' },
      { measure: 'memory, control plane', value: memory.own, unit: 'MB' },
      { measure: 'memory, with Postgres', value: memory.own + memory.children, unit: 'MB' },
    ];
  } finally {
    await cluster.dispose();
  }
}

async function untilServed(cluster: ClusterUnderTest): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'up', '--detach', '--runtime', 'hollow', '--no-kubeconfig', '--name', cluster.name, '--home', cluster.home], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const sender = tlsSender(cluster.endpoint, 1);
  for (;;) {
    const answer = await sender.send({ method: 'GET', path: '/api/v1/namespaces/default' }).catch(() => undefined);
    if (answer?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (performance.now() - began > 60_000) throw new Error('the cluster did not serve within a minute');
  }
  const took = performance.now() - began;
  sender.close();
  await ended;
  return took;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
