import { parseJson } from '@gantry/apimachinery';

/** What a double may not hold; everything else is safe with the plain parser, which needs no second look at trusted answers. */
const MAY_LOSE_DIGITS = /\d{16}/;

/** JSON of the server, 64-bit integers kept. */
export function readJson<T>(text: string): T {
  return (MAY_LOSE_DIGITS.test(text) ? parseJson(text) : JSON.parse(text)) as T;
}
