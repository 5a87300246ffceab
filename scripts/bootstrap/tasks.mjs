/** What each npm script runs once the checkout is up to date: arguments for Node (none: only that), and whether the build is needed. */
export const tasks = {
  start: { argv: ['cli/bin/gantry.mjs', 'up'], build: true },
  gantry: { argv: ['cli/bin/gantry.mjs'], build: true },
  test: { argv: ['scripts/test.mjs'], build: true },
  'test:unit': { argv: ['scripts/test.mjs', '--only', 'unit'], build: true },
  e2e: { argv: ['scripts/e2e.mjs'], build: true },
  bench: { argv: ['bench/dist/main.js'], build: true },
  chaos: { argv: ['chaos/dist/main.js'], build: true },
  fuzz: { argv: ['scripts/fuzz.mjs'], build: true },
  'examples:build': { argv: ['scripts/examples/build.mjs'], build: true },
  lint: { argv: ['scripts/test.mjs', '--only', 'lint'], build: false },
  check: { argv: ['scripts/test.mjs', '--only', 'check'], build: false },
  build: { build: true },
};

/** The message for a missing or unknown task name. */
export function usage(name) {
  const known = Object.keys(tasks).join(', ');
  return name ? `unknown task ${JSON.stringify(name)}; known are ${known}` : `no task given; known are ${known}`;
}
