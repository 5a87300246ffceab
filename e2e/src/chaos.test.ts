import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineReason } from './kit/engine.js';
import { run } from './kit/run.js';

const PROGRAM = fileURLToPath(new URL('../../chaos/dist/main.js', import.meta.url));
const noEngine = await engineReason(['nats:2.15']);
/** Its own patience for a machine that does other things, too. */
const LONGEST_MS = 280_000;

interface Report {
  readonly acknowledged: number;
  readonly events: number;
  readonly lists: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

async function chaos(...words: string[]): Promise<{ report: Report; code: number | null }> {
  const { code, stdout, stderr } = await run(process.execPath, [PROGRAM, '-o', 'json', '--gentle', ...words], { timeoutMs: LONGEST_MS });
  if (stdout === '') throw new Error(`a run of chaos gave no report\n${stderr}`);
  return { report: JSON.parse(stdout) as Report, code };
}

/** Something of everything happened, and nothing was broken. */
function expectSound({ report, code }: { report: Report; code: number | null }): void {
  expect(report.violations.map((violation) => JSON.stringify(violation)).join('\n')).toBe('');
  expect(Math.min(report.acknowledged, report.events, report.lists, Object.keys(report.faults).length)).toBeGreaterThan(0);
  expect(code).toBe(0);
}

describe('stores and apis that are killed, frozen and cut off', () => {
  it('keep every promise, over a bus that loses and doubles', async () => {
    expectSound(await chaos('--seconds', '40', '--seed', '7'));
  });

  it('lose no acknowledged write when the leader is killed again and again', async () => {
    const { report, code } = await chaos('--leader-kills', '10', '--seed', '8');
    expectSound({ report, code });
    expect(report.faults).toEqual({ 'kill leader': 10 });
  });

  it.skipIf(noEngine !== undefined)(`keep every promise over NATS${noEngine === undefined ? '' : ` (${noEngine})`}`, async () => {
    expectSound(await chaos('--seconds', '25', '--seed', '9', '--carrier', 'nats'));
  });
});
