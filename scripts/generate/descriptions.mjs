// Writes `libs/apimachinery/model/descriptions/<package>.json`: what `kubectl explain` says of types and fields. The sentences are those of
// Kubernetes (Apache-2.0), taken from the comments of a development dependency (`kubernetes-models`, MIT) when the project is built: they are not
// part of the sources. Files are read by the API when a document is asked for.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const META = 'io.k8s.apimachinery.pkg.';

/** `io.k8s.api.apps.v1` → the folder of its types in the dependency; undefined where it has none. */
function folderOf(packageName, { models, machinery }) {
  if (packageName.startsWith(META)) return join(machinery, ...packageName.slice(META.length).split('.'));
  const [version, group] = packageName.split('.').reverse();
  if (packageName === 'io.k8s.api.core.v1') return join(models, 'v1');
  const folder = readdirSync(models).find((name) => name === group || name.startsWith(`${group}.`));
  return folder === undefined ? undefined : join(models, folder, version);
}

/** The comment that ends right before a line, without stars. */
function commentBefore(lines, at) {
  if (!lines[at - 1]?.trim().endsWith('*/')) return undefined;
  let start = at - 1;
  while (start > 0 && !lines[start].trim().startsWith('/**')) start -= 1;
  const text = lines.slice(start, at).map((line) => line.trim().replace(/^\/\*\*/, '').replace(/\*\/$/, '').replace(/^\* ?/, '')).join('\n').trim();
  return text.replaceAll('*\\/', '*/') || undefined;
}

/** The description of a type (under '') and of its fields, from its declaration file. */
export function descriptionsIn(source) {
  const lines = source.split('\n');
  const found = {};
  const start = lines.findIndex((line) => line.startsWith('export interface ') || line.startsWith('export declare class ') || line.startsWith('export type '));
  if (start < 0) return found;
  const type = commentBefore(lines, start);
  if (type !== undefined) found[''] = type;
  for (let at = start + 1; at < lines.length && !lines[at].startsWith('}'); at += 1) {
    const [, name] = /^ {4}"([^"]+)"\??:/.exec(lines[at]) ?? [];
    const text = name === undefined ? undefined : commentBefore(lines, at);
    if (text !== undefined) found[name] = text;
  }
  return found;
}

/** Writes the files; answers how many, 0 where the dependency is not installed. */
export function writeDescriptions(root) {
  const models = join(root, 'node_modules/kubernetes-models');
  const machinery = join(root, 'node_modules/@kubernetes-models/apimachinery');
  const model = join(root, 'libs/apimachinery/model');
  const target = join(model, 'descriptions');
  if (!existsSync(models) || !existsSync(machinery)) return 0;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  let count = 0;
  for (const file of readdirSync(join(model, 'schema'))) {
    const folder = folderOf(file.slice(0, -'.json'.length), { models, machinery });
    const types = Object.keys(JSON.parse(readFileSync(join(model, 'schema', file), 'utf8')));
    const paths = types.map((type) => [type, folder === undefined ? '' : join(folder, `${type}.d.ts`)]);
    const entries = paths.filter(([, path]) => existsSync(path)).map(([type, path]) => [type, descriptionsIn(readFileSync(path, 'utf8'))]);
    if (entries.length === 0) continue;
    writeFileSync(join(target, file), JSON.stringify(Object.fromEntries(entries)));
    count += 1;
  }
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeDescriptions(join(dirname(fileURLToPath(import.meta.url)), '../..'));
