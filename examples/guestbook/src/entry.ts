/** One line of the book. */
export interface Entry {
  readonly name: string;
  readonly text: string;
  /** When it was written, as in `new Date().toISOString()`. */
  readonly time: string;
}

const LONGEST_NAME = 60;

/** What somebody wrote, trimmed; a sentence that says what is wrong where it cannot be an entry. */
export function entryFrom(input: { readonly name?: unknown; readonly text?: unknown }, longest: number, now: Date): Entry | string {
  const text = plain(input.text);
  const name = plain(input.name).slice(0, LONGEST_NAME);
  if (text === '') return 'There is nothing in it.';
  if (text.length > longest) return `That is longer than ${longest} characters.`;
  return { name: name === '' ? 'somebody' : name, text, time: now.toISOString() };
}

/** On one line, without control characters. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() : '';
}
