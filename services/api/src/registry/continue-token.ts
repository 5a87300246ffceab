import { newBadRequest } from '@gantry/apimachinery';

/** Where a list goes on: the revision of its first page, and the key, relative to the list's prefix, after which the next page begins. */
export interface ContinueToken {
  /** -1: at the newest revision, because the first page's is gone. */
  readonly revision: number;
  readonly after: string;
}

/** No storage key holds them, and a database refuses to compare with them. */
const UNSTORABLE = /[\u0000-\u001f\u007f]/;
const VERSION = 'meta.k8s.io/v1';

export function encodeContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after}\u0000` })).toString('base64url');
}

/** Throws a `StatusError` (400) for what is no token. */
export function decodeContinue(token: string): ContinueToken {
  const { v, rv, start } = parsed(token);
  if (v !== VERSION) throw newBadRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (!Number.isSafeInteger(rv) || rv === 0 || (rv as number) < -1 || typeof start !== 'string' || start === '') {
    throw newBadRequest('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  const after = start.replace(/\u0000$/, '');
  if (UNSTORABLE.test(after) || !after.isWellFormed()) throw newBadRequest('continue key is not valid: it has characters that no key has');
  return { revision: rv as number, after };
}

function parsed(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    return (JSON.parse(Buffer.from(token, 'base64url').toString()) ?? {}) as object;
  } catch (error) {
    throw newBadRequest(`continue key is not valid: ${(error as Error).message}`);
  }
}
