/** One element of a layout: what is left behind it, or why it cannot be read. */
type Element = readonly [shown: string, read: (rest: string) => number | OutOfRange | undefined];

interface OutOfRange {
  readonly outOfRange: string;
}

const literal = (text: string): Element => [text, (rest) => (rest.startsWith(text) ? text.length : undefined)];

function number(shown: string, form: RegExp, name: string, least: number, most: number): Element {
  return [shown, (rest) => {
    const digits = form.exec(rest)?.[0];
    if (digits === undefined) return undefined;
    return Number(digits) < least || Number(digits) > most ? { outOfRange: name } : digits.length;
  }];
}

const TWO = /^\d\d/;
const DAY_AND_TIME: readonly Element[] = [
  number('2006', /^\d{4}/, 'year', 0, 9999), literal('-'), number('01', TWO, 'month', 1, 12), literal('-'), number('02', TWO, 'day', 0, 99), literal('T'),
  number('15', /^\d\d?/, 'hour', 0, 23), literal(':'), number('04', TWO, 'minute', 0, 59), literal(':'), number('05', TWO, 'second', 0, 59),
];
const ZONE: Element = ['Z07:00', (rest) => /^(?:Z|[+-]\d\d:\d\d)/.exec(rest)?.[0].length];

/** The layouts of times in the API, by the name that Go gives them. */
const LAYOUTS: Readonly<Record<string, readonly Element[]>> = {
  '2006-01-02T15:04:05Z07:00': [...DAY_AND_TIME, ['', (rest) => /^(?:[.,]\d+)?/.exec(rest)![0].length], ZONE],
  '2006-01-02T15:04:05.000000Z07:00': [...DAY_AND_TIME, ['.000000', (rest) => /^[.,]\d{6}/.exec(rest)?.[0].length], ZONE],
};

/** What Go says of a text that is no time of a layout. */
export function goTimeError(value: string, layout: keyof typeof LAYOUTS): string {
  const subject = `parsing time ${quoted(value)}`;
  let rest = value;
  for (const [shown, read] of LAYOUTS[layout] ?? []) {
    const length = read(rest);
    if (length === undefined) return `${subject} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(shown)}`;
    if (typeof length === 'object') return `${subject}: ${length.outOfRange} out of range`;
    rest = rest.slice(length);
  }
  return `${subject}: ${rest === '' ? 'day out of range' : `extra text: ${quoted(rest)}`}`;
}

/** Times are quoted by bytes. */
function quoted(text: string): string {
  const shown = Array.from(Buffer.from(text), (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte < 0x20 || byte >= 0x80 ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
  });
  return `"${shown.join('')}"`;
}
