import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { descriptionsIn, writeDescriptions } from './descriptions.mjs';

const source = `import { X } from "./X";
/**
 * A pod.
 */
export interface IPod {
    /**
     * Where it runs.
     *
     * Possible values: *\\/5
     */
    "nodeName"?: string;
    "plain": string;
    /**
     * Its parts.
     */
    "parts": Array<{
        "inner": string;
    }>;
}
/**
 * Another comment.
 */
export declare class Pod {}
`;
let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

function tree(files: Readonly<Record<string, string>>): void {
  root = mkdtempSync(join(tmpdir(), 'gantry-descriptions-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

describe('descriptions', () => {
  it('are the comments of a type and of its fields', () => {
    expect(descriptionsIn(source)).toEqual({ '': 'A pod.', nodeName: 'Where it runs.\n\nPossible values: */5', parts: 'Its parts.' });
    expect(descriptionsIn('export {};')).toEqual({});
  });

  it('are written a package a file, for the types of the model alone', () => {
    tree({
      'node_modules/kubernetes-models/v1/Pod.d.ts': source,
      'node_modules/kubernetes-models/rbac.authorization.k8s.io/v1/Role.d.ts': source,
      'node_modules/@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta.d.ts': source,
      'libs/apimachinery/model/schema/io.k8s.api.core.v1.json': '{"Pod":{},"Node":{}}',
      'libs/apimachinery/model/schema/io.k8s.api.rbac.v1.json': '{"Role":{}}',
      'libs/apimachinery/model/schema/io.k8s.api.nothing.v1.json': '{"Thing":{}}',
      'libs/apimachinery/model/schema/io.k8s.apimachinery.pkg.apis.meta.v1.json': '{"ObjectMeta":{}}',
      'libs/apimachinery/model/descriptions/old.json': '{}',
    });
    expect(writeDescriptions(root)).toBe(3);
    const folder = join(root, 'libs/apimachinery/model/descriptions');
    expect(Object.keys(JSON.parse(readFileSync(join(folder, 'io.k8s.api.core.v1.json'), 'utf8')))).toEqual(['Pod']);
    expect(existsSync(join(folder, 'old.json'))).toBe(false);
  });

  it('are none where the dependency is not installed', () => {
    tree({ 'libs/apimachinery/model/schema/io.k8s.api.core.v1.json': '{"Pod":{}}' });
    expect(writeDescriptions(root)).toBe(0);
  });
});
