import fc from 'fast-check';
import { expect, it } from 'vitest';
import { goJsonError } from './go-json-error.js';

it.each([
  ['{', 'unexpected end of JSON input'],
  ['', 'unexpected end of JSON input'],
  ['{"a":"x', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['{"a":}', "invalid character '}' looking for beginning of value"],
  ['{"a":[1,]}', "invalid character ']' looking for beginning of value"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ['{"a":01}', "invalid character '1' after object key:value pair"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{"a":"\n"}', "invalid character '\\n' in string literal"],
  ['{"a":"\\u00g0"}', "invalid character 'g' in \\u hexadecimal character escape"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
])('says of %j what Go says', (text, message) => {
  expect(goJsonError(text)).toBe(message);
});

it('has nothing to say of JSON, and something of whatever else there is', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(fc.property(fc.json(), (text) => goJsonError(text) === undefined));
  const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '0', '-', 'e', '\\', '\n')).map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
  fc.assert(fc.property(broken, (text) => (goJsonError(text) === undefined) === isJson(text)), { numRuns: 2000 });
});
