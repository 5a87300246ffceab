import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const SLOW = 300_000;

/** Whole clusters and processes whose nodes are hollow, with ports and homes of their own: they may run beside each other. */
const WITHOUT_CONTAINERS = [
  'chaos/src/planted/*.test.ts', 'e2e/src/{apply,chaos,clients,helm,snapshot,sql}.test.ts', 'e2e/src/{conformance,tour}/*.test.ts',
];

/**
 * Tests run from source: the workspace packages resolve by the `@gantry/source` condition. Three projects: units run in two
 * processes at a time or more, clusters without containers in two; the other end-to-end tests run one file after another, because they
 * share the machine's ports, engine and namespaces.
 */
export default defineConfig({
  resolve: { conditions: ['@gantry/source'] },
  ssr: { resolve: { conditions: ['@gantry/source'] } },
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['libs/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'cluster/src/**/*.test.ts', 'cli/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'chaos/src/**/*.test.ts', 'scripts/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
          // Twenty runs of clients against stores: too long beside units.
          exclude: ['**/node_modules/**', 'chaos/src/planted/**'],
          testTimeout: 20_000,
          maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
          setupFiles: ['libs/testkit/src/leaks.setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: WITHOUT_CONTAINERS, globalSetup: ['e2e/src/kit/client-packages.ts'], testTimeout: SLOW, hookTimeout: SLOW, maxWorkers: 2 },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['e2e/src/**/*.test.ts'], exclude: ['**/node_modules/**', ...WITHOUT_CONTAINERS], testTimeout: SLOW, hookTimeout: SLOW, fileParallelism: false },
      },
    ],
  },
});
