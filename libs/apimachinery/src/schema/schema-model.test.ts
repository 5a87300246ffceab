import { describe, expect, it } from 'vitest';
import { definition, definitionNameOf, fieldSchema, modelKinds, patchMeta, resolveSchema, schemaOf } from './schema-model.js';
import type { Schema } from './schema.js';

const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' };

function at(root: Schema, ...fields: string[]): Schema {
  return fields.reduce((schema, field) => {
    const found = field === '[]' ? resolveSchema(schema).items : fieldSchema(schema, field);
    if (found === undefined) throw new Error(`no field ${field}`);
    return found;
  }, root);
}

describe('the schema model', () => {
  it('knows a kind by its group, version and kind', () => {
    expect(definitionNameOf(deployment)).toBe('io.k8s.api.apps.v1.Deployment');
    expect(definitionNameOf({ group: 'apps', version: 'v1', kind: 'constructor' })).toBeUndefined();
    expect(definitionNameOf({ group: 'example.com', version: 'v1', kind: 'Deployment' })).toBeUndefined();
  });

  it('knows request options and watch events in every group', () => {
    expect(definitionNameOf({ group: 'apps', version: 'v1', kind: 'DeleteOptions' })).toBe('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');
  });

  it('walks fields across packages, with the merge keys of lists', () => {
    const root = schemaOf(deployment) as Schema;
    const containers = at(root, 'spec', 'template', 'spec', 'containers');
    expect(patchMeta(containers)).toEqual({ strategies: ['merge'], mergeKey: 'name' });
    expect(containers['x-kubernetes-list-map-keys']).toEqual(['name']);
    expect(at(containers, '[]', 'ports')['x-kubernetes-list-map-keys']).toEqual(['containerPort', 'protocol']);
    expect(patchMeta(at(root, 'spec', 'strategy')).strategies).toEqual(['retainKeys']);
    expect(at(root, 'metadata', 'labels', 'any').type).toBe('string');
  });

  it('has no reference without a definition', () => {
    const dangling: string[] = [];
    const visit = (schema: Schema): void => {
      if (schema.$ref !== undefined && definition(schema.$ref) === undefined) dangling.push(schema.$ref);
      for (const inner of [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? [])]) if (inner) visit(inner);
    };
    for (const { definition: name } of modelKinds()) visit(definition(name) as Schema);
    expect(dangling).toEqual([]);
    expect(modelKinds().length).toBeGreaterThan(150);
  });
});
