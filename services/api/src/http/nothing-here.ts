import { failure } from '@gantry/apimachinery';
import type { StatusError } from '@gantry/apimachinery';

/** 404 for a path under which nothing is served, in the words that clients know. */
export function nothingHere(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}
