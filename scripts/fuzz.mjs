// `npm run fuzz -- --requests 100000 --seed 7`: sends that many requests of every shape to an API in memory. Fails on an answer of the server's own
// failing, a broken connection or watch, or a crash; prints the codes that were answered and the longest stall of the loop.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));

/** What the test reads: `seed:requests`. Throws on numbers that are none. */
function wanted(args) {
  const { values } = parseArgs({ args, options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } });
  for (const [name, text] of Object.entries(values)) if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} ${text} is no number above 0`);
  return `${values.seed}:${values.requests}`;
}

const run = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'services/api/src/fuzz.test.ts'];
const { status } = spawnSync(process.execPath, run, { cwd: root, stdio: 'inherit', env: { ...process.env, GANTRY_FUZZ: wanted(process.argv.slice(2)) } });
process.exitCode = status ?? 1;
