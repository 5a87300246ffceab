import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readFileIfAny, writeFileAtomic } from '../state/files.js';
import { currentContext, parseKubeconfig, putEntry, removeEntry, type KubeconfigEntry } from './document.js';

/** The file that kubectl itself would write: `$KUBECONFIG`'s first file, else `~/.kube/config`. */
export function defaultKubeconfig(environment: NodeJS.ProcessEnv = process.env): string {
  const first = (environment['KUBECONFIG'] ?? '').split(delimiter).find((path) => path !== '');
  return first ?? join(homedir(), '.kube', 'config');
}

/** What a merge must remember for the removal. */
export interface MergedKubeconfig {
  readonly path: string;
  /** The context that was current before; '' when there was none. */
  readonly formerContext: string;
}

/** Merges the entries atomically, mode 0600. `earlier` is what the last merge of this cluster remembered. */
export async function mergeKubeconfig(path: string, entry: KubeconfigEntry, earlier: MergedKubeconfig | undefined): Promise<MergedKubeconfig> {
  const target = await behindLinks(path);
  const document = parseKubeconfig((await readFileIfAny(target)) ?? '', path);
  const current = currentContext(document);
  putEntry(document, entry);
  await writeFileAtomic(target, document.toString());
  const formerContext = current === entry.name ? (earlier?.formerContext ?? '') : current;
  return { path, formerContext };
}

/** A file that is gone or is no kubeconfig any more has nothing of ours to remove. */
export async function unmergeKubeconfig(merged: MergedKubeconfig, name: string): Promise<void> {
  const target = await behindLinks(merged.path);
  const text = await readFileIfAny(target);
  if (text === undefined) return;
  const document = parseKubeconfig(text, merged.path);
  removeEntry(document, name, merged.formerContext);
  await writeFileAtomic(target, document.toString());
}

/** A kubeconfig of its own with nothing but this cluster. */
export function standaloneKubeconfig(entry: KubeconfigEntry): string {
  const document = parseKubeconfig('', '');
  putEntry(document, entry);
  return document.toString();
}

/** A symbolic link stays one: its target is replaced. */
async function behindLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
