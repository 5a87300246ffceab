/** Bytes that the data of a Secret or a ConfigMap may have: 1 MiB. */
export const dataBytesLimit = 1024 * 1024;

/** What an update of immutable data is told. */
export const immutableDataMessage = 'field is immutable when `immutable` is set';

/** The bytes that a base64 text stands for. */
export function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}
