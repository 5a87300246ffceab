import { expect, it } from 'vitest';
import type { PodNetwork } from '../network/pod-network.js';
import { preparePodNetwork } from './prepare-pod-network.js';

const network: PodNetwork = { attach: () => Promise.resolve('10.244.1.2'), detach: () => Promise.resolve(), retain: () => Promise.resolve() };

it('takes the routed network where it can be made', async () => {
  expect(await preparePodNetwork(() => Promise.resolve(network))).toEqual({ network, warnings: [] });
});

it('goes without, and says why, where it cannot', async () => {
  const prepared = await preparePodNetwork(() => Promise.reject(new Error('spawn ip ENOENT')));
  expect(prepared.network).toBeUndefined();
  expect(prepared.warnings).toEqual(["pods are on the engine's bridge, without addresses of the cluster: the pod network cannot be set up (spawn ip ENOENT)."]);
});
