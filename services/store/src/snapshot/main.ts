import { Environment } from '@gantry/platform/process';
import { silentLogger } from '@gantry/async';
import { readPostgresSettings } from '../postgres/settings.js';
import { restoreSnapshot } from './restore.js';
import { saveSnapshot } from './save.js';

/**
 * Snapshots where stores are processes of their own: `save` writes one to standard output, `restore` reads one from standard input, both over the
 * store's own way to Postgres. What came of it is one line of JSON on standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
async function run(verb: string | undefined): Promise<number> {
  if (verb !== 'save' && verb !== 'restore') return say({ error: 'say "save" (to standard output) or "restore" (from standard input)' }, 2);
  const environment = new Environment(process.env);
  const postgres = readPostgresSettings(environment);
  environment.check();
  const result = verb === 'save' ? await saveSnapshot({ postgres, out: process.stdout }) : await restoreSnapshot({ postgres, input: process.stdin, logger: silentLogger });
  return say(result, 0);
}

function say(line: object, code: number): number {
  process.stderr.write(`${JSON.stringify(line)}\n`);
  return code;
}

process.exitCode = await run(process.argv[2]).catch((error: Error & { hint?: string }) => say({ error: error.message, ...(error.hint === undefined ? {} : { next: error.hint }) }, 1));
