/** No vowels, and none of the digits that look like letters: a suffix never spells a word. Upstream's alphabet. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestName = 63;

/** A random text of the alphabet of generated names. */
export function randomSuffix(length = suffixLength, random: () => number = Math.random): string {
  let suffix = '';
  for (let index = 0; index < length; index++) suffix += alphabet.charAt(Math.floor(random() * alphabet.length));
  return suffix;
}

/** A name that begins with `generateName`, cut so that the result has at most 63 characters. */
export function generatedName(generateName: string, random: () => number = Math.random): string {
  return generateName.slice(0, longestName - suffixLength) + randomSuffix(suffixLength, random);
}

/** Maps a number to the alphabet of generated names, as the hash of a pod template is written. */
export function safeEncode(text: string): string {
  let encoded = '';
  for (let index = 0; index < text.length; index++) encoded += alphabet.charAt(text.charCodeAt(index) % alphabet.length);
  return encoded;
}
