import { endOfString } from './json-strings.js';

const MOST_REPORTED = 100;
const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** One open object (with its keys so far) or array (without), and the step to the value being read. */
interface Frame {
  readonly keys: Set<string> | undefined;
  step: string | number;
  /** In an object: whether the next string is a key. */
  expectsKey: boolean;
  /** Stands under a field that nobody knows: what is in it does not count. */
  readonly isHidden: boolean;
  /** The same for the value being read. */
  hidesValue: boolean;
}

/** A field that occurs a second time, or one that is not known. */
export interface FieldProblem {
  readonly isUnknown: boolean;
  readonly path: string;
}

/**
 * The keys that occur a second time in their object (`spec.containers[0].name`) and those of `unknown` (paths): at most 100 in the order of the
 * text, each once. Of what is in an unknown field nothing is said. One linear pass over valid JSON.
 */
export function fieldProblems(text: string, unknown: ReadonlySet<string>): FieldProblem[] {
  const found = new Map<string, FieldProblem>();
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      readString(text, at, end, frames, unknown, found);
      at = end;
    } else {
      readPunctuation(code, frames);
    }
  }
  return [...found.values()];
}

/**
 * Whether a text of valid JSON has duplicate keys, told by counting: `value` is what was parsed from it, unchanged, and the last of
 * duplicate keys is all that it has of them. Takes a third of the time of `fieldProblems` and no memory.
 */
export function hasDuplicateKeys(text: string, value: unknown): boolean {
  return countColons(text) !== countKeys(value);
}

function countColons(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) count += 1;
  }
  return count;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  for (const key in value) count += 1 + countKeys((value as Readonly<Record<string, unknown>>)[key]);
  return count;
}

function readString(text: string, start: number, end: number, frames: readonly Frame[], unknown: ReadonlySet<string>, found: Map<string, FieldProblem>): void {
  const frame = frames.at(-1);
  if (frame?.keys === undefined || !frame.expectsKey) return;
  const key = unquoted(text, start, end);
  const isRepeated = frame.keys.has(key);
  frame.keys.add(key);
  frame.step = key;
  if (frame.isHidden || (!isRepeated && unknown.size === 0)) return;
  const path = pathTo(frames.slice(0, -1), key);
  const isUnknown = unknown.has(path);
  frame.hidesValue = isUnknown;
  if ((isRepeated || isUnknown) && found.size < MOST_REPORTED && !found.has(path)) found.set(path, { isUnknown, path });
}

function unquoted(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function readPunctuation(code: number, frames: Frame[]): void {
  const frame = frames.at(-1);
  const isHidden = frame !== undefined && (frame.isHidden || frame.hidesValue);
  if (code === OPEN_OBJECT) frames.push({ keys: new Set(), step: '', expectsKey: true, isHidden, hidesValue: false });
  else if (code === OPEN_ARRAY) frames.push({ keys: undefined, step: 0, expectsKey: false, isHidden, hidesValue: false });
  else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) frames.pop();
  else if (code === COLON && frame !== undefined) frame.expectsKey = false;
  else if (code === COMMA && frame !== undefined) advance(frame);
}

function advance(frame: Frame): void {
  if (typeof frame.step === 'number') frame.step += 1;
  else frame.expectsKey = true;
}

function pathTo(frames: readonly Frame[], key: string): string {
  const way = frames.map(({ step }) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return way === '' ? key : `${way}.${key}`.replace(/^\./, '');
}
