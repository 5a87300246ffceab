import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, notFound, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateDescendingPath } from './paths.js';

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

/** The mounts of one container. */
export function validateVolumeMounts(container: coreV1.Container, volumes: ReadonlySet<string>, at: FieldPath, errors: FieldError[]): void {
  const devices = container.volumeDevices ?? [];
  const paths = new Set<string>();
  container.volumeMounts?.forEach((mount, index) => {
    const here = at.index(index);
    if (!mount.name) errors.push(required(here.child('name')));
    if (!volumes.has(mount.name)) errors.push(notFound(here.child('name'), mount.name));
    if (!mount.mountPath) errors.push(required(here.child('mountPath')));
    if (paths.has(mount.mountPath)) errors.push(invalid(here.child('mountPath'), mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name)) errors.push(invalid(here.child('name'), mount.name, 'must not already exist in volumeDevices'));
    validateSubPath(mount, here, at, errors);
    if (mount.mountPropagation !== undefined && !propagations.includes(mount.mountPropagation)) {
      errors.push(notSupported(at.child('mountPropagation'), mount.mountPropagation, propagations));
    }
    if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      errors.push(forbidden(at.child('mountPropagation'), 'Bidirectional mount propagation is available only to privileged containers'));
    }
  });
}

function validateSubPath({ subPath, subPathExpr }: coreV1.VolumeMount, here: FieldPath, at: FieldPath, errors: FieldError[]): void {
  if (subPath) validateDescendingPath(subPath, at.child('subPath'), errors);
  if (!subPathExpr) return;
  if (subPath) errors.push(invalid(here.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  validateDescendingPath(subPathExpr, at.child('subPathExpr'), errors);
}
