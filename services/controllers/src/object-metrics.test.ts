import type { appsV1, coreV1 } from '@gantry/api-types';
import { createMetrics } from '@gantry/platform/metrics';
import { expect, it } from 'vitest';
import { createObjectMetrics } from './object-metrics.js';

const listed = <T>(...objects: T[]) => ({ lister: { list: () => objects } });
const node = { metadata: { name: 'n1' }, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }, { type: 'DiskPressure', status: 'False' }] } } as coreV1.Node;
const pod = {
  metadata: { namespace: 'd', name: 'p', uid: 'u' }, spec: { nodeName: 'n1' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'c', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
} as coreV1.Pod;
const deployment = { metadata: { namespace: 'd', name: 'web' }, spec: { replicas: 3 }, status: { availableReplicas: 2 } } as appsV1.Deployment;

it('shows objects in the words of kube-state-metrics, for as long as they are at hand', async () => {
  const metrics = createMetrics();
  const end = createObjectMetrics(metrics).show({ nodes: listed(node), pods: listed(pod), deployments: listed(deployment) });
  const lines = async () => (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const own = 'namespace="d",pod="p",uid="u"';
  expect(await lines()).toEqual([
    'kube_node_status_condition{node="n1",condition="Ready",status="unknown"} 1',
    'kube_node_status_condition{node="n1",condition="DiskPressure",status="false"} 1',
    'kube_node_spec_unschedulable{node="n1"} 1',
    `kube_pod_status_phase{${own},phase="Running"} 1`,
    `kube_pod_status_ready{${own},condition="true"} 1`,
    `kube_pod_info{${own},node="n1",pod_ip=""} 1`,
    `kube_pod_container_status_restarts_total{${own},container="c"} 3`,
    `kube_pod_container_status_waiting_reason{${own},container="c",reason="CrashLoopBackOff"} 1`,
    'kube_deployment_spec_replicas{namespace="d",deployment="web"} 3',
    'kube_deployment_status_replicas_available{namespace="d",deployment="web"} 2',
    'kube_deployment_status_replicas_updated{namespace="d",deployment="web"} 0',
  ]);
  end();
  expect(await lines()).toEqual([]);
});
