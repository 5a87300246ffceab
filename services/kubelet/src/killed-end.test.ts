import { createClient, PODS } from '@gantry/client';
import { expect, test } from 'vitest';
import { Life, testPod, TestNode } from './kubelet-harness.suite.js';

const sidecar = { name: 'side', image: 'i', restartPolicy: 'Always', readinessProbe: { tcpSocket: { port: 80 } } };
const web = testPod('web', {
  initContainers: [sidecar],
  containers: [{ name: 'main', image: 'i', lifecycle: { preStop: { sleep: { seconds: 2 } } }, livenessProbe: { tcpSocket: { port: 80 } } }],
});

test.each(['before', 'after'] as const)('a deletion ends in the same place at whatever call its kubelet died, %s that call had its effect', async (when) => {
  let died = true;
  let longest = 0;
  for (let calls = 1; died; calls += 1) {
    const node = new TestNode({ delays: { stopContainer: 1_000 } });
    node.client.seed(web);
    await node.start();
    await node.untilRunning('web');
    await node.kill();
    await node.client.resource(PODS, 'default').delete('web');
    const life = new Life(calls, when);
    await node.launch({ runtime: life.over(node.runtime), client: createClient(life.over(node.client.api)) }).catch(() => undefined);
    await node.until(() => life.dead || node.pod('web') === undefined, 'a death, or the end of the pod', 50);
    // What a second look at the end may still be about to clear away.
    await node.clock.advanceAndSettle(5_000);
    died = life.dead;
    life.end();
    const ended = node.kill();
    await node.clock.advanceAndSettle(60_000);
    await ended;
    await node.start();
    await node.until(() => node.pod('web') === undefined, `the end after a death at call ${calls}`, 100);
    await node.clock.advanceAndSettle(60_000);
    expect(await node.containers()).toEqual([]);
    expect(await node.runtime.listSandboxes()).toEqual([]);
    longest = calls;
    await node.close();
    // A kubelet that lives on looks at its node for ever: enough of its calls have been its last.
    if (calls >= 60) break;
  }
  expect(longest).toBeGreaterThan(20);
});
