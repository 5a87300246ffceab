import type { appsV1 } from '@gantry/api-types';
import type { Draft } from './draft.js';
import { annotatedNumber, DESIRED_REPLICAS, MAX_REPLICAS, REVISION, REVISION_HISTORY } from './draft.js';

/** Annotations that belong to one of the two, and are not handed down from deployment to replica set. */
const NOT_HANDED_DOWN = new Set(['kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to']);

/** The history annotation is cut from its old end beyond this many characters. */
const HISTORY_LENGTH = 2000;

function highestRevision(drafts: readonly Draft[]): number {
  return Math.max(0, ...drafts.map((draft) => annotatedNumber(draft, REVISION) ?? 0));
}

function appended(history: string | undefined, revision: string): string {
  const revisions = history === undefined || history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_LENGTH) revisions.shift();
  return revisions.join(',');
}

/**
 * Gives the newest replica set its revision, one more than any of the others has, and the deployment's annotations. One that was
 * rolled back to had a revision before: that goes into its history.
 */
export function annotateNewest(deployment: appsV1.Deployment, newest: Draft, others: readonly Draft[]): void {
  for (const [name, value] of Object.entries(deployment.metadata?.annotations ?? {})) {
    if (!NOT_HANDED_DOWN.has(name)) newest.annotations[name] = value;
  }
  const revision = highestRevision(others) + 1;
  const before = newest.annotations[REVISION];
  if ((annotatedNumber(newest, REVISION) ?? 0) >= revision) return;
  newest.annotations[REVISION] = String(revision);
  if (before !== undefined) newest.annotations[REVISION_HISTORY] = appended(newest.annotations[REVISION_HISTORY], before);
}

function isDisposable({ current, replicas }: Draft): boolean {
  const { metadata, status } = current;
  return replicas === 0 && (status?.replicas ?? 0) === 0 && (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

/** The old replica sets beyond the history limit, lowest revisions first; those that still have pods stay. */
export function beyondHistory(deployment: appsV1.Deployment, old: readonly Draft[]): readonly Draft[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const alive = old.filter(({ current }) => current.metadata?.deletionTimestamp === undefined);
  const excess = alive.length - limit;
  if (excess <= 0) return [];
  const revision = (draft: Draft) => annotatedNumber(draft, REVISION) ?? 0;
  return alive.toSorted((a, b) => revision(a) - revision(b)).slice(0, excess).filter(isDisposable);
}
