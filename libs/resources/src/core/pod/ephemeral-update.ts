import type { coreV1 } from '@gantry/api-types';
import { forbidden, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadataUpdate } from '../../metadata-validation.js';
import { jsonDiff } from '../../printing/json-diff.js';
import { semanticEqual } from '../../semantic-equal.js';
import { isMirror } from './mirror.js';
import type { DefaultedPod } from './types.js';
import { validatePodAlone } from './validation.js';

const at = path('spec').child('ephemeralContainers');
/** How upstream names the place of what is about the whole. */
const nowhere = '[]';

/** An update through `/ephemeralcontainers`: containers come, and none goes or changes. */
export function validateEphemeralContainersUpdate(pod: DefaultedPod, old: DefaultedPod): FieldError[] {
  if (isMirror(old)) return [forbidden(nowhere, 'static pods do not support ephemeral containers')];
  const errors = [...validateMetadataUpdate(pod.metadata, old.metadata, path('metadata')), ...validatePodAlone(pod)];
  const containers = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const before of old.spec.ephemeralContainers ?? []) validateKept(before, containers.get(before.name), errors);
  return errors;
}

function validateKept(before: coreV1.EphemeralContainer, now: coreV1.EphemeralContainer | undefined, errors: FieldError[]): void {
  const subject = `existing ephemeral containers ${JSON.stringify(before.name)} may not be`;
  if (now === undefined) errors.push(forbidden(at, `${subject} removed\n`));
  else if (!semanticEqual(before, now)) errors.push(forbidden(at, `${subject} changed\n${jsonDiff(before, now)}`));
}
