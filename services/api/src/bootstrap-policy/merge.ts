import type { rbacV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';
import { compactRules, missingRules } from '../http/authz/rbac/covering.js';
import { AUTO_UPDATE } from './objects.js';

/**
 * What a bootstrap object is to become: with what it must have and lacks, and with all that somebody added; undefined: it stays. One whose
 * annotation says so is nobody's business but its owner's.
 */
export function merged(existing: ResourceObject, expected: ResourceObject): ResourceObject | undefined {
  if (existing.metadata.annotations?.[AUTO_UPDATE] === 'false') return undefined;
  const metadata = mergedMetadata(existing.metadata, expected.metadata);
  const content = expected.kind === 'ClusterRole' ? mergedRole(existing as unknown as rbacV1.ClusterRole, expected as unknown as rbacV1.ClusterRole) : mergedBinding(existing as unknown as rbacV1.ClusterRoleBinding, expected as unknown as rbacV1.ClusterRoleBinding);
  if (metadata === undefined && content === undefined) return undefined;
  return { ...existing, metadata: { ...(metadata ?? existing.metadata) }, ...content };
}

function mergedMetadata(existing: ResourceObject['metadata'], { labels = {}, annotations = {} }: ResourceObject['metadata']): ResourceObject['metadata'] | undefined {
  const lacks = (wanted: Record<string, string>, found: Record<string, string> = {}): boolean => Object.keys(wanted).some((key) => found[key] === undefined);
  if (!lacks(labels, existing.labels) && !lacks(annotations, existing.annotations)) return undefined;
  return { ...existing, labels: { ...labels, ...existing.labels }, annotations: { ...annotations, ...existing.annotations } };
}

/** The rules of an aggregated role are its parts'. */
function mergedRole({ rules = [], aggregationRule }: rbacV1.ClusterRole, expected: rbacV1.ClusterRole): object | undefined {
  if (expected.aggregationRule !== undefined) return aggregationRule === undefined ? { aggregationRule: expected.aggregationRule } : undefined;
  const missing = compactRules(missingRules(rules, expected.rules ?? []));
  return missing.length === 0 ? undefined : { rules: [...rules, ...missing] };
}

function mergedBinding({ subjects = [] }: rbacV1.ClusterRoleBinding, expected: rbacV1.ClusterRoleBinding): object | undefined {
  const isSame = (a: rbacV1.Subject, b: rbacV1.Subject): boolean => a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
  const missing = (expected.subjects ?? []).filter((wanted) => !subjects.some((found) => isSame(found, wanted)));
  return missing.length === 0 ? undefined : { subjects: [...subjects, ...missing] };
}
