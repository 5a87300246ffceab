import type { coreV1 } from '@gantry/api-types';
import { invalid, isQualifiedName, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

/** Fields of the pod that a variable may show. */
export const environmentFields: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Fields of the pod that a file may show. */
export const fileFields: readonly string[] = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

const anyField: ReadonlySet<string> = new Set([...environmentFields, ...fileFields, 'spec.restartPolicy', 'status.phase']);

const resources: readonly string[] = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];

/** A reference to a field of the pod: `metadata.name`, `metadata.labels['app']`. */
export function validateFieldReference({ fieldPath }: coreV1.ObjectFieldSelector, allowed: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (!fieldPath) {
    errors.push(required(at.child('fieldPath')));
    return;
  }
  const [, map, key = ''] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (map !== undefined) validateSubscript(map, key, at, errors);
  else if (!anyField.has(fieldPath)) errors.push(invalid(at.child('fieldPath'), fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`));
  else if (!allowed.includes(fieldPath)) errors.push(notSupported(at.child('fieldPath'), fieldPath, allowed));
}

function validateSubscript(map: string, key: string, at: FieldPath, errors: FieldError[]): void {
  if (map === 'metadata.annotations' || map === 'metadata.labels') {
    const name = map === 'metadata.annotations' ? key.toLowerCase() : key;
    for (const problem of isQualifiedName(name)) errors.push(invalid(at, name, problem));
  } else errors.push(invalid(at, map, 'does not support subscript'));
}

/** A reference to a request or a limit of a container; files must name the container. */
export function validateResourceReference({ containerName, resource }: coreV1.ResourceFieldSelector, ofFile: boolean, at: FieldPath, errors: FieldError[]): void {
  if (ofFile && !containerName) errors.push(required(at.child('containerName')));
  else if (!resource) errors.push(required(at.child('resource')));
  else if (!resources.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    errors.push(notSupported(at.child('resource'), resource, resources));
  }
}
