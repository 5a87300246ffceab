// Imported by a worker as it stands (also as TypeScript, types stripped): no relative imports here.
import { createRequire } from 'node:module';
import type * as YamlLibrary from 'yaml';
import type { Document, LineCounter, ScalarTag, Tags } from 'yaml';

/** Loaded when the first YAML is met: most processes never meet any, and loading takes 25 ms of their start. */
let library: typeof YamlLibrary | undefined;

function yaml(): typeof YamlLibrary {
  library ??= createRequire(import.meta.url)('yaml') as typeof YamlLibrary;
  return library;
}

/** What a document comes to. Plain data, so that it crosses threads. */
export interface YamlResult {
  /** The document as JSON text; integers past 2^53 with their digits. */
  readonly json?: string;
  /** Why it is none, without the `error converting YAML to JSON: ` in front. */
  readonly error?: string;
  /** `line 3: key "a" already set in map`, in the order met, at most 100. */
  readonly duplicates: readonly string[];
}

/** Nodes that aliases may add to a document: more is an attack. */
const MAX_ALIAS_COUNT = 100;
const MOST_REPORTED = 100;
const MAX_DEPTH = 1000;

/** What Go's YAML reader does not know: sexagesimal numbers and dates stay strings there. */
const UNKNOWN_TO_GO: ReadonlySet<string> = new Set(['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:set', 'tag:yaml.org,2002:omap', 'tag:yaml.org,2002:pairs', 'tag:yaml.org,2002:binary']);

/**
 * Reads one document as YAML 1.1, as Go does: `yes` is true, `0644` is 420. The parser's own check for duplicate keys is
 * quadratic and off; ours is linear. Only the first of several documents is read.
 */
export function readYaml(text: string, longestJson: number): YamlResult {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, { version: '1.1', uniqueKeys: false, intAsBigInt: true, strict: true, prettyErrors: false, logLevel: 'silent', lineCounter: lines, customTags: withoutForeign });
  const broken = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (broken !== undefined) return { error: `yaml: line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`, duplicates: [] };
  try {
    const duplicates = duplicateKeys(document, lines);
    const json = JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), plainValue) ?? 'null';
    return json.length > longestJson ? { error: 'yaml: document contains excessive aliasing', duplicates: [] } : { json, duplicates };
  } catch (error) {
    return { error: `yaml: ${(error as Error).message}`, duplicates: [] };
  }
}

/** The library takes `e3` for a number, which it then cannot read. */
const WITH_EXPONENT = /^[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)[eE][-+]?[0-9]+$/;

/** Integers as Go's own literals have them, which its reader takes, too. */
const GO_INTEGER: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0(?:[oO][0-7_]+|[bB][01_]+|[xX][0-9a-fA-F_]+)$/,
  resolve: (text) => {
    const digits = BigInt(text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase());
    return text.startsWith('-') ? -digits : digits;
  },
};

function withoutForeign(tags: Tags): Tags {
  const known = tags.filter((tag) => typeof tag !== 'object' || (!UNKNOWN_TO_GO.has(tag.tag) && !('format' in tag && tag.format === 'TIME')));
  return [GO_INTEGER, ...known].map((tag) => (typeof tag === 'object' && 'format' in tag && tag.format === 'EXP' ? { ...tag, test: WITH_EXPONENT } : tag)) as Tags;
}

function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is not a JSON number`);
  return value;
}

function duplicateKeys(document: Document, lines: LineCounter): string[] {
  const { isMap, isPair, isScalar, isSeq } = yaml();
  const found: string[] = [];
  const visit = (node: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw new Error('exceeded max depth');
    if (isSeq(node)) for (const item of node.items) visit(item, depth + 1);
    if (!isMap(node)) return;
    const keys = new Set<unknown>();
    for (const pair of node.items) {
      if (isPair(pair) && isScalar(pair.key)) report(pair.key, keys);
      visit(pair.value, depth + 1);
    }
  };
  const report = (key: { readonly value: unknown; readonly range?: readonly number[] | null | undefined }, keys: Set<unknown>): void => {
    if (keys.has(key.value) && key.value !== '<<' && found.length < MOST_REPORTED) found.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(String(key.value))} already set in map`);
    keys.add(key.value);
  };
  visit(document.contents, 0);
  return found;
}
