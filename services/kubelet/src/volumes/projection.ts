import type { coreV1 } from '@gantry/api-types';
import type { ValueSources } from '../environment/environment.js';
import { fieldValue } from '../environment/field-ref.js';
import type { FieldContext } from '../environment/field-ref.js';
import { resourceValue } from '../environment/resource-ref.js';
import { containerSpec, identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { commonUser } from './ownership.js';
import type { FileProjection, Payload } from './payload.js';
import { fieldMap } from './field-map.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

export interface ProjectionContext {
  readonly pod: Pod;
  readonly sources: ValueSources;
  readonly fields: FieldContext;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly tokens: Pick<ServiceAccountTokens, 'get'>;
  /** What a file of the volume holds now. */
  present(path: string): Promise<string | undefined>;
}

/** Files of a volume, and when they must be looked at again although nothing changes (milliseconds since the epoch). */
export interface Projected {
  readonly payload: Payload;
  readonly dueAt?: number;
}

const DEFAULT_MODE = 0o644;

/** The files of a volume that shows objects of the API; undefined: the volume is of another type. Rejects with upstream's words where one is missing. */
export async function project(volume: coreV1.Volume, context: ProjectionContext): Promise<Projected | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) return { payload: await configMapFiles(configMap, configMap.defaultMode, context) };
  if (secret !== undefined) return { payload: await secretFiles({ ...secret, name: secret.secretName ?? '' }, secret.defaultMode, context) };
  if (downwardAPI !== undefined) return { payload: podFiles(downwardAPI, downwardAPI.defaultMode, context) };
  return projected === undefined ? undefined : projectAll(projected, context);
}

/** All sources are tried, so that one look tells all that is missing. */
async function projectAll({ sources = [], defaultMode }: coreV1.ProjectedVolumeSource, context: ProjectionContext): Promise<Projected> {
  const results = await Promise.allSettled(sources.map((source) => projectOne(source, defaultMode, context)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  if (failures.length > 0) throw new Error(failures.length === 1 ? failures[0] : `[${[...new Set(failures)].join(', ')}]`);
  const parts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const due = parts.flatMap(({ dueAt }) => (dueAt === undefined ? [] : [dueAt]));
  return { payload: new Map(parts.flatMap(({ payload }) => [...payload])), ...(due.length === 0 ? {} : { dueAt: Math.min(...due) }) };
}

async function projectOne(source: coreV1.VolumeProjection, mode: number | undefined, context: ProjectionContext): Promise<Projected> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) return { payload: await configMapFiles(configMap, mode, context) };
  if (secret !== undefined) return { payload: await secretFiles({ ...secret, name: secret.name ?? '' }, mode, context) };
  if (downwardAPI !== undefined) return { payload: podFiles(downwardAPI, mode, context) };
  if (serviceAccountToken !== undefined) return tokenFile(serviceAccountToken, mode, context);
  throw new Error(`projected volumes of type ${Object.keys(source)[0] ?? 'unknown'} are not supported by this kubelet`);
}

interface KeyedSource {
  readonly name?: string;
  readonly items?: readonly coreV1.KeyToPath[];
  readonly optional?: boolean;
}

async function configMapFiles(source: KeyedSource, mode: number | undefined, { pod, sources }: ProjectionContext): Promise<Payload> {
  const { name = '' } = source;
  const object = await sources.configMap(identityOf(pod).namespace, name);
  if (object === undefined && source.optional !== true) throw new Error(`configmap "${name}" not found`);
  const binary = Object.entries(object?.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
  const text = Object.entries(object?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
  return keyedFiles(new Map([...binary, ...text]), source, mode, 'config');
}

async function secretFiles(source: KeyedSource, mode: number | undefined, { pod, sources }: ProjectionContext): Promise<Payload> {
  const { name = '' } = source;
  const object = await sources.secret(identityOf(pod).namespace, name);
  if (object === undefined && source.optional !== true) throw new Error(`secret "${name}" not found`);
  return keyedFiles(new Map(Object.entries(object?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')])), source, mode, 'secret');
}

function keyedFiles(data: ReadonlyMap<string, Buffer>, { items, optional }: KeyedSource, defaultMode = DEFAULT_MODE, what: 'config' | 'secret'): Payload {
  if (items === undefined || items.length === 0) return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode: defaultMode }]));
  const files = new Map<string, FileProjection>();
  for (const { key, path, mode = defaultMode } of items) {
    const bytes = data.get(key);
    if (bytes !== undefined) files.set(normalized(path), { data: bytes, mode });
    else if (optional !== true) throw new Error(`references non-existent ${what} key: ${key}`);
  }
  return files;
}

function podFiles({ items = [] }: { readonly items?: readonly coreV1.DownwardAPIVolumeFile[] }, defaultMode = DEFAULT_MODE, context: ProjectionContext): Payload {
  return new Map(items.map((item) => [normalized(item.path), { data: Buffer.from(podValue(item, context)), mode: item.mode ?? defaultMode }]));
}

function podValue({ fieldRef, resourceFieldRef }: coreV1.DownwardAPIVolumeFile, { pod, fields, allocatable }: ProjectionContext): string {
  if (fieldRef !== undefined) {
    const value = fieldMap(pod, fieldRef.fieldPath) ?? fieldValue(pod, fieldRef.fieldPath, fields);
    if (value === undefined) throw new Error(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return value;
  }
  const name = resourceFieldRef?.containerName ?? '';
  const container = containerSpec(pod, name);
  if (resourceFieldRef === undefined || container === undefined) throw new Error(`container ${name} not found`);
  return resourceValue(pod, container, resourceFieldRef, allocatable);
}

/** Readable by the one user that the pod runs as, or by its group; where neither is known, as the volume says. */
async function tokenFile(source: coreV1.ServiceAccountTokenProjection, mode = DEFAULT_MODE, context: ProjectionContext): Promise<Projected> {
  const path = normalized(source.path);
  const { token, refreshAt } = await context.tokens.get(context.pod, source, await context.present(path));
  const owner = commonUser(context.pod);
  const isPrivate = owner !== undefined || context.pod.spec?.securityContext?.fsGroup !== undefined;
  const file: FileProjection = { data: Buffer.from(token), mode: isPrivate ? 0o600 : mode, ...(owner === undefined ? {} : { owner }) };
  return { payload: new Map([[path, file]]), dueAt: refreshAt };
}

function normalized(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
