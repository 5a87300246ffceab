/** A request that the log must have. */
export interface ExpectedRequest {
  readonly method: string;
  readonly path: string;
  /** Values; `*` is any. */
  readonly query: ReadonlyMap<string, string>;
  /** What it asks for and sends: `typed`, `json` …, and the kind of patch. */
  readonly forms: readonly string[];
  /** Of these, one. */
  readonly statuses: readonly number[];
}

/** One command with what must come of it. */
export interface Step {
  readonly line: number;
  readonly command: string;
  readonly code: number;
  readonly prints: readonly (string | RegExp)[];
  readonly printsNothing: boolean;
  readonly requests: readonly ExpectedRequest[];
}

export interface Group {
  readonly title: string;
  readonly steps: readonly Step[];
}

interface OpenStep {
  line: number;
  command: string;
  code: number;
  prints: (string | RegExp)[];
  printsNothing: boolean;
  requests: ExpectedRequest[];
}

const GATE = /^\{(?:(\d\.\d+))?\.\.(?:(\d\.\d+))?\}/;

/** The groups of a tour, as one version of kubectl takes it, with the variables put in. What is before the first group is for readers. */
export function parseTour(text: string, version: string, variables: Readonly<Record<string, string>>): Group[] {
  const groups: { title: string; steps: OpenStep[] }[] = [];
  const filled = text.replaceAll(/\$(NS|NODE)\b/g, (_all, name: string) => variables[name] ?? '');
  let isLeftOut = false;
  for (const [index, whole] of filled.split('\n').entries()) {
    const [gate = ''] = GATE.exec(whole) ?? [];
    const line = whole.slice(gate.length);
    if (line.startsWith('== ')) groups.push({ title: line.slice(3), steps: [] });
    const group = groups.at(-1);
    if (group === undefined || line.startsWith('== ') || line === '') continue;
    if (line.startsWith('$ ')) isLeftOut = !isFor(version, gate);
    if (isLeftOut || !isFor(version, gate)) continue;
    if (line.startsWith('$ ')) group.steps.push({ line: index + 1, command: line.slice(2), code: 0, prints: [], printsNothing: false, requests: [] });
    else take(line, group.steps.at(-1)!);
  }
  return groups;
}

function take(line: string, step: OpenStep): void {
  const pattern = /^\/(.*)\/([ms]*)$/.exec(line);
  if (line.startsWith('> ')) step.command += `\n${line.slice(2)}`;
  else if (line.startsWith('? ')) step.code = Number(line.slice(2));
  else if (line.startsWith('-> ')) step.requests.push(requestOf(line.slice(3).split(' ')));
  else if (line === '(nothing)') step.printsNothing = true;
  else step.prints.push(pattern === null ? line : new RegExp(pattern[1]!, pattern[2]));
}

function requestOf(words: readonly string[]): ExpectedRequest {
  const [method = '', uri = '', ...rest] = words;
  const { path, query } = uriOf(uri);
  return { method, path, query, forms: rest.slice(0, -1), statuses: rest.at(-1)!.split('|').map(Number) };
}

export function uriOf(uri: string): { path: string; query: ReadonlyMap<string, string> } {
  const [path = '', query = ''] = uri.split('?', 2);
  return { path, query: new Map(new URLSearchParams(query)) };
}

function isFor(version: string, gate: string): boolean {
  const [, from, to] = GATE.exec(gate) ?? [];
  return (from === undefined || compareMinor(version, from) >= 0) && (to === undefined || compareMinor(version, to) <= 0);
}

/** By the minor: `1.9` is before `1.27`. */
export function compareMinor(a: string, b: string): number {
  return Number(a.split('.')[1]) - Number(b.split('.')[1]);
}
