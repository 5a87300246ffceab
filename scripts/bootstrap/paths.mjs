import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout; everything runs from there, wherever npm was called. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where stamps and the lock of a running bootstrap are kept; never committed. */
export const stampsDir = join(root, '.stamps');
