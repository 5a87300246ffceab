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
  if (v !== VERSION) throw invalid(`continue key is not valid: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (rv === undefined || rv === 0) throw invalid(`continue key is not valid: incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === undefined || start === '') throw invalid(`continue key is not valid: encoded start key empty (version ${VERSION})`);
  if (!Number.isSafeInteger(rv) || typeof start !== 'string') throw invalid('continue key is not valid: json: cannot unmarshal a value of another type');
  const after = start.replace(/^\//, '').replace(/\u0000$/, '');
  if (!isClean(after) || UNSTORABLE.test(after) || !after.isWellFormed()) throw invalid(`continue key is not valid: ${start}`);
  return { revision: Math.max(-1, rv as number), after };
}

/** No path that leads out of the prefix that it is put behind. */
function isClean(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function parsed(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  const illegal = /[^A-Za-z0-9_-]/.exec(token)?.index ?? (token.length % 4 === 1 ? token.length - 1 : -1);
  if (illegal >= 0) throw invalid(`continue key is not valid: illegal base64 data at input byte ${String(illegal)}`);
  try {
    return (JSON.parse(Buffer.from(token, 'base64url').toString()) ?? {}) as object;
  } catch (error) {
    throw invalid(`continue key is not valid: ${(error as Error).message}`);
  }
}

function invalid(why: string): Error {
  return newBadRequest(`invalid continue token: ${why}`);
}
