import type { coreV1 } from '@gantry/api-types';
import { isLabelValue } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { deprecatedNodeLabel } from '../../node-labels.js';

const SELECTS_NOTHING = 'a null labelSelector results in matching no pod';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Where a pod wants to be, by labels that nodes do not have any more or selectors that select nothing. */
export function schedulingWarnings({ nodeSelector, affinity, topologySpreadConstraints }: coreV1.PodSpec, at: FieldPath, warnings: string[]): void {
  for (const key in nodeSelector) {
    const problem = deprecatedNodeLabel(key);
    if (problem !== undefined) warnings.push(`${at.child('nodeSelector').key(key).toString()}: ${problem}`);
  }
  if (affinity !== undefined) affinityWarnings(affinity, at.child('affinity'), warnings);
  topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, index) => {
    const here = at.child('topologySpreadConstraints').index(index);
    const problem = deprecatedNodeLabel(topologyKey);
    if (problem !== undefined) warnings.push(`${here.child('topologyKey').toString()}: ${topologyKey} is ${problem}`);
    if (labelSelector === undefined) warnings.push(`${here.child('labelSelector').toString()}: ${SELECTS_NOTHING}`);
  });
}

function affinityWarnings({ nodeAffinity, podAffinity, podAntiAffinity }: coreV1.Affinity, at: FieldPath, warnings: string[]): void {
  nodeAffinity?.[REQUIRED]?.nodeSelectorTerms.forEach((term, index) => {
    termWarnings(term, false, at.child('nodeAffinity').child(REQUIRED).child('nodeSelectorTerms').index(index), warnings);
  });
  nodeAffinity?.[PREFERRED]?.forEach(({ preference }, index) => termWarnings(preference, true, at.child('nodeAffinity').child(PREFERRED).index(index).child('preference'), warnings));
  if (podAffinity !== undefined) podAffinityWarnings(podAffinity, at.child('podAffinity'), warnings);
  if (podAntiAffinity !== undefined) podAffinityWarnings(podAntiAffinity, at.child('podAntiAffinity'), warnings);
}

function termWarnings({ matchExpressions }: coreV1.NodeSelectorTerm, hasValues: boolean, at: FieldPath, warnings: string[]): void {
  matchExpressions?.forEach(({ key, values = [] }, index) => {
    const here = at.child('matchExpressions').index(index);
    const problem = deprecatedNodeLabel(key);
    if (problem !== undefined) warnings.push(`${here.child('key').toString()}: ${key} is ${problem}`);
    if (!hasValues) return;
    values.forEach((value, position) => {
      for (const wrong of isLabelValue(value)) warnings.push(`${here.child('values').index(position).toString()}: ${value} is invalid, ${wrong}`);
    });
  });
}

function podAffinityWarnings(affinity: coreV1.PodAffinity | coreV1.PodAntiAffinity, at: FieldPath, warnings: string[]): void {
  affinity[REQUIRED]?.forEach(({ labelSelector }, index) => {
    if (labelSelector === undefined) warnings.push(`${at.child(REQUIRED).index(index).child('labelSelector').toString()}: ${SELECTS_NOTHING}`);
  });
  affinity[PREFERRED]?.forEach(({ podAffinityTerm }, index) => {
    if (podAffinityTerm.labelSelector === undefined) warnings.push(`${at.child(PREFERRED).index(index).child('podAffinityTerm').child('labelSelector').toString()}: ${SELECTS_NOTHING}`);
  });
}
