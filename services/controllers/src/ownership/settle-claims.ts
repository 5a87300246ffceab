import type { metaV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { KubeObject, ResourceClient } from '@gantry/client';
import type { Claims } from './claims.js';

/** How claims are made good. */
export interface ClaimWriter<T extends KubeObject> {
  /** The claimed objects, in the owner's namespace. */
  readonly objects: ResourceClient<T>;
  readonly reference: metaV1.OwnerReference;
  /** Reads the owner from the server; undefined where it is gone. */
  readonly liveOwner: () => Promise<KubeObject | undefined>;
}

async function writeOwners<T extends KubeObject>(objects: ResourceClient<T>, object: T, ownerReferences: metaV1.OwnerReference[]): Promise<T> {
  const { name = '', uid, resourceVersion } = object.metadata ?? {};
  return objects.patch(name, 'application/merge-patch+json', { metadata: { uid, resourceVersion, ownerReferences } });
}

/** The cache may show an owner that is gone: an object that it adopted then would be collected. */
async function checkOwner({ liveOwner, reference }: ClaimWriter<KubeObject>): Promise<void> {
  const owner = await liveOwner();
  if (owner?.metadata?.uid !== reference.uid) throw new Error(`${reference.kind} ${reference.name} is not the one that is to adopt: it was replaced or deleted`);
  if (owner.metadata.deletionTimestamp !== undefined) throw new Error(`${reference.kind} ${reference.name} is being deleted and adopts nothing`);
}

async function release<T extends KubeObject>({ objects, reference }: ClaimWriter<T>, object: T): Promise<void> {
  const others = (object.metadata?.ownerReferences ?? []).filter(({ uid }) => uid !== reference.uid);
  await writeOwners(objects, object, others).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** Adopts and releases; returns all objects that are owned now. Writes are guarded by the revisions that were read. */
export async function settleClaims<T extends KubeObject>(claims: Claims<T>, writer: ClaimWriter<T>): Promise<T[]> {
  for (const object of claims.release) await release(writer, object);
  if (claims.adopt.length === 0) return [...claims.owned];
  await checkOwner(writer as ClaimWriter<KubeObject>);
  const adopted: T[] = [];
  for (const object of claims.adopt) adopted.push(await writeOwners(writer.objects, object, [...(object.metadata?.ownerReferences ?? []), writer.reference]));
  return [...claims.owned, ...adopted];
}

/** The live object, undefined where there is none. */
export async function readLive<T extends KubeObject>(objects: ResourceClient<T>, name: string): Promise<T | undefined> {
  try {
    return await objects.get(name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether the server refused because the namespace is going: no later attempt can do better. */
export function isNamespaceTerminating(error: unknown): boolean {
  const causes = (error as { status?: { details?: { causes?: readonly { reason?: string }[] } } } | null)?.status?.details?.causes;
  return causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}
