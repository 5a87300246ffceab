const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
/** No vowels and nothing that looks like them: no words arise, and every text is a valid label value and name. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a of the text's UTF-8 bytes, 32 bits unsigned. */
export function fnv1a(text: string): number {
  let hash = OFFSET;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}

/** The decimal digits of a number in the safe alphabet. */
export function safeEncode(value: number): string {
  return Array.from(String(value), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}
