import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, path } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import { isMirror } from './mirror.js';
import { qosClassOf } from './qos.js';
import { withOldResources, withOldPodResources } from './resizable.js';
import type { DefaultedPod } from './types.js';
import { validatePodAlone } from './validation.js';

const at = path('spec');
/** How upstream names the place of what is about the whole. */
const nowhere = '[]';
const lists = ['containers', 'initContainers'] as const;
const onlyThese = 'only cpu and memory resources are mutable';

/** An update through `/resize`: cpu and memory of containers change, and what else there was stays. */
export function validatePodResize(pod: DefaultedPod, old: DefaultedPod): FieldError[] {
  if (isMirror(old)) return [forbidden(nowhere, 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbidden(nowhere, 'windows pods cannot be resized')];
  const errors = [...validateMetadataUpdate(pod.metadata, old.metadata, path('metadata')), ...validatePodAlone(pod)];
  if ((old.status.qosClass ?? qosClassOf(old.spec)) !== qosClassOf(pod.spec)) errors.push(invalid(at, pod.status.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  if (!isSupported(old)) errors.push(forbidden(at, 'Pod running on node without support for resize'));
  validatePodLevel(pod.spec, old.spec, errors);
  const orderErrors = lists.flatMap((list) => validateOrder(list, pod.spec[list] ?? [], old.spec[list] ?? []));
  if (orderErrors.length > 0) return [...errors, ...orderErrors];
  validateNothingRemoved(pod.spec, old.spec, errors);
  validateContainers(pod.spec, old.spec, errors);
  if (errors.length === 0 && !semanticEqual(withOldResources(pod.spec, old.spec), old.spec)) errors.push(forbidden(at, onlyThese));
  return errors;
}

/** A node whose kubelet does not say what its containers have does not change it either. */
function isSupported({ status }: DefaultedPod): boolean {
  const running = (status.containerStatuses ?? []).find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function validatePodLevel({ resources }: coreV1.PodSpec, { resources: before }: coreV1.PodSpec, errors: FieldError[]): void {
  if (isEmpty(resources) && isEmpty(before)) return;
  const here = at.child('resources');
  if (before !== undefined && resources === undefined) errors.push(forbidden(here, 'pod-level resources cannot be removed'));
  else if (before !== undefined) validateKept('pod-level resource', resources, before, here, errors);
  if (!semanticEqual(withOldPodResources(resources, before), before)) errors.push(forbidden(at, 'only cpu and memory resources are mutable at pod-level'));
}

function isEmpty(resources: coreV1.ResourceRequirements | undefined): boolean {
  return Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length === 0;
}

function validateOrder(list: (typeof lists)[number], containers: readonly coreV1.Container[], old: readonly coreV1.Container[]): FieldError[] {
  if (containers.length !== old.length) return [forbidden(at.child(list), `${list} may not be added or removed on resize`)];
  return old.flatMap(({ name }, index) =>
    (containers[index]!.name === name ? [] : [forbidden(at.child(list).index(index).child('name'), `${list} may not be renamed or reordered on resize`)]));
}

function validateNothingRemoved(spec: coreV1.PodSpec, old: coreV1.PodSpec, errors: FieldError[]): void {
  for (const list of ['initContainers', 'containers'] as const) {
    old[list]?.forEach(({ resources }, index) => validateKept('resource', spec[list]![index]!.resources, resources, at.child(list).index(index).child('resources'), errors));
  }
}

function validateKept(what: string, now: coreV1.ResourceRequirements | undefined, before: coreV1.ResourceRequirements | undefined, here: FieldPath, errors: FieldError[]): void {
  for (const part of ['requests', 'limits'] as const) {
    const gone = Object.keys(before?.[part] ?? {}).some((name) => now?.[part]?.[name] === undefined);
    if (gone) errors.push(forbidden(here.child(part), `${what} ${part} cannot be removed`));
  }
}

function validateContainers(spec: coreV1.PodSpec, old: coreV1.PodSpec, errors: FieldError[]): void {
  const kept = withOldResources(spec, old);
  for (const [index, container] of kept.containers.entries()) {
    if (!semanticEqual(container, old.containers[index])) errors.push(forbidden(at, onlyThese));
  }
  kept.initContainers?.forEach((container, index) => {
    const here = at.child('initContainers').index(index);
    if (!semanticEqual(container, old.initContainers![index])) errors.push(forbidden(here, 'only cpu and memory resources for init or sidecar containers are mutable'));
    if (container.restartPolicy === 'Always' || semanticEqual(spec.initContainers![index], old.initContainers![index])) return;
    const restarting = (container.resizePolicy ?? []).filter(({ restartPolicy }) => restartPolicy === 'RestartContainer');
    for (const _ of restarting) errors.push(forbidden(here, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
  });
}
