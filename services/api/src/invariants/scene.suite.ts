import type { Storage } from '@gantry/storage';
import { afterEach } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi, TestApiOptions } from '../test-api.suite.js';
import type { WatchedEvent, WatchReader } from '../watch-reader.suite.js';

export const PATH = '/api/v1/namespaces/default/configmaps';
export const MERGE = { 'content-type': 'application/merge-patch+json' };
const PREFIX = 'core/configmaps/default/';

const started: TestApi[] = [];
afterEach(async () => {
  for (const api of started.splice(0).reverse()) await api.stop();
});

/** An API, or a further replica over the storage of the first; stopped when the test is over. */
export async function replica(options: TestApiOptions = {}): Promise<TestApi> {
  const api = await startTestApi(options);
  started.push(api);
  return api;
}

/** The same storage, with other methods in the places of some. */
export function over(storage: Storage, others: Partial<Storage>): Storage {
  const { write, get, list, history: log, currentRevision } = storage;
  return { write: write.bind(storage), get: get.bind(storage), list: list.bind(storage), history: log.bind(storage), currentRevision: currentRevision.bind(storage), ...others };
}

/** What is known of an object without asking the API: its name, revision and the value of its label `x`. */
interface Known {
  readonly name: string;
  readonly revision: number;
  readonly label: string | undefined;
}

/** One revision of the config maps of `default`, as the storage has it. */
export interface Change extends Known {
  readonly type: string;
}

/** The history of the config maps, read past the code under test. */
export async function history({ storage }: TestApi): Promise<Change[]> {
  const { entries } = await storage.history(0, { limit: 1_000_000 });
  return entries.filter(({ key }) => key.startsWith(PREFIX)).map(({ key, revision, type, value }) => ({ name: key.slice(PREFIX.length), revision, type, label: /"x":"([^"]*)"/.exec(Buffer.from(value).toString())?.[1] }));
}

/** The config maps at a revision, `name@revision` in the order of names. */
export function stateAt(changes: readonly Change[], at: number): string[] {
  const state = new Map<string, number>();
  for (const { name, revision, type } of changes) {
    if (revision > at) break;
    if (type === 'DELETED') state.delete(name);
    else state.set(name, revision);
  }
  return [...state].map(([name, revision]) => `${name}@${String(revision)}`).sort();
}

/** `TYPE name@revision` of what a watch after a revision must tell, up to another. */
export function toldBetween(changes: readonly Change[], after: number, upTo: number): string[] {
  return changes.filter(({ revision }) => revision > after && revision <= upTo).map(({ type, name, revision }) => `${type} ${name}@${String(revision)}`);
}

interface ListBody {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly resourceVersion: string } }[];
}

/** `name@revision` of the items of a list. */
export function shown({ items }: ListBody): string[] {
  return items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
}

/** `TYPE name@revision`; of a bookmark `BOOKMARK revision`, of an error `ERROR code`. */
export function textOf({ type, object }: WatchedEvent): string {
  if (type === 'ERROR') return `ERROR ${String(object.code)}`;
  const { name, resourceVersion } = object.metadata;
  return type === 'BOOKMARK' ? `BOOKMARK ${String(resourceVersion)}` : `${type} ${String(name)}@${String(resourceVersion)}`;
}

/** Reads a watch until it tells of an object of this name, or ends. */
export async function readUntil(watch: WatchReader, name: string): Promise<string[]> {
  const events: string[] = [];
  for (;;) {
    const event = await watch.next();
    if (event === undefined) return events;
    events.push(textOf(event));
    if (event.object.metadata?.name === name && event.type !== 'BOOKMARK') return events;
  }
}

/** Numbers in [0, 1) that come again with the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Creates, changes, labels or deletes one of a few config maps. */
export async function change(api: TestApi, random: () => number, step: number): Promise<void> {
  const name = `m${String(Math.floor(random() * 8))}`;
  const label = random() < 0.6 ? String(Math.floor(random() * 3)) : null;
  const kind = random();
  if (kind < 0.2) await api.call('DELETE', `${PATH}/${name}`);
  else if ((await api.call('PATCH', `${PATH}/${name}`, { metadata: { labels: { x: label } }, data: { step: String(step) } }, MERGE)).status === 404) {
    await api.call('POST', PATH, { metadata: { name, ...(label !== null && { labels: { x: label } }) }, data: { step: String(step) } });
  }
}

export async function create(api: TestApi, name: string): Promise<number> {
  const { body } = await api.call('POST', PATH, { metadata: { name } });
  return Number(body.metadata.resourceVersion);
}
