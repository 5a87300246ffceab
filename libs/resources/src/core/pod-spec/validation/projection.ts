import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateFieldFile, validateKeyToPath } from './files.js';
import { validateUnreservedPath } from './paths.js';

const leastTokenSeconds = 600;
const mostTokenSeconds = 2 ** 32;

/** The sources of a projected volume; two of them must not write the same file. */
export function validateProjection({ sources = [] }: coreV1.ProjectedVolumeSource, at: FieldPath, errors: FieldError[]): void {
  const paths = new Set<string>();
  const claim = (path: string | undefined, shown: unknown) => {
    if (path && paths.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'));
    if (path) paths.add(path);
  };
  sources.forEach((source, index) => {
    const here = at.child('sources').index(index);
    validateKeys(source.secret, here.child('secret'), claim, errors);
    validateKeys(source.configMap, here.child('configMap'), claim, errors);
    for (const file of source.downwardAPI?.items ?? []) {
      validateFieldFile(file, here.child('downwardAPI'), errors);
      claim(file.path, file.path);
    }
    if (source.serviceAccountToken !== undefined) validateToken(source.serviceAccountToken, here.child('serviceAccountToken'), at, errors);
    const count = Object.values(source).filter((one) => one !== undefined).length;
    if (count > 1) errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
  });
}

type Claim = (path: string | undefined, shown: unknown) => void;

function validateKeys(source: { name?: string; items?: coreV1.KeyToPath[] } | undefined, at: FieldPath, claim: Claim, errors: FieldError[]): void {
  if (source === undefined) return;
  if (!source.name) errors.push(required(at.child('name')));
  source.items?.forEach((item, index) => {
    validateKeyToPath(item, at.child('items').index(index), errors);
    claim(item.path, source.name);
  });
}

function validateToken({ expirationSeconds = leastTokenSeconds, path }: coreV1.ServiceAccountTokenProjection, at: FieldPath, volume: FieldPath, errors: FieldError[]): void {
  const here = at.child('expirationSeconds');
  if (expirationSeconds < leastTokenSeconds) errors.push(invalid(here, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  if (expirationSeconds > mostTokenSeconds) errors.push(invalid(here, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!path) errors.push(required(volume.child('path')));
  else validateUnreservedPath(path, volume.child('path'), errors);
}
