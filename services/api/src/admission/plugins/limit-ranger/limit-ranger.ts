import type { coreV1 } from '@gantry/api-types';
import { newForbidden } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';
import { limitProblems } from './constraints.js';
import { applyDefaults } from './pod-defaults.js';

/** The limit ranges of a namespace that are at hand. */
export type LimitRangesReader = (namespace: string) => readonly coreV1.LimitRange[];

/** Pods get the requests and limits that their namespace gives to who says nothing, and keep to what it allows. */
export function limitRanger(ranges: LimitRangesReader): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    admit: (request) => {
      if (!concerns(request)) return;
      for (const range of ranges(request.namespace)) applyDefaults(range, request.object as ResourceObject & { spec: coreV1.PodSpec });
    },
    validate: (request) => {
      if (!concerns(request)) return;
      for (const range of ranges(request.namespace)) {
        const problems = limitProblems(range, request.object!['spec'] as coreV1.PodSpec);
        if (problems.length > 0) throw newForbidden(request.resource.groupResource, request.name, problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
      }
    },
  };
}

function concerns({ operation, subresource, resource: { groupResource: { group, resource } }, object, old }: AdmissionRequest): boolean {
  if (group !== '' || resource !== 'pods' || object?.['spec'] === undefined || old?.metadata.deletionTimestamp !== undefined) return false;
  return (operation === 'CREATE' && subresource === '') || (operation === 'UPDATE' && subresource === 'resize');
}
