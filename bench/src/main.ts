import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { benches } from './benches.js';
import type { Bench, Figure } from './figure.js';
import { figureTable } from './report/table.js';

interface Arguments {
  readonly names: readonly string[];
  readonly json: string | undefined;
  readonly flags: ReadonlySet<string>;
}

const WRONG_USAGE = 2;

function parse(words: readonly string[]): Arguments {
  const at = words.indexOf('--json');
  const json = at === -1 ? undefined : words[at + 1];
  const others = joinedRuntime(words.filter((_, index) => at === -1 || (index !== at && index !== at + 1)));
  return { names: others.filter((word) => !word.startsWith('--')), json, flags: new Set(others.filter((word) => word.startsWith('--'))) };
}

/** `--runtime oci` is one word. */
function joinedRuntime(words: readonly string[]): string[] {
  const at = words.indexOf('--runtime');
  return at === -1 ? [...words] : [...words.slice(0, at), `--runtime=${words[at + 1] ?? ''}`, ...words.slice(at + 2)];
}

async function runAll(chosen: readonly Bench[], flags: ReadonlySet<string>): Promise<Record<string, Figure[]>> {
  const results: Record<string, Figure[]> = {};
  for (const bench of chosen) {
    process.stderr.write(`\n${bench.name}: ${bench.description}\n`);
    const figures = await bench.run((text) => process.stderr.write(`  ${text}\n`), flags);
    results[bench.name] = figures;
    process.stdout.write(`${figureTable(bench.name, figures)}\n`);
  }
  return results;
}

const { names, json, flags } = parse(process.argv.slice(2));
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there are: ${benches.map((bench) => bench.name).join(', ')}\n`);
  process.exitCode = WRONG_USAGE;
} else {
  const results = await runAll(names.length === 0 ? benches : benches.filter((bench) => names.includes(bench.name)), flags);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ at: new Date().toISOString(), node: process.version, cores: cpus().length, results }, null, 2)}\n`);
}
