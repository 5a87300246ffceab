import { stringify } from 'yaml';

export type OutputFormat = 'table' | 'json' | 'yaml';

/** A table whose columns line up, two or more spaces between them, no space at a line's end. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ').trimEnd();
  return [header, ...rows].map(line).join('\n');
}

/** Machines get the data as it is, people the text. */
export function print(format: OutputFormat, data: unknown, text: () => string): void {
  if (format === 'json') return void process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  if (format === 'yaml') return void process.stdout.write(stringify(data));
  process.stdout.write(`${text()}\n`);
}
