/** Bytes that are kept of each stream of a command whose answer is waited for: it may print without end. */
const LONGEST_ANSWER = 16 * 1024;

export interface KeptOutput {
  take(chunk: Uint8Array): void;
  bytes(): Uint8Array;
}

/** Keeps the beginning of what it takes. */
export function keepBeginning(): KeptOutput {
  const chunks: Uint8Array[] = [];
  let left = LONGEST_ANSWER;
  return {
    take(chunk) {
      if (left > 0) chunks.push(chunk.slice(0, left));
      left -= chunk.length;
    },
    bytes: () => Buffer.concat(chunks),
  };
}
