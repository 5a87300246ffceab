/**
 * The visible list of everything that `npm test` runs. A `command` step counts as one test; a `vitest` step counts the tests
 * that its reporter recorded. Commands run with the pinned Node. A
 * step that takes longer than its minutes (5 unless given) is ended and fails.
 */
const STEPS = [
  { group: 'lint', name: 'oxlint', command: ['node_modules/oxlint/bin/oxlint', '--config', '.oxlintrc.json', '--quiet', '--deny-warnings'] },
  { group: 'lint', name: 'import boundaries', command: ['scripts/lint/boundaries.mjs'] },
  { group: 'lint', name: 'import cycles', command: ['scripts/lint/cycles.mjs'] },
  { group: 'lint', name: 'unused files and undeclared dependencies', command: ['node_modules/knip/bin/knip.js', '--no-config-hints', '--no-progress'] },
  { group: 'check', name: 'the lock is complete', command: ['scripts/checks/lock.mjs'] },
  { group: 'check', name: 'tsconfig references follow package.json', command: ['scripts/sync-references.mjs', '--check'] },
  { group: 'check', name: 'generated files are as the model generates them', command: ['scripts/generate/main.mjs', '--check'] },
  { group: 'check', name: 'types of the tests', command: ['node_modules/.bin/tsc', '-p', 'tsconfig.tests.json'] },
  { group: 'unit', name: 'unit tests', vitest: 'unit', minutes: 8 },
  { group: 'integration', name: 'clusters without containers', vitest: 'integration', minutes: 9 },
  { group: 'e2e', name: 'end to end', vitest: 'e2e', minutes: 20 },
];

/** The steps of `groups`, each with the arguments that were given for vitest. */
export function stepsOf(groups, vitestArguments = []) {
  return STEPS.filter((step) => groups.includes(step.group)).map((step) => ({ ...step, vitestArguments }));
}
