import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors/status-error.js';
import { dropUnknownFields } from '../schema/drop-unknown-fields.js';
import { resolveSchema, schemaOf } from '../schema/schema-model.js';
import { parseGroupVersionKind } from '../schema/schema.js';
import type { Schema } from '../schema/schema.js';
import { setOf } from './field-set.js';
import { trackApply } from './track-apply.js';
import { trackCreate, trackUpdate } from './track-update.js';
import type { ManagedObject } from './track-update.js';
import { valueTypeOf } from './value-type.js';
import type { FieldVersions } from './versioned-change.js';

interface Step {
  readonly op: 'update' | 'apply';
  readonly manager: string;
  readonly subresource?: string;
  readonly force?: boolean;
  readonly object: ManagedObject & { apiVersion: string; kind: string };
  readonly result: { readonly object?: ManagedObject; readonly error?: string; readonly status?: { message: string; details: { causes: { message: string }[] } } };
}

const scenarios = JSON.parse(gunzipSync(readFileSync(new URL('../../test-data/managed-fields.json.gz', import.meta.url))).toString()) as { name: string; steps: Step[] }[];

/** A decoder with Go's types has structs that are part of their parent in every object. */
function withStructs(declared: Schema, value: unknown): unknown {
  const schema = resolveSchema(declared);
  if (Array.isArray(value)) return schema.items === undefined ? value : value.map((item) => withStructs(schema.items!, item));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const isStruct = typeof field.default === 'object' && resolveSchema(field).type === 'object';
    if (result[name] === undefined && !isStruct) continue;
    result[name] = withStructs(field, result[name] ?? {});
  }
  for (const name of schema.additionalProperties === undefined ? [] : Object.keys(value)) result[name] = withStructs(schema.additionalProperties!, result[name]);
  return result;
}

function typed(object: ManagedObject): ManagedObject {
  const kind = parseGroupVersionKind(object['apiVersion'] as string, object['kind'] as string);
  dropUnknownFields(kind, object);
  return withStructs(schemaOf(kind)!, object) as ManagedObject;
}

function versionsOf({ apiVersion, kind }: { apiVersion: string; kind: string }, subresource: string): FieldVersions {
  const type = valueTypeOf(schemaOf(parseGroupVersionKind(apiVersion, kind))!);
  const ignored = kind === 'ConfigMap' ? [] : [[subresource === 'status' ? 'f:spec' : 'f:status']];
  return { apiVersion, typeOf: (version) => (version === apiVersion ? type : undefined), convert: () => { throw new Error('one version'); }, ignored: setOf(ignored) };
}

function take(live: ManagedObject | undefined, step: Step, index: number): ManagedObject {
  const { op, object, manager, subresource = '', force = false } = structuredClone(step);
  const { apiVersion, kind } = object;
  const versions = versionsOf(object, subresource);
  const now = `2001-01-01T00:00:${String(index).padStart(2, '0')}Z`;
  const by = { manager, operation: op === 'apply' ? 'Apply' : 'Update', apiVersion, subresource } as const;
  if (op === 'apply') {
    const { name } = object.metadata as { name?: string };
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    return typed(trackApply(versions, live ?? { apiVersion, kind, metadata: {} }, { config: object, by, force, now, title: `default/${name}; ${group}/${version}, Kind=${kind}` }));
  }
  if (live === undefined) trackCreate(versions, object, { by, now });
  else trackUpdate(versions, live, object, { by, now });
  return object;
}

describe('field management as upstream does it', () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario.steps] as const))('scenario %s', (_name, steps) => {
    let live: ManagedObject | undefined;
    for (const [index, step] of steps.entries()) {
      const { result } = step;
      if (result.error !== undefined) {
        const act = (): unknown => take(live, step, index);
        if (result.status === undefined) expect(act).toThrow(result.error);
        else {
          try { act(); expect.unreachable(); } catch (error) {
            if (!(error instanceof StatusError)) throw error;
            const { status } = error;
            status.details?.causes?.sort((a, b) => (a.message! < b.message! ? -1 : a.message! > b.message! ? 1 : 0));
            expect(status).toEqual({ kind: 'Status', apiVersion: 'v1', ...result.status });
          }
        }
        continue;
      }
      const next = take(live, step, index);
      next.metadata.uid ??= 'u';
      expect(JSON.stringify(next.metadata.managedFields, null, 1), `step ${index}`).toBe(JSON.stringify(inOrder(result.object!.metadata.managedFields), null, 1));
      if (step.op === 'apply') expect(next, `step ${index}`).toEqual(result.object);
      live = next;
    }
  });
});

/** The fields of an entry as they stand on the wire. */
function inOrder(entries: unknown[] | undefined): unknown {
  return entries?.map((entry) => {
    const { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource } = entry as Record<string, unknown>;
    return { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource };
  });
}
