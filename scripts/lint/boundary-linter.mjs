import { join } from 'node:path';
import { ESLint } from 'eslint';
import { root } from '../bootstrap/paths.mjs';
import { makeGraph } from './graph.mjs';

const CANARY = { file: 'libs/api-types/src/canary.ts', source: "import { x } from '@gantry/api';\nexport const y = x;\n" };

/** An ESLint that is known to apply the boundary rule: throws when a planted violation goes unreported. */
export async function boundaryLinter() {
  makeGraph();
  const eslint = new ESLint({ cwd: root, allowInlineConfig: false });
  const reported = await lintSource(eslint, CANARY.file, CANARY.source);
  if (!reported.some((message) => message.rule === '@nx/enforce-module-boundaries')) {
    throw new Error('the boundary rule was skipped: a planted import of a service from a lib went unreported');
  }
  return eslint;
}

/**
 * What is reported for `source` as if it stood in `file` (from the top); nothing is written.
 * @returns {Promise<{ rule: string | null, message: string }[]>}
 */
export async function lintSource(eslint, file, source) {
  const [result] = await eslint.lintText(source, { filePath: join(root, file) });
  return result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message }));
}
