/** Names that say nothing about what a file or folder holds. */
const EMPTY = /^(utils?|commons?|helpers?|misc|managers?)$/;

/** The paths that have such a name anywhere, also as a part of a longer one (`string-utils.ts`). */
export function emptyNames(paths) {
  return paths.filter((path) => path.split(/[/.-]/).some((word) => EMPTY.test(word)));
}
