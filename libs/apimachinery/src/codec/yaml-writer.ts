import './bigint-json.js';

/** What reads back as the same string without quotes, whichever YAML reads it. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./@=+-]*(?:[ :][A-Za-z0-9_./@=+-]+)*$/;
/** Words that YAML 1.1, or some reader of it, takes for something else. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|[.]?inf|[.]?nan|e\d+)$/i;
/** A line that a block shows as it is: nothing that is not printed, no blank at the end. */
const LINE = /^(?:[\u0020-\u007e\u00a1-\u1fff\u2030-\ud7ff]*[\u0021-\u007e\u00a1-\u167f\u2030-\u2fff\u3001-\ud7ff])?$/;

/** YAML that reads back as the same value, in blocks, without anchors. What JSON leaves out is left out. */
export function encodeYaml(value: unknown): string {
  const lines: string[] = [];
  writeNode(lines, value, '', '');
  return `${lines.join('\n')}\n`;
}

/** Writes a value whose first line begins with `head` and whose others are indented by `indent`. */
function writeNode(lines: string[], value: unknown, head: string, indent: string): void {
  if (Array.isArray(value) && value.length > 0) return writeList(lines, value, head, indent);
  if (isMap(value)) return writeMap(lines, value, head, indent);
  lines.push(`${head}${typeof value === 'string' ? textOf(value, indent) : scalarOf(value)}`);
}

function writeList(lines: string[], items: readonly unknown[], head: string, indent: string): void {
  let start = head;
  for (const item of items) {
    writeNode(lines, item ?? null, `${start}- `, `${indent}  `);
    start = indent;
  }
}

function writeMap(lines: string[], map: Readonly<Record<string, unknown>>, head: string, indent: string): void {
  let start = head;
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === undefined) continue;
    const name = `${start}${isPlain(key) ? key : JSON.stringify(key)}:`;
    start = indent;
    if (Array.isArray(value) && value.length > 0) {
      lines.push(name);
      writeList(lines, value, indent, indent);
    } else if (isMap(value)) {
      lines.push(name);
      writeMap(lines, value, `${indent}  `, `${indent}  `);
    } else {
      lines.push(`${name} ${typeof value === 'string' ? textOf(value, `${indent}  `) : scalarOf(value)}`);
    }
  }
}

/** A map with something in it; an empty one is written as JSON. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const key of Object.keys(value)) if ((value as Readonly<Record<string, unknown>>)[key] !== undefined) return true;
  return false;
}

function scalarOf(value: unknown): string {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? '{}' : (JSON.stringify(value) ?? 'null');
}

function textOf(text: string, indent: string): string {
  if (isPlain(text)) return text;
  return (text.includes('\n') ? blockOf(text, indent) : undefined) ?? JSON.stringify(text);
}

/** Several lines as a block; undefined where that would not read back as the same. */
function blockOf(text: string, indent: string): string | undefined {
  const lines = text.split('\n');
  if (text.startsWith(' ') || text.startsWith('\n') || !lines.every((line) => LINE.test(line))) return undefined;
  const chomping = lines.at(-1) !== '' ? '-' : lines.at(-2) === '' ? '+' : '';
  if (chomping !== '-') lines.pop();
  return [`|${chomping}`, ...lines.map((line) => (line === '' ? '' : indent + line))].join('\n');
}

function isPlain(text: string): boolean {
  return text.length < 256 && PLAIN.test(text) && !WORDS.test(text) && !text.includes('  ');
}
