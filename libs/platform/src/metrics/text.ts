/** The values of one combination of labels. */
export interface Sample<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** All samples of one name. */
export interface Family<L extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample<L>[];
}

/** The media type of Prometheus' text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families in the text format; each block ends with a newline. */
export function familiesText(families: readonly Family[]): string {
  return families.map((family) => [...familyPieces(family)].join('')).join('');
}

/** Samples of one piece. */
const PIECE = 500;

/** A family in pieces of which none takes long to make. */
export function* familyPieces({ name, help, type, samples }: Family): Generator<string> {
  yield headText(name, help, type);
  for (let at = 0; at < samples.length; at += PIECE) {
    yield samples.slice(at, at + PIECE).map(({ labels, value }) => `${name}${labelsText(labels)} ${numberText(value)}\n`).join('');
  }
}

export function headText(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

/** `{verb="GET",code="200"}`, and nothing where there are no labels. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '{' : ','}${name}="${escaped(labels[name]!)}"`;
  return text === '' ? '' : `${text}}`;
}

export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

const SPECIAL = /[\\"\n]/;

function escaped(value: string): string {
  return SPECIAL.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
