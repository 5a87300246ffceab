import type { coreV1 } from '@gantry/api-types';
import { formatTime } from '@gantry/controller';

/** What was found and could not be done in one pass over a namespace's content. */
export interface DeletionReport {
  /** One text for each group whose resources could not be found out. */
  readonly discoveryFailures: readonly string[];
  /** One text for each resource whose objects could not be deleted. */
  readonly deletionFailures: readonly string[];
  /** `pods.` or `deployments.apps`, with the number of objects that are still there. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Finalizers that hold objects, with their numbers. */
  readonly finalizers: ReadonlyMap<string, number>;
}

interface Finding {
  readonly type: string;
  readonly good: readonly [reason: string, message: string];
  /** The bad reason and message; undefined where there is nothing bad. */
  readonly bad: readonly [reason: string, message: string] | undefined;
}

function counted(counts: ReadonlyMap<string, number>, middle: string): string {
  return [...counts].map(([name, count]) => `${name} ${middle} ${count} resource instances`).sort().join(', ');
}

function listed(failures: readonly string[]): string {
  return `${failures.length} remaining: ${failures.toSorted().join(', ')}`;
}

function findings(report: DeletionReport): Finding[] {
  const { discoveryFailures, deletionFailures, remaining, finalizers } = report;
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      good: ['ResourcesDiscovered', 'All resources successfully discovered'],
      bad: discoveryFailures.length === 0 ? undefined : ['DiscoveryFailed', `Discovery failed for some groups, ${discoveryFailures.length} failing: ${discoveryFailures.join(', ')}`],
    },
    { type: 'NamespaceDeletionGroupVersionParsingFailure', good: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'], bad: undefined },
    {
      type: 'NamespaceDeletionContentFailure',
      good: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      bad: deletionFailures.length === 0 ? undefined : ['ContentDeletionFailed', `Failed to delete all resource types, ${listed(deletionFailures)}`],
    },
    {
      type: 'NamespaceContentRemaining',
      good: ['ContentRemoved', 'All content successfully removed'],
      bad: remaining.size === 0 ? undefined : ['SomeResourcesRemain', `Some resources are remaining: ${counted(remaining, 'has')}`],
    },
    {
      type: 'NamespaceFinalizersRemaining',
      good: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      bad: finalizers.size === 0 ? undefined : ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${counted(finalizers, 'in')}`],
    },
  ];
}

/** The namespace's conditions after a pass; what did not change keeps its transition time. */
export function deletionConditions(before: readonly coreV1.NamespaceCondition[], report: DeletionReport, now: number): coreV1.NamespaceCondition[] {
  const types = findings(report).map(({ type, good, bad }): coreV1.NamespaceCondition => {
    const [reason, message] = bad ?? good;
    const status = bad === undefined ? 'False' : 'True';
    const old = before.find((condition) => condition.type === type);
    const unchanged = old?.status === status && old.reason === reason && old.message === message;
    return unchanged ? old : { type, status, reason, message, lastTransitionTime: formatTime(now) };
  });
  return [...before.filter(({ type }) => !types.some((condition) => condition.type === type)), ...types];
}
