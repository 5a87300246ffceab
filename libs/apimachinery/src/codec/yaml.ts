import { Worker } from 'node:worker_threads';
import './bigint-json.js';
import { hasDuplicateFields, JsonSyntaxError, parseJson } from './json.js';
import { readYaml } from './yaml-document.js';
import type { YamlResult } from './yaml-document.js';

/** A body that is no YAML, or whose aliases or depth are an attack. `message` is for a 400. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
}

/** A decoded YAML body. */
export interface YamlBody {
  /** A fresh tree: nothing in it is shared, aliases are copies. */
  readonly value: unknown;
  /** What strict field validation reports of duplicate keys, as one text; undefined when there are none. */
  readonly duplicates: string | undefined;
}

/** Bodies longer than this are read in a worker, so that they cannot block the process. */
const LONGEST_INLINE = 64 * 1024;
/** The longest JSON that a document may come to, in characters. */
const LONGEST_JSON = 8 * 1024 * 1024;
const DEADLINE_MILLISECONDS = 10_000;

/** Reads a short YAML text (or JSON, which is YAML) in place. Throws `YamlSyntaxError`. */
export function parseYaml(text: string): YamlBody {
  return jsonBody(text) ?? bodyOf(readYaml(text, LONGEST_JSON));
}

/** Reads a request's YAML body: a long one in a worker that is ended after ten seconds. Rejects with `YamlSyntaxError`. */
export async function parseYamlBody(text: string, deadlineMilliseconds = DEADLINE_MILLISECONDS): Promise<YamlBody> {
  if (text.length <= LONGEST_INLINE) return parseYaml(text);
  return jsonBody(text) ?? bodyOf(await readInWorker(text, deadlineMilliseconds));
}

const OBJECT = /^\s*\{/;

/** What programs send as YAML is JSON, nearly always. Undefined for what is none, and for what a reader of YAML has to complain of. */
function jsonBody(text: string): YamlBody | undefined {
  if (!OBJECT.test(text)) return undefined;
  try {
    const value = parseJson(text);
    return hasDuplicateFields(text, value) ? undefined : { value, duplicates: undefined };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function bodyOf(result: YamlResult): YamlBody {
  if (result.json === undefined) throw new YamlSyntaxError(result.error ?? 'yaml: no document');
  const value = parseJson(result.json);
  const duplicates = result.duplicates.length === 0 ? undefined : ['yaml: unmarshal errors:', ...result.duplicates].join('\n  ');
  return { value, duplicates };
}

/** Beside this module, with its extension: TypeScript under test, JavaScript when built. */
function beside(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

async function readInWorker(text: string, deadlineMilliseconds: number): Promise<YamlResult> {
  const worker = new Worker(beside('yaml-worker'), { workerData: { module: beside('yaml-document').href, text, longestJson: LONGEST_JSON } });
  const answer = Promise.withResolvers<YamlResult>();
  const timer = setTimeout(() => answer.reject(new YamlSyntaxError('yaml: the document took too long to read')), deadlineMilliseconds);
  worker.once('message', answer.resolve);
  worker.once('error', (error) => answer.reject(new YamlSyntaxError(`yaml: ${(error as Error).message}`)));
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
