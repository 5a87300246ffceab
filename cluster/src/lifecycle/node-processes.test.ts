import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownIdentity } from '@gantry/machine';
import { placesOf, type Places } from '../state/places.js';
import { writeRunState } from '../state/settings.js';
import { endNodeProcesses } from './node-processes.js';

let home: string;
let places: Places;
const children: ChildProcess[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gantry-processes-'));
  places = placesOf(home, 'c');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

async function sleeping(word: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60000)', word], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

it("the nodes' processes have ended before what they made is looked for; no other with a number that was one's", async () => {
  const [node, other] = [await sleeping('/somewhere/node-process/main.js'), await sleeping('a database')];
  const ended = once(node, 'exit');
  await writeRunState(places, { process: ownIdentity(), phase: 'running', startedAt: '', server: '', runtime: 'oci', processes: { 'node-1': node.pid ?? 0, postgres: other.pid ?? 0, 'node-2': 2 ** 22 } });
  await endNodeProcesses(places);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(other.exitCode ?? other.signalCode).toBeNull();
});

it('nothing happens where nothing was ever started', async () => {
  await endNodeProcesses(places);
});
