/** Characters of one warning and of all of them: as upstream cuts them, so that a header stays one that clients take. */
const ITEM = 256;
const TOTAL = 4 * 1024;

/** The value of a `Warning` header: code 299, no agent, each text quoted. What a header cannot carry is left out or sent as its UTF-8 bytes. */
export function warningHeader(texts: readonly string[]): string {
  const isLong = texts.reduce((sum, text) => sum + text.length, 0) > TOTAL;
  const items: string[] = [];
  let room = TOTAL;
  for (const text of texts) {
    const shown = quoted(isLong && text.length > ITEM ? `${text.slice(0, ITEM)}...` : text);
    room -= shown.length;
    if (room < 0 && items.length > 0) break;
    items.push(`299 - ${shown}`);
  }
  return items.join(', ');
}

function quoted(text: string): string {
  const printable = text.toWellFormed().replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/[\\"]/g, '\\$&');
  return `"${Buffer.from(printable).toString('latin1')}"`;
}
