import { asMap } from './atom.js';
import { compare } from './compare.js';
import { difference, hasPath } from './field-set.js';
import type { FieldPath } from './field-set.js';
import { toFieldSet } from './to-field-set.js';
import type { ManagedObject } from './track-update.js';
import { typedProblem } from './validate.js';
import type { FieldVersions, VersionedObject } from './versioned-change.js';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** Bytes of all annotations of an object. */
const MOST_ANNOTATIONS = 256 * 1024;

type Annotations = Readonly<Record<string, string>>;

function annotationsOf(object: VersionedObject): Annotations | undefined {
  return asMap(asMap(object['metadata'])?.['annotations']) as Annotations | undefined;
}

/** Whether the object was applied by a client: its annotation says what. */
export function hasLastApplied(object: VersionedObject): boolean {
  return Boolean(annotationsOf(object)?.[ANNOTATION]);
}

/** Which fields still are as the client itself applied them last; undefined where nothing says so. */
export function allowedByLastApplied({ apiVersion, typeOf }: FieldVersions, live: VersionedObject): ((path: FieldPath) => boolean) | undefined {
  const applied = parsedObject(annotationsOf(live)?.[ANNOTATION]);
  const type = typeOf(apiVersion);
  if (applied === undefined || type === undefined || applied['apiVersion'] !== apiVersion || typedProblem(type, applied) !== undefined) return undefined;
  const { changed, removed } = compare(type, applied, live);
  const same = difference(difference(toFieldSet(type, applied), changed), removed);
  return (path) => hasPath(same, path);
}

function parsedObject(text: string | undefined): VersionedObject | undefined {
  if (!text) return undefined;
  try {
    return asMap(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Keeps the annotation in step, so that the client may go back to applying itself. One that would be too long goes. */
export function setLastApplied(object: ManagedObject, config: VersionedObject): void {
  const annotations: Record<string, string> = { ...annotationsOf(object), [ANNOTATION]: `${goJson(withoutAnnotation(config))}\n` };
  if (bytesOf(annotations) > MOST_ANNOTATIONS) delete annotations[ANNOTATION];
  Object.assign(object.metadata, { annotations });
}

function withoutAnnotation(config: VersionedObject): VersionedObject {
  const annotations = annotationsOf(config);
  if (annotations === undefined) return config;
  const { [ANNOTATION]: _, ...others } = annotations;
  return { ...config, metadata: { ...asMap(config['metadata']), annotations: others } };
}

function bytesOf(annotations: Annotations): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(annotations)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}

/** JSON as Go writes a map: fields in order, the letters of HTML escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    const map = asMap(inner);
    return map === undefined ? inner : Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  }).replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
