import type { coreV1 } from '@gantry/api-types';
import { isLatest } from './image-tag.js';
import { canonicalText } from './quantities.js';

/** Permissions of projected files: rw-r--r--. */
const fileMode = 0o644;
const tokenSeconds = 3600;

/** Fills a volume; one without a source is an empty directory. */
export function defaultVolume(volume: coreV1.Volume): void {
  if (Object.keys(volume).every((field) => field === 'name' || volume[field as keyof coreV1.Volume] === undefined)) volume.emptyDir = {};
  if (volume.emptyDir?.sizeLimit !== undefined) volume.emptyDir.sizeLimit = canonicalText(volume.emptyDir.sizeLimit);
  if (volume.secret !== undefined) volume.secret.defaultMode ??= fileMode;
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= fileMode;
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= fileMode;
    volume.downwardAPI.items?.forEach(defaultFieldFile);
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.projected !== undefined) defaultProjection(volume.projected);
  if (volume.image !== undefined) volume.image.pullPolicy ||= isLatest(volume.image.reference ?? '') ? 'Always' : 'IfNotPresent';
}

function defaultProjection(projection: coreV1.ProjectedVolumeSource): void {
  projection.defaultMode ??= fileMode;
  for (const { serviceAccountToken, downwardAPI } of projection.sources ?? []) {
    if (serviceAccountToken !== undefined) serviceAccountToken.expirationSeconds ??= tokenSeconds;
    downwardAPI?.items?.forEach(defaultFieldFile);
  }
}

function defaultFieldFile({ fieldRef, resourceFieldRef }: coreV1.DownwardAPIVolumeFile): void {
  if (fieldRef !== undefined) fieldRef.apiVersion ||= 'v1';
  if (resourceFieldRef !== undefined) resourceFieldRef.divisor ??= '0';
}
