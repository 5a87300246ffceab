import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';

/** The names in the first column of the table in `docs/skipped.md`: what a build machine cannot run at all. */
export function listedSkips(text = readFileSync(join(root, 'docs/skipped.md'), 'utf8')) {
  return [...text.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((match) => match[1]);
}

function isListed(name, listed) {
  return listed.some((entry) => name === entry || name.startsWith(`${entry} > `) || name.startsWith(`${entry} `));
}

/**
 * Skips that count as failures: those without a reason anywhere, and in CI those that `docs/skipped.md` does not list
 * (an entry covers the test of that name and everything below it).
 */
export function refusedSkips(skips, { ci, listed }) {
  return skips.flatMap(({ name, reason }) => {
    if (!reason) return [{ name, message: 'skipped without a reason' }];
    if (ci && !isListed(name, listed)) return [{ name, message: `skipped in CI (${reason}), and docs/skipped.md does not list it` }];
    return [];
  });
}
