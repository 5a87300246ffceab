import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedEvents, Random, readCompactions, readLogCopy, Truth, type LogRow } from '@gantry/testkit';
import { killLeaders } from './faults/leader-kills.js';
import { FaultSchedule, type Struck } from './faults/schedule.js';
import { judge } from './judge/judge.js';
import { median, resumeTimes } from './judge/resume-times.js';
import type { ChaosOptions } from './options.js';
import { ControlPlane } from './plane/control-plane.js';
import { countFaults, countNotes, type ChaosReport } from './report.js';
import { ApiConnection } from './workload/http.js';
import { PREFIX } from './workload/objects.js';
import { Workload } from './workload/workload.js';

interface Harmed {
  readonly struck: readonly Struck[];
  readonly failures: readonly string[];
}

/** Starts a control plane of several processes, harms it while clients use it, and judges what they were told. Leaves nothing behind, also when `signal` ends it. */
export async function runChaos(options: ChaosOptions, say: (line: string) => void, signal: AbortSignal): Promise<ChaosReport> {
  const start = performance.now();
  const random = new Random(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-chaos-'));
  await chmod(folder, 0o755);
  const plane = await ControlPlane.start(options, folder, random.fork('plane'), say).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const connections = plane.apis.map(({ process, port }) => new ApiConnection(process.name, port, plane.admin));
  const workload = new Workload(connections, options, random.fork('workload'));
  const work = async (): Promise<ChaosReport> => {
    await workload.ready();
    workload.start();
    const harmed = await harm(plane, workload, options, random.fork('faults'), say);
    say('everything is whole again; what was promised is compared with the log');
    return finish(plane, workload, options, harmed, start);
  };
  try {
    return await Promise.race([work(), aborted(signal)]);
  } finally {
    workload.close();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('the run was ended')), { once: true }));
}

async function harm(plane: ControlPlane, workload: Workload, options: ChaosOptions, random: Random, say: (line: string) => void): Promise<Harmed> {
  if (options.leaderKills > 0) return { struck: await killLeaders(plane, options.leaderKills, () => workload.acknowledged, say), failures: [] };
  const schedule = new FaultSchedule(plane, options, random, say);
  await schedule.run();
  return schedule;
}

async function finish(plane: ControlPlane, workload: Workload, options: ChaosOptions, { struck, failures }: Harmed, start: number): Promise<ChaosReport> {
  await workload.ready();
  await workload.stopWriting();
  const { truth: last } = await readTruth(plane);
  await workload.stopWatching((labels) => expectedEvents(last.changes, 0, labels).at(-1)?.revision ?? 0);
  const { rows, truth } = await readTruth(plane);
  const times = resumeTimes(struck, workload.notes.recorder.operations);
  return {
    options,
    history: plane.history,
    ...countNotes(workload.notes),
    revisions: rows.length,
    epochs: new Set(rows.map(({ epoch }) => epoch)).size,
    struckMessages: plane.carrier.struck,
    lostCommitAnswers: plane.database.lostAnswers,
    faults: countFaults(struck),
    resumeMs: { count: times.length, p50: median(times), max: times.at(-1) ?? 0 },
    remarks: [...plane.deaths, ...failures],
    violations: judge(workload.notes, rows, truth),
    wallMs: performance.now() - start,
  };
}

async function readTruth(plane: ControlPlane): Promise<{ rows: LogRow[]; truth: Truth }> {
  return plane.database.withQuery(async (query) => {
    const rows = await readLogCopy(query);
    return { rows, truth: new Truth(rows, PREFIX, await readCompactions(query)) };
  });
}
