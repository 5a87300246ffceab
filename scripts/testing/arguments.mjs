/** The groups of steps, in the order in which they run: the cheap ones first. */
export const GROUPS = ['lint', 'check', 'unit', 'integration', 'e2e'];

/** @returns {{ groups: string[], vitestArguments: string[] }} what `npm test -- …` was asked to run. */
export function parseArguments(argv) {
  const rest = [...argv];
  let groups = GROUPS;
  if (rest[0] === '--only') {
    groups = (rest[1] ?? '').split(',');
    rest.splice(0, 2);
  }
  const unknown = groups.filter((group) => !GROUPS.includes(group));
  if (unknown.length > 0) throw new Error(`--only takes ${GROUPS.join(', ')}; not ${JSON.stringify(unknown.join(','))}`);
  return { groups, vitestArguments: rest[0] === '--' ? rest.slice(1) : rest };
}
