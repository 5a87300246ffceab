/** Names that say nothing about what a file or folder holds. */
const EMPTY = /^(utils?|commons?|helpers?|misc|managers?)$/;

/** Where managers are what Kubernetes calls so: those of fields. */
const FIELD_MANAGERS = /^(libs\/apimachinery\/src\/managed-fields|services\/api\/src\/field-management)\//;

/** The paths that have such a name anywhere, also as a part of a longer one (`string-utils.ts`). */
export function emptyNames(paths) {
  return paths.filter((path) => path.split(/[/.-]/).some((word) => EMPTY.test(word) && !(word.startsWith('manager') && FIELD_MANAGERS.test(path))));
}
