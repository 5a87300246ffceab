import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinds } from '@gantry/resources';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.url));
/** Where code of one kind has its place. */
const OWN = ['subresources/', 'admission/plugins/', 'http/authz/', 'cluster-network/', 'service-accounts/', 'bootstrap-policy/', 'join/'];
/** The path segment behind which a namespace's name stands is spelled as the resource is; every path parser must know it. A measure of upstream's has a word in its name. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = { 'http/path.ts': ['namespaces'], 'metrics/cache-metrics.ts': ['events'] };

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The kinds and resources that a text has as string literals or as types of the API; prose in comments may name them. */
function namesIn(text: string, names: ReadonlySet<string>): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  const literals = [...code.matchAll(/(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)].map(([, , literal]) => literal!).filter((literal) => !/^\.{0,2}\/|^@gantry\/|^node:/.test(literal));
  const words = literals.flatMap((literal) => literal.split(/[^A-Za-z-]+/));
  const types = [...code.matchAll(/\b(?:coreV1|appsV1|coordinationV1|eventsV1)\.(\w+)/g)].map(([, type]) => type!);
  return [...new Set([...words, ...types].filter((word) => names.has(word)))];
}

describe('the generic chain', () => {
  const names = new Set(kinds.flatMap(({ kind, resource, listKind }) => [kind, resource, listKind]));

  it('names no kind and no resource', () => {
    const found = sources(root)
      .map((path) => relative(root, path))
      .filter((path) => !OWN.some((own) => path.startsWith(own)))
      .flatMap((path) => namesIn(readFileSync(join(root, path), 'utf8'), names).filter((name) => !ALLOWED[path]?.includes(name)).map((name) => `${path}: ${name}`));
    expect(found).toEqual([]);
  });

  it('would be caught naming one', () => {
    expect(namesIn("if (resource === 'pods') x();", names)).toEqual(['pods']);
    expect(namesIn('const spec = object as coreV1.Pod;', names)).toEqual(['Pod']);
    expect(namesIn("/** A Pod. */ import { pod } from './pods/x.js';", names)).toEqual([]);
  });
});
