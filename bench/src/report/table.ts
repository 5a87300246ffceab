import type { Figure } from '../figure.js';

const HEADER = ['BENCH', 'MEASURE', 'VALUE', 'UNIT', 'FLOOR', 'RATIO'] as const;

/** Figures beside their floors; a ratio is value over floor. */
export function figureTable(bench: string, figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [bench, figure.measure, round(figure.value), figure.unit, figure.floor === undefined ? '-' : `${round(figure.floor.value)} (${figure.floor.name})`, ratio(figure)]);
  const widths = HEADER.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [HEADER, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ').trimEnd()).join('\n');
}

function ratio(figure: Figure): string {
  return figure.floor === undefined || figure.floor.value === 0 ? '-' : (figure.value / figure.floor.value).toFixed(2);
}

function round(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}
