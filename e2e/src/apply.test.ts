import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';

/** Who set what: a person with two kubectls, and the cluster's own parts, each under the name that it has upstream. */
const oldest = findKubectl('1.27');
const newest = findKubectl('1.33');
const skip = oldest === undefined || newest === undefined ? 'this machine has no kubectl 1.27 and 1.33' : undefined;

const web = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${String(replicas)}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: 'nginx:1', ports: [{containerPort: 80}]}]}
`;

describe.skipIf(skip !== undefined)(`managers of fields${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let gantry: Gantry;
  let old: Kubectl;
  let recent: Kubectl;
  beforeAll(async () => {
    gantry = await gantryIn(`apply-${process.pid}`);
    await gantry('up', '--detach', '--runtime', 'hollow', '--nodes', '1');
    old = kubectlOf(oldest ?? '', '1.27', gantry.kubeconfig);
    recent = kubectlOf(newest ?? '', '1.33', gantry.kubeconfig);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const managersOf = async (...what: string[]): Promise<string[]> => {
    const lines = await recent('get', ...what, '--show-managed-fields', '-o', 'jsonpath={range .metadata.managedFields[*]}{.manager} {.operation} {.subresource}{"\\n"}{end}');
    return lines.split('\n').map((line) => line.trim()).filter((line) => line !== '').sort();
  };

  it('are kubectl for what it applied, and the controllers for what they report', async () => {
    expect(await old.input(web(2), 'apply', '--server-side', '-f', '-')).toBe('deployment.apps/web serverside-applied\n');
    await recent('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
    expect(await managersOf('deployment', 'web')).toEqual(['kube-controller-manager Update status', 'kubectl Apply']);
    const set = (await recent('get', 'replicaset', '-o', 'name')).trim();
    expect(await managersOf(set)).toEqual(['kube-controller-manager Update', 'kube-controller-manager Update status']);
    const [pod = ''] = (await recent('get', 'pods', '-o', 'name')).trim().split('\n');
    expect(await managersOf(pod)).toEqual(['kube-controller-manager Update', 'kubelet Update status']);
    expect(await managersOf('service', 'kubernetes')).toEqual(['kube-apiserver Update']);
  });

  it('differ between who applied and who changed it since', async () => {
    await recent('scale', 'deployment/web', '--replicas=3');
    await expect(old.input(web(2), 'apply', '--server-side', '-f', '-')).rejects.toThrow('.spec.replicas');
    await old.input(web(2), 'apply', '--server-side', '--force-conflicts', '-f', '-');
    expect(await recent('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
  });
});
