import { createRequire } from 'node:module';
import type * as YamlLibrary from 'yaml';
import type { Document } from 'yaml';
import { ClusterError } from '../options.js';

/** Loaded when a kubeconfig is read: most commands, and all of a start until the cluster serves, do without. */
let library: typeof YamlLibrary | undefined;

/** What one cluster's entries say. */
export interface KubeconfigEntry {
  /** Name of the cluster and of the context; the user is `<name>-admin`. */
  readonly name: string;
  readonly server: string;
  /** PEM */
  readonly certificateAuthority: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

type Section = 'clusters' | 'contexts' | 'users';
interface Named {
  readonly name?: string;
  /** What the section says of it: under `cluster`, `context` or `user`. */
  readonly [content: string]: unknown;
}

/** Reads a kubeconfig text; comments and what others wrote are kept. An empty one is a new one. */
export function parseKubeconfig(text: string, path: string): Document {
  library ??= createRequire(import.meta.url)('yaml') as typeof YamlLibrary;
  const document = library.parseDocument(text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text);
  const content: unknown = document.toJS();
  if (document.errors.length > 0 || typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ClusterError(`${path} is not a kubeconfig, so nothing was written to it`, 'mend or move the file, or name another one in KUBECONFIG', { cause: document.errors[0] });
  }
  return document;
}

/** Puts the cluster's entries in, in place of earlier ones of its name, and makes its context the current one. */
export function putEntry(document: Document, entry: KubeconfigEntry): void {
  const user = `${entry.name}-admin`;
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  put(document, 'clusters', { name: entry.name, cluster: { server: entry.server, 'certificate-authority-data': encode(entry.certificateAuthority) } });
  put(document, 'users', { name: user, user: { 'client-certificate-data': encode(entry.clientCertificate), 'client-key-data': encode(entry.clientKey) } });
  put(document, 'contexts', { name: entry.name, context: { cluster: entry.name, user } });
  document.set('current-context', entry.name);
}

export function currentContext(document: Document): string {
  const value: unknown = document.get('current-context');
  return typeof value === 'string' ? value : '';
}

/** Takes the cluster's entries out; `former` becomes current again only if the current context is still the cluster's own. */
export function removeEntry(document: Document, name: string, former: string): void {
  remove(document, 'clusters', name);
  remove(document, 'contexts', name);
  remove(document, 'users', `${name}-admin`);
  if (currentContext(document) === name) document.set('current-context', former);
}

function put(document: Document, section: Section, item: Named): void {
  const items = listOf(document, section).filter((other) => other?.name !== item.name);
  document.set(section, document.createNode([...items, item]));
}

function remove(document: Document, section: Section, name: string): void {
  document.set(section, document.createNode(listOf(document, section).filter((item) => item?.name !== name)));
}

function listOf(document: Document, section: Section): (Named | null)[] {
  const value = (document.toJS() as Record<string, unknown>)[section];
  return Array.isArray(value) ? (value as (Named | null)[]) : [];
}
