/** `JSON.rawJSON` (ECMAScript proposal "JSON.parse source text access", in Node since 21). */
declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

/**
 * Integers past 2^53 are bigints in decoded objects, and any `JSON.stringify` of such an object must write their digits: without
 * this it throws. Installed when the codec is loaded.
 */
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint): unknown {
    return JSON.rawJSON(this.toString());
  },
  writable: true,
  configurable: true,
});

export {};
