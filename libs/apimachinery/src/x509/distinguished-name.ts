import { DER, derElements, derOid, expected } from './der.js';
import type { DerElement } from './der.js';

/** Of a subject: CN is a user's name, every O a group. All values of each are kept, in their order. */
export interface DistinguishedName {
  readonly commonNames: readonly string[];
  readonly organizations: readonly string[];
  /** Identifiers of what else is in it. */
  readonly others: readonly string[];
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const BMP_STRING = 0x1e;
const LATIN_STRING = 0x14;

/** Reads an X.501 name. Throws a DerError. */
export function distinguishedName(name: DerElement): DistinguishedName {
  const attributes = derElements(name.content).flatMap((set) => derElements(expected(set, DER.set).content).map(attributeOf));
  const valuesOf = (type: string): string[] => attributes.filter(([oid]) => oid === type).map(([, value]) => value);
  const others = attributes.map(([oid]) => oid).filter((oid) => oid !== COMMON_NAME && oid !== ORGANIZATION);
  return { commonNames: valuesOf(COMMON_NAME), organizations: valuesOf(ORGANIZATION), others };
}

function attributeOf(attribute: DerElement): readonly [oid: string, value: string] {
  const [oid, value] = derElements(expected(attribute, DER.sequence).content);
  return [derOid(expected(oid, DER.oid)), value === undefined ? '' : textOf(value)];
}

function textOf({ tag, content }: DerElement): string {
  if (tag === BMP_STRING) return Buffer.from(content).swap16().toString('utf16le');
  return Buffer.from(content).toString(tag === LATIN_STRING ? 'latin1' : 'utf8');
}
