export interface PemBlock {
  /** What stands behind BEGIN. */
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly bytes: Uint8Array;
  /** The text behind the block. */
  readonly rest: string;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** The first PEM block of a text; undefined where there is none. */
export function pemBlock(text: string): PemBlock | undefined {
  const begin = text.indexOf(BEGIN);
  const typeEnd = begin < 0 ? -1 : text.indexOf(DASHES, begin + BEGIN.length);
  if (typeEnd < 0) return undefined;
  const type = text.slice(begin + BEGIN.length, typeEnd);
  const endLine = `-----END ${type}-----`;
  const end = text.indexOf(endLine, typeEnd);
  if (end < 0) return undefined;
  const body = text.slice(typeEnd + DASHES.length, end);
  return { type, hasHeaders: body.includes(':'), bytes: Buffer.from(body, 'base64'), rest: text.slice(end + endLine.length) };
}
