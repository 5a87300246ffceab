import type { coreV1 } from '@gantry/api-types';
import type { Metrics, Sample } from '@gantry/platform/metrics';
import type { ControllerInformers } from './informers.js';

/** The objects whose state is shown. */
export type ShownInformers = {
  readonly [kind in 'nodes' | 'pods' | 'deployments']: { readonly lister: Pick<ControllerInformers[kind]['lister'], 'list'> };
};

/** Shows the state of objects, as kube-state-metrics does, for as long as the controllers have them in their caches. */
export interface ObjectMetrics {
  /** Answers how to end it. */
  show(informers: ShownInformers): () => void;
}

/** Of states that exclude each other only the one that is so has a series, so that a pod costs one line and not five. */
export function createObjectMetrics(metrics: Metrics): ObjectMetrics {
  let shown: ShownInformers | undefined;
  const gauge = (name: string, help: string, read: (informers: ShownInformers) => Sample[]): void => metrics.gaugeOf({ name, help }, () => (shown === undefined ? [] : read(shown)));
  const all = <T>(list: (informers: ShownInformers) => readonly T[], samples: (object: T) => Sample[]) => (informers: ShownInformers) => list(informers).flatMap(samples);
  const ofNodes = (samples: (node: coreV1.Node) => Sample[]) => all(({ nodes }) => nodes.lister.list(), samples);
  const ofPods = (samples: (pod: coreV1.Pod) => Sample[]) => all(({ pods }) => pods.lister.list(), samples);
  gauge('kube_node_status_condition', 'The condition of a node has this status.', ofNodes(conditions));
  gauge('kube_node_spec_unschedulable', '1 where no pod is to come.', ofNodes((node) => [{ labels: { node: nameOf(node) }, value: Number(node.spec?.unschedulable === true) }]));
  gauge('kube_pod_status_phase', 'The pod is in this phase.', ofPods((pod) => [{ labels: { ...podLabels(pod), phase: pod.status?.phase ?? 'Unknown' }, value: 1 }]));
  gauge('kube_pod_status_ready', 'The pod is ready, or not.', ofPods((pod) => [{ labels: { ...podLabels(pod), condition: readyOf(pod) }, value: 1 }]));
  gauge('kube_pod_info', 'Where the pod is; always 1.', ofPods((pod) => [{ labels: { ...podLabels(pod), node: pod.spec?.nodeName ?? '', pod_ip: pod.status?.podIP ?? '' }, value: 1 }]));
  metrics.counterOf({ name: 'kube_pod_container_status_restarts_total', help: 'How often the container was started again.' }, () =>
    (shown?.pods.lister.list() ?? []).flatMap((pod) => statusesOf(pod).map(({ name, restartCount }) => ({ labels: { ...podLabels(pod), container: name }, value: restartCount }))),
  );
  gauge('kube_pod_container_status_waiting_reason', 'Why the container does not run.', ofPods(waiting));
  for (const [name, help, read] of DEPLOYMENTS) {
    gauge(name, help, ({ deployments }) => deployments.lister.list().map((one) => ({ labels: { namespace: one.metadata?.namespace ?? '', deployment: nameOf(one) }, value: read(one) })));
  }
  return {
    show: (informers) => {
      shown = informers;
      return () => {
        if (shown === informers) shown = undefined;
      };
    },
  };
}

type Deployment = ReturnType<ShownInformers['deployments']['lister']['list']>[number];

const DEPLOYMENTS: readonly (readonly [name: string, help: string, read: (deployment: Deployment) => number])[] = [
  ['kube_deployment_spec_replicas', 'Pods that are wanted.', ({ spec }) => spec?.replicas ?? 1],
  ['kube_deployment_status_replicas_available', 'Pods that have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0],
  ['kube_deployment_status_replicas_updated', 'Pods of the newest template.', ({ status }) => status?.updatedReplicas ?? 0],
];

function conditions(node: coreV1.Node): Sample[] {
  return (node.status?.conditions ?? []).map(({ type, status }) => ({ labels: { node: nameOf(node), condition: type, status: status.toLowerCase() }, value: 1 }));
}

function waiting(pod: coreV1.Pod): Sample[] {
  return statusesOf(pod).flatMap(({ name, state }) => (state?.waiting?.reason === undefined ? [] : [{ labels: { ...podLabels(pod), container: name, reason: state.waiting.reason }, value: 1 }]));
}

function readyOf(pod: coreV1.Pod): string {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status.toLowerCase() ?? 'false';
}

function statusesOf({ status }: coreV1.Pod): readonly coreV1.ContainerStatus[] {
  return status?.containerStatuses ?? [];
}

function podLabels({ metadata }: coreV1.Pod) {
  return { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', uid: metadata?.uid ?? '' };
}

function nameOf({ metadata }: { readonly metadata?: { readonly name?: string } }): string {
  return metadata?.name ?? '';
}
