import type { coreV1 } from '@gantry/api-types';
import { goQuote } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { isEnough } from './most-warnings.js';
import { fractionWarning } from './quantities.js';

const unlike = (since: string, gone: string): string => `deprecated in ${since}, non-functional in ${gone}+`;

/** In upstream's order; ephemeral volumes have a place of their own between `glusterfs` and `cephfs`. */
const deprecatedVolumes: readonly (readonly [field: keyof coreV1.Volume, problem: string])[] = [
  ['photonPersistentDisk', unlike('v1.11', 'v1.16')],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', unlike('v1.16', 'v1.22')],
  ['flocker', unlike('v1.22', 'v1.25')],
  ['storageos', unlike('v1.22', 'v1.25')],
  ['quobyte', unlike('v1.22', 'v1.25')],
  ['glusterfs', unlike('v1.25', 'v1.26')],
  ['cephfs', unlike('v1.28', 'v1.31')],
  ['rbd', unlike('v1.28', 'v1.31')],
];

/** Kinds of volumes that nobody mounts any more. */
export function volumeWarnings(volumes: readonly coreV1.Volume[], at: FieldPath, warnings: string[]): void {
  volumes.forEach((volume, index) => {
    for (const [field, problem] of deprecatedVolumes) {
      if (volume[field] !== undefined) warnings.push(`${at.index(index).child(field === 'storageos' ? 'storageOS' : field).toString()}: ${problem}`);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec.resources;
    for (const list of claim === undefined ? [] : (['requests', 'limits'] as const)) {
      const resources = (): FieldPath => at.index(index).child('ephemeral').child('volumeClaimTemplate').child('spec').child('resources').child(list).key('storage');
      fractionWarning(claim?.[list]?.['storage'], resources, warnings);
    }
  });
}

/** Where a file comes to stand, and from where it comes; '' where the volume says it. */
interface Target {
  readonly path: string;
  readonly source: string;
}

/** Two files of one volume at one path, or one below the other. */
export function overlapWarnings(volumes: readonly coreV1.Volume[], warnings: string[]): void {
  for (const { name, configMap, secret, downwardAPI, projected } of volumes) {
    if (configMap?.items !== undefined) overlaps(name, `ConfigMap ${goQuote(configMap.name ?? '')}`, targets(configMap.items), warnings);
    if (secret?.items !== undefined) overlaps(name, `Secret ${goQuote(secret.secretName ?? '')}`, targets(secret.items), warnings);
    if (downwardAPI?.items !== undefined) overlaps(name, 'DownwardAPI', targets(downwardAPI.items), warnings);
    if (projected?.sources === undefined) continue;
    for (const source of projected.sources) if (Object.keys(source).length === 0) warnings.push(`volume ${goQuote(name)} (Projected) has no sources provided`);
    overlaps(name, 'Projected', projected.sources.flatMap(projectedTargets), warnings);
  }
}

function targets(items: readonly { readonly path: string }[], source = ''): Target[] {
  return items.map(({ path }) => ({ path, source }));
}

function projectedTargets({ configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate }: coreV1.VolumeProjection): Target[] {
  if (configMap?.items !== undefined) return targets(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`);
  if (secret?.items !== undefined) return targets(secret.items, `Secret ${goQuote(secret.name ?? '')}`);
  if (downwardAPI?.items !== undefined) return targets(downwardAPI.items, 'DownwardAPI');
  if (serviceAccountToken !== undefined) return targets([serviceAccountToken], 'ServiceAccountToken');
  if (clusterTrustBundle !== undefined) return targets([clusterTrustBundle], `ClusterTrustBundle ${goQuote(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? '')}`);
  if (podCertificate === undefined) return [];
  const { certificateChainPath = '', keyPath = '', credentialBundlePath = '' } = podCertificate;
  const files = [[certificateChainPath, 'chain'], [keyPath, 'key'], [credentialBundlePath, 'credential bundle']] as const;
  return files.filter(([path]) => path !== '').map(([path, part]) => ({ path, source: `PodCertificate ${part}` }));
}

function overlaps(volume: string, description: string, all: readonly Target[], warnings: string[]): void {
  const met: Target[] = [];
  const places = new Places();
  for (const { path, source } of all) {
    if (isEnough(warnings)) return;
    const target = { path: withoutEnd(path), source };
    const isTaken = places.add(target.path);
    for (const other of isTaken ? met : []) {
      if (doOverlap(target.path, other.path)) warnings.push(`volume ${goQuote(volume)} (${description}): overlapping paths: ${shown(target)} with ${shown(other)}`);
    }
    met.push(target);
  }
}

function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Characters of a path that is looked at. */
const LONGEST = 512;

/** Tells whether a path overlaps with any before it, without comparing it with each. */
class Places {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  add(path: string): boolean {
    if (path === '' || path.length > LONGEST) return false;
    let isTaken = this.#files.has(path) || this.#folders.has(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (this.#files.has(folder)) isTaken = true;
      this.#folders.add(folder);
    }
    this.#files.add(path);
    return isTaken;
  }
}

function doOverlap(path: string, other: string): boolean {
  return other !== '' && (`${other}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${other}/`));
}

function shown({ path, source }: Target): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`;
}
