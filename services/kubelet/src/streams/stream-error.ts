/** A stream request that cannot be served: its HTTP status and the text for its asker. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
