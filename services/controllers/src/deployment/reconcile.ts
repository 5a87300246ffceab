import type { appsV1, coreV1 } from '@gantry/api-types';
import { isAlreadyExists, isNotFound, selectorFromObject } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { DEPLOYMENTS, REPLICASETS } from '@gantry/client';
import type { EventRecorder, EventType, Reconcile, ReconcileResult } from '@gantry/controller';
import { computeClaims } from '../ownership/claims.js';
import { controllerReference, isControlledBy } from '../ownership/controller-ref.js';
import { isNamespaceTerminating, readLive, settleClaims } from '../ownership/settle-claims.js';
import { newCondition, withCondition } from './conditions.js';
import { REVISION } from './draft.js';
import type { DeploymentPlan } from './plan.js';
import { computePlan } from './plan.js';
import { progressDeadline } from './progress.js';
import { sameTemplate } from './template-hash.js';

type Deployment = appsV1.Deployment;
type ReplicaSet = appsV1.ReplicaSet;

/** What the reconcile reads and writes with; reads are from caches. */
export interface DeploymentDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly deployment: (key: string) => Deployment | undefined;
  readonly replicaSets: (namespace: string) => readonly ReplicaSet[];
  readonly podsControlledBy: (replicaSetUid: string) => readonly coreV1.Pod[];
}

function record({ recorder }: DeploymentDependencies, deployment: Deployment, type: EventType, reason: string, message: string): void {
  recorder.event({ ...deployment, apiVersion: 'apps/v1', kind: 'Deployment' }, { type, reason, message });
}

function clients({ client }: DeploymentDependencies, { metadata }: Deployment) {
  return { deployments: client.resource(DEPLOYMENTS, metadata?.namespace), replicaSets: client.resource(REPLICASETS, metadata?.namespace) };
}

async function claimReplicaSets(dependencies: DeploymentDependencies, deployment: Deployment): Promise<ReplicaSet[]> {
  const { deployments, replicaSets } = clients(dependencies, deployment);
  const { name = '', namespace = '' } = deployment.metadata ?? {};
  const claims = computeClaims(deployment, selectorFromObject(deployment.spec?.selector), dependencies.replicaSets(namespace));
  return settleClaims(claims, {
    objects: replicaSets,
    reference: controllerReference(deployment, 'apps/v1', 'Deployment'),
    liveOwner: () => readLive(deployments, name),
  });
}

