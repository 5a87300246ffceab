import { parseArguments, USAGE, type ChaosArguments } from './arguments.js';
import { tableOf } from './report.js';
import { runChaos } from './run.js';

const WRONG_USAGE = 2;

function readArguments(): ChaosArguments | undefined {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exitCode = WRONG_USAGE;
    return undefined;
  }
}

const given = readArguments();
if (given !== undefined) {
  const { options, output } = given;
  process.stderr.write(`seed ${options.seed}\n`);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const report = await runChaos(options, (line) => options.isVerbose && process.stderr.write(`${line}\n`), stopping.signal);
  process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${tableOf(report)}\n`);
  process.exitCode = report.violations.length > 0 ? 1 : 0;
}
