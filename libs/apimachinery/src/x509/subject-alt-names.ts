import { DER, derElement, derElements } from './der.js';

/** What a certificate is good for besides its subject, by the kind of name. */
export interface SubjectAltNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
  /** As the bytes stand in the extension, hex. */
  readonly ip: readonly string[];
  /** How many there are of other kinds. */
  readonly others: number;
}

export const noNames: SubjectAltNames = { dns: [], email: [], uri: [], ip: [], others: 0 };

/** Tags of RFC 5280's GeneralName. */
const TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;

/** Reads the value of a subjectAltName extension. Throws a DerError. */
export function subjectAltNames(value: Uint8Array): SubjectAltNames {
  const names = derElements(derElement(value, DER.sequence).content);
  const of = (wanted: number, encoding: 'latin1' | 'hex'): string[] => names.filter(({ tag }) => tag === wanted).map(({ content }) => Buffer.from(content).toString(encoding));
  const known: readonly number[] = Object.values(TAGS);
  return { dns: of(TAGS.dns, 'latin1'), email: of(TAGS.email, 'latin1'), uri: of(TAGS.uri, 'latin1'), ip: of(TAGS.ip, 'hex'), others: names.filter(({ tag }) => !known.includes(tag)).length };
}
