/** Lints the import boundaries of all projects; fails also when the rule turns out not to have been applied. */
import { boundaryLinter } from './boundary-linter.mjs';

const eslint = await boundaryLinter();
const results = await eslint.lintFiles(['{libs,services}/*/src/**/*.ts', '{cluster,cli,e2e,bench,chaos}/src/**/*.ts']);
const formatter = await eslint.loadFormatter('stylish');
process.stdout.write(await formatter.format(results));
process.exitCode = results.some((result) => result.errorCount > 0) ? 1 : 0;