function reportResize(dependencies: DeploymentDependencies, deployment: Deployment, name: string | undefined, from: number, to: number): void {
  const direction = to > from ? 'up' : 'down';
  record(dependencies, deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${direction} replica set ${name} from ${from} to ${to}`);
}

/** Another replica set has the name: ours from a moment ago that the cache does not show, or that of another template. */
async function resolveCollision(dependencies: DeploymentDependencies, deployment: Deployment, replicaSet: ReplicaSet, error: unknown): Promise<void> {
  const { deployments, replicaSets } = clients(dependencies, deployment);
  const existing = await readLive(replicaSets, replicaSet.metadata?.name ?? '');
  const template = deployment.spec?.template ?? {};
  if (existing !== undefined && isControlledBy(existing, deployment) && sameTemplate(existing.spec?.template ?? {}, template)) return;
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  await deployments.updateStatus({ ...deployment, status: { ...deployment.status, collisionCount } });
  throw error;
}

async function reportCreateFailure(dependencies: DeploymentDependencies, deployment: Deployment, replicaSet: ReplicaSet, error: unknown): Promise<void> {
  const message = `Failed to create new replica set "${replicaSet.metadata?.name}": ${error instanceof Error ? error.message : String(error)}`;
  record(dependencies, deployment, 'Warning', 'ReplicaSetCreateError', message);
  if (progressDeadline(deployment) === undefined) return;
  const condition = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, dependencies.clock.now());
  const conditions = withCondition(deployment.status?.conditions ?? [], condition);
  await clients(dependencies, deployment).deployments.updateStatus({ ...deployment, status: { ...deployment.status, conditions } });
}

async function createReplicaSet(dependencies: DeploymentDependencies, deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
  try {
    await clients(dependencies, deployment).replicaSets.create(replicaSet);
  } catch (error) {
    if (isAlreadyExists(error)) return resolveCollision(dependencies, deployment, replicaSet, error);
    if (!isNamespaceTerminating(error)) await reportCreateFailure(dependencies, deployment, replicaSet, error);
    throw error;
  }
  const replicas = replicaSet.spec?.replicas ?? 0;
  if (replicas > 0) reportResize(dependencies, deployment, replicaSet.metadata?.name, 0, replicas);
}

/** Guarded by uid and revision: one that got pods since is not deleted. */
async function deleteReplicaSet(dependencies: DeploymentDependencies, deployment: Deployment, { metadata = {} }: ReplicaSet): Promise<void> {
  const { name = '', uid, resourceVersion } = metadata;
  await clients(dependencies, deployment)
    .replicaSets.delete(name, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
}

async function carryOut(dependencies: DeploymentDependencies, deployment: Deployment, plan: DeploymentPlan): Promise<void> {
  const { replicaSets } = clients(dependencies, deployment);
  if (plan.create !== undefined) await createReplicaSet(dependencies, deployment, plan.create);
  for (const { replicaSet, resize } of plan.updates) {
    await replicaSets.update(replicaSet);
    if (resize !== undefined) reportResize(dependencies, deployment, replicaSet.metadata?.name, resize.from, resize.to);
  }
  for (const replicaSet of plan.deletes) await deleteReplicaSet(dependencies, deployment, replicaSet);
  await writeStatus(dependencies, deployment, plan);
}

/**
 * Status and revision in one write: `/status` takes a deployment's annotations too, and there they do not count as a change of
 * what is wanted, as they would elsewhere. A server whose `/status` does not take them gets a patch.
 */
async function writeStatus(dependencies: DeploymentDependencies, deployment: Deployment, { status, revision }: DeploymentPlan): Promise<void> {
  if (status === undefined && revision === undefined) return;
  const { deployments } = clients(dependencies, deployment);
  const { metadata = {} } = deployment;
  const annotations = revision === undefined ? metadata.annotations : { ...metadata.annotations, [REVISION]: revision };
  const written = await deployments.updateStatus({ ...deployment, metadata: { ...metadata, annotations }, status: status ?? deployment.status });
  if (revision === undefined || written.metadata?.annotations?.[REVISION] === revision) return;
  await deployments.patch(metadata.name ?? '', 'application/merge-patch+json', { metadata: { uid: metadata.uid, annotations: { [REVISION]: revision } } });
}

/** A selector that selects everything would take the pods of all others. */
async function refuseSelectingAll(dependencies: DeploymentDependencies, deployment: Deployment): Promise<void> {
  record(dependencies, deployment, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
  const generation = deployment.metadata?.generation ?? 0;
  if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
  await clients(dependencies, deployment).deployments.updateStatus({ ...deployment, status: { ...deployment.status, observedGeneration: generation } });
}

async function reconcile(dependencies: DeploymentDependencies, deployment: Deployment): Promise<ReconcileResult> {
  if (selectorFromObject(deployment.spec?.selector).empty) {
    await refuseSelectingAll(dependencies, deployment);
    return {};
  }
  const replicaSets = await claimReplicaSets(dependencies, deployment);
  const pods = replicaSets.flatMap(({ metadata }) => dependencies.podsControlledBy(metadata?.uid ?? ''));
  const plan = computePlan(deployment, { replicaSets, pods, now: dependencies.clock.now() });
  await carryOut(dependencies, deployment, plan);
  return { requeueAfter: plan.requeueAfter };
}

/** Moves one deployment one step. */
export function createReconcile(dependencies: DeploymentDependencies): Reconcile {
  return async (key) => {
    const deployment = dependencies.deployment(key);
    if (deployment === undefined) return undefined;
    try {
      return await reconcile(dependencies, deployment);
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      throw error;
    }
  };
}
