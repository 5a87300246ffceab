import type { flowcontrolV1 } from '@gantry/api-types';

/** A priority level, or a flow schema, that every cluster has. */
export interface BootstrapFlowObject<Spec> {
  readonly name: string;
  /** Nobody can change or lose it. */
  readonly isMandatory: boolean;
  readonly spec: Spec;
}

type PriorityLevel = BootstrapFlowObject<flowcontrolV1.PriorityLevelConfigurationSpec>;
type FlowSchema = BootstrapFlowObject<flowcontrolV1.FlowSchemaSpec>;

function limited(name: string, nominalConcurrencyShares: number, lendablePercent: number, queuing: { queues: number; handSize: number } | undefined): PriorityLevel {
  const limitResponse: flowcontrolV1.LimitResponse = queuing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing: { ...queuing, queueLengthLimit: 50 } };
  return { name, isMandatory: queuing === undefined, spec: { type: 'Limited', limited: { nominalConcurrencyShares, lendablePercent, limitResponse } } };
}

/** Upstream's levels. */
export const bootstrapPriorityLevels: readonly PriorityLevel[] = [
  { name: 'exempt', isMandatory: true, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
  limited('catch-all', 5, 0, undefined),
  limited('system', 30, 33, { queues: 64, handSize: 6 }),
  limited('node-high', 40, 25, { queues: 64, handSize: 6 }),
  limited('leader-election', 10, 0, { queues: 16, handSize: 4 }),
  limited('workload-high', 40, 50, { queues: 128, handSize: 6 }),
  limited('workload-low', 100, 90, { queues: 128, handSize: 6 }),
  limited('global-default', 20, 50, { queues: 128, handSize: 6 }),
];

type Subject = flowcontrolV1.Subject;
type Rule = flowcontrolV1.PolicyRulesWithSubjects;
type Distinguisher = 'ByUser' | 'ByNamespace' | undefined;

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const systemAccounts: Subject = { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'kube-system' } };
const everybody = [group('system:unauthenticated'), group('system:authenticated')];

function ofResources(verbs: string[], apiGroups: string[], resources: string[], clusterScope: boolean): flowcontrolV1.ResourcePolicyRule {
  return { verbs, apiGroups, resources, ...(clusterScope && { clusterScope }), namespaces: ['*'] };
}

/** Everything that the subjects may ask. */
function all(subjects: Subject[]): Rule {
  return { subjects, resourceRules: [ofResources(['*'], ['*'], ['*'], true)], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] };
}

function schema(name: string, level: string, matchingPrecedence: number, distinguisher: Distinguisher, rule: Rule, isMandatory = false): FlowSchema {
  return {
    name,
    isMandatory,
    spec: { priorityLevelConfiguration: { name: level }, matchingPrecedence, ...(distinguisher !== undefined && { distinguisherMethod: { type: distinguisher } }), rules: [rule] },
  };
}

/** Upstream's schemas. */
export const bootstrapFlowSchemas: readonly FlowSchema[] = [
  schema('exempt', 'exempt', 1, undefined, all([group('system:masters')]), true),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', all(everybody), true),
  schema('system-nodes', 'system', 500, 'ByUser', all([group('system:nodes')])),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: [group('system:nodes')],
    resourceRules: [ofResources(['*'], [''], ['nodes', 'nodes/status'], true), ofResources(['*'], ['coordination.k8s.io'], ['leases'], false)],
  }),
  schema('probes', 'exempt', 2, undefined, { subjects: everybody, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] }),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), systemAccounts],
    resourceRules: [ofResources(['get', 'create', 'update'], ['coordination.k8s.io'], ['leases'], false)],
  }),
  schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', all([user('system:kube-controller-manager')])),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', all([user('system:kube-scheduler')])),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', all([systemAccounts])),
  schema('service-accounts', 'workload-low', 9_000, 'ByUser', all([group('system:serviceaccounts')])),
  schema('global-default', 'global-default', 9_900, 'ByUser', all(everybody)),
];
