/**
 * `image-not-found`: there is no such image, here or in its registry. `pull-failed`: it could not be had now; another attempt may
 * do better. `invalid`: the reference, the image or its archive is not what it must be, or the request cannot be carried out.
 */
export type ImageErrorCode = 'image-not-found' | 'pull-failed' | 'invalid';

/** The one error of this lib; the codes are those of `RuntimeError` of the container runtimes. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What an image must not be. */
export function refused(message: string): ImageError {
  return new ImageError('invalid', message);
}
