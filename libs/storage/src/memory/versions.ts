import type { LogEntry, StoredValue } from '../storage.js';

/** The state of a key at a revision, given all its kept versions in order; undefined when it did not exist then. */
export function stateAt(versions: readonly LogEntry[], revision: number): StoredValue | undefined {
  const entry = versions.findLast((version) => version.revision <= revision);
  return entry && entry.type !== 'DELETED' ? stateOf(entry) : undefined;
}

function stateOf({ key, revision, value, spliceOffset, schemaHash }: LogEntry): StoredValue {
  return { key, revision, value, spliceOffset, schemaHash };
}

/** The versions that reads at `revision` and later still need. */
export function keptVersions(versions: readonly LogEntry[], revision: number): readonly LogEntry[] {
  const oldest = versions.findLastIndex((version) => version.revision <= revision);
  if (oldest < 0) return versions;
  return versions.slice(versions[oldest]?.type === 'DELETED' ? oldest + 1 : oldest);
}
