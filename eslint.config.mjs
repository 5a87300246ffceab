import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { externalHomes } from './scripts/lint/external-homes-rule.mjs';
import { depConstraints } from './scripts/lint/levels.mjs';

/** ESLint carries the import boundaries alone; everything else is oxlint's, which takes a tenth of the time. */
export default [
  { ignores: ['**/dist/**', '**/node_modules/**'] },
  {
    files: ['{libs,services}/*/src/**/*.ts', '{cluster,cli,e2e,bench,chaos}/src/**/*.ts'],
    languageOptions: { parser: tseslint.parser, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { '@nx': nx, gantry: { rules: { 'external-homes': externalHomes } } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints, allow: [], enforceBuildableLibDependency: false }],
      'gantry/external-homes': 'error',
    },
  },
  {
    // A conformance suite is no part of a lib's build; the tests of other implementations take it by its path. The scripts are no project.
    files: ['**/*.test.ts', '**/*.suite.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', { depConstraints, allow: ['^\\.\\.?/.*\\.suite\\.js$', '^(\\.\\./)+scripts/readme-commands\\.mjs$'], enforceBuildableLibDependency: false }] },
  },
];
