import type { coreV1 } from '@gantry/api-types';
import { duplicate, forbidden, invalid, notFound } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateContainer } from './containers.js';

const notAllowed = 'cannot be set for an Ephemeral Container';

/** What nobody may rely on a container for that is there to look at the others, in the order in which it is looked for. */
const forbiddenFields = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/** The ephemeral containers of a spec: their names are nobody else's, and their targets are none of them. */
export function validateEphemeralContainers(spec: coreV1.PodSpec, volumes: ReadonlySet<string>, at: FieldPath, errors: FieldError[]): void {
  const { ephemeralContainers = [], containers, initContainers = [] } = spec;
  const targets = new Set([...containers, ...initContainers].map(({ name }) => name));
  const names = new Set(targets);
  ephemeralContainers.forEach((container, index) => {
    const here = at.index(index);
    validateContainer(container, spec.restartPolicy, volumes, here, errors);
    if ((container.image ?? '').trim() !== (container.image ?? '')) errors.push(invalid(here.child('image'), container.image, 'must not have leading or trailing whitespace'));
    if (names.has(container.name)) errors.push(duplicate(here.child('name'), container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !targets.has(target)) errors.push(notFound(here.child('targetContainerName'), target));
    validateFields(container, here, errors);
    validateSubPaths(container.volumeMounts, here.child('volumeMounts'), errors);
  });
}

function validateFields(container: coreV1.EphemeralContainer, at: FieldPath, errors: FieldError[]): void {
  for (const field of forbiddenFields) {
    // Defaults have given it resources without any.
    const isSet = field === 'resources' ? Object.keys(container.resources ?? {}).length > 0 : container[field] !== undefined;
    if (isSet) errors.push(forbidden(at.child(field), notAllowed));
  }
}

/** A mount of a part of a volume is not taken away before the pod ends. */
function validateSubPaths(mounts: readonly coreV1.VolumeMount[] = [], at: FieldPath, errors: FieldError[]): void {
  mounts.forEach((mount, index) => {
    for (const field of ['subPath', 'subPathExpr'] as const) if (mount[field]) errors.push(forbidden(at.index(index).child(field), notAllowed));
  });
}
