import { paint } from './terminal.js';

export interface LogLine {
  /** ISO 8601, '' for a line that is not one of ours: such lines come first. */
  readonly time: string;
  readonly text: string;
}

const KNOWN = new Set(['time', 'level', 'component', 'msg']);
const COLOURS = { warn: 'yellow', error: 'red', debug: 'dim', info: 'reset' } as const;

/** A line for people from a JSON line; undefined when another component wrote it. What is not JSON is shown as it is. */
export function formatLine(line: string, component: string | undefined): LogLine | undefined {
  const record = parse(line);
  if (record === undefined) return component === undefined && line !== '' ? { time: '', text: line } : undefined;
  if (component !== undefined && record['component'] !== component) return undefined;
  const time = String(record['time'] ?? '');
  const level = String(record['level'] ?? 'info');
  const fields = Object.entries(record).filter(([name]) => !KNOWN.has(name)).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const mark = paint(COLOURS[level as keyof typeof COLOURS] ?? 'reset', level.toUpperCase().padEnd(5));
  return { time, text: [paint('dim', time), mark, String(record['component'] ?? '-').padEnd(11), String(record['msg'] ?? ''), paint('dim', fields.join(' '))].join(' ').trimEnd() };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
