/** Why a snapshot cannot be saved or restored, in words for the user. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  constructor(
    message: string,
    /** The next thing to try. */
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function damaged(what: string, cause?: unknown): SnapshotError {
  return new SnapshotError(`the snapshot is damaged: ${what}`, 'take another copy of it; nothing was changed', { cause });
}
