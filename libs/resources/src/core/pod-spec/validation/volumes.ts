import type { coreV1 } from '@gantry/api-types';
import { duplicate, forbidden, invalid, isDNS1123Label, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { quantityOrNone } from '../quantities.js';
import { validateFieldFile, validateKeyToPath } from './files.js';
import { validateFileMode, validateNoBacksteps } from './paths.js';
import { validateProjection } from './projection.js';

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** The volumes of a spec. Returns the names of the good ones, which mounts may use. */
export function validateVolumes(volumes: readonly coreV1.Volume[] | undefined, at: FieldPath, errors: FieldError[]): ReadonlySet<string> {
  const names = new Set<string>();
  volumes?.forEach((volume, index) => {
    const here = at.index(index);
    const before = errors.length;
    validateSources(volume, here, errors);
    if (!volume.name) errors.push(required(here.child('name')));
    else for (const problem of isDNS1123Label(volume.name)) errors.push(invalid(here.child('name'), volume.name, problem));
    if (names.has(volume.name)) errors.push(duplicate(here.child('name'), volume.name));
    if (errors.length === before) names.add(volume.name);
  });
  return names;
}

function validateSources(volume: coreV1.Volume, at: FieldPath, errors: FieldError[]): void {
  const [first, ...extra] = sourceFields.filter((field) => volume[field] !== undefined);
  if (first === undefined) errors.push(required(at, 'must specify a volume type'));
  else validators[first]?.(volume, at.child(first), errors);
  for (const field of extra) errors.push(forbidden(at.child(shownNames[field] ?? field), 'may not specify more than 1 volume type'));
}

type Source = Exclude<keyof coreV1.Volume, 'name'>;

/** In the order in which upstream looks: the first one counts. */
const sourceFields: readonly Source[] = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim',
  'rbd', 'cinder', 'cephfs', 'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume',
  'azureDisk', 'storageos', 'quobyte', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
];

/** Upstream's own spellings in these messages. */
const shownNames: Partial<Record<Source, string>> = { downwardAPI: 'downwarAPI', cephfs: 'cephFS' };

type Validate = (volume: coreV1.Volume, at: FieldPath, errors: FieldError[]) => void;

/** By the field that names the source. Sources that need no more than their types have no entry. */
const validators: Partial<Record<Source, Validate>> = {
  emptyDir: ({ emptyDir }, at, errors) => {
    const limit = quantityOrNone(emptyDir?.sizeLimit);
    if (limit !== undefined && limit.nanos < 0n) errors.push(forbidden(at.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
  },
  hostPath: ({ hostPath }, at, errors) => {
    if (!hostPath?.path) errors.push(required(at.child('path')));
    else {
      validateNoBacksteps(hostPath.path, at.child('path'), errors);
      if (!hostPathTypes.includes(hostPath.type ?? '')) errors.push(notSupported(at.child('type'), hostPath.type, hostPathTypes));
    }
  },
  secret: ({ secret }, at, errors) => {
    if (!secret?.secretName) errors.push(required(at.child('secretName')));
    validateFiles(secret, at, errors);
  },
  configMap: ({ configMap }, at, errors) => {
    if (!configMap?.name) errors.push(required(at.child('name')));
    validateFiles(configMap, at, errors);
  },
  downwardAPI: ({ downwardAPI }, at, errors) => {
    validateFileMode(downwardAPI?.defaultMode, at.child('defaultMode'), errors);
    downwardAPI?.items?.forEach((file) => validateFieldFile(file, at, errors));
  },
  persistentVolumeClaim: ({ persistentVolumeClaim }, at, errors) => {
    if (!persistentVolumeClaim?.claimName) errors.push(required(at.child('claimName')));
  },
  nfs: ({ nfs }, at, errors) => {
    if (!nfs?.server) errors.push(required(at.child('server')));
    if (!nfs?.path) errors.push(required(at.child('path')));
    if (!nfs?.path.startsWith('/')) errors.push(invalid(at.child('path'), nfs?.path, 'must be an absolute path'));
  },
  projected: ({ projected }, at, errors) => {
    if (projected === undefined) return;
    validateFileMode(projected.defaultMode, at.child('defaultMode'), errors);
    validateProjection(projected, at, errors);
  },
};

function validateFiles(source: { defaultMode?: number; items?: coreV1.KeyToPath[] } | undefined, at: FieldPath, errors: FieldError[]): void {
  validateFileMode(source?.defaultMode, at.child('defaultMode'), errors);
  source?.items?.forEach((item, index) => validateKeyToPath(item, at.child('items').index(index), errors));
}
