import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { mountsBelow } from '@gantry/machine';
import { RuntimeError } from '../runtime.js';
import { readJson, writeAtomically } from './atomic-file.js';
import type { OciPlaces } from './places.js';
import type { ContainerRecord, SandboxRecord } from './records.js';
import { Turns } from './turns.js';

/**
 * What this node has, in memory and on disk. The files are the truth for whoever comes next: a record is written before the step
 * that it announces, and goes with its directory after all else of it is gone.
 */
export interface Ledger {
  readonly sandboxes: ReadonlyMap<string, SandboxRecord>;
  readonly containers: ReadonlyMap<string, ContainerRecord>;
  /** Throw `not-found`. */
  sandbox(id: string): SandboxRecord;
  container(id: string): ContainerRecord;
  saveSandbox(record: SandboxRecord): Promise<void>;
  saveContainer(record: ContainerRecord): Promise<void>;
  /** What can be found out again, and is not written down. */
  noteContainer(record: ContainerRecord): void;
  /** Takes the directory with it. */
  removeSandbox(id: string): Promise<void>;
  removeContainer(id: string): Promise<void>;
}

export interface OpenedLedger {
  readonly ledger: Ledger;
  /** Directories without a record, by id: of things that were hardly begun or almost gone. */
  readonly nameless: { readonly sandboxes: readonly string[]; readonly containers: readonly string[] };
}

export async function openLedger(places: OciPlaces): Promise<OpenedLedger> {
  await mkdir(places.root, { recursive: true, mode: 0o700 });
  await Promise.all([places.sandboxes, places.containers, places.exits, places.state].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  const sandboxes = await readRecords<SandboxRecord>(places.sandboxes, (id) => places.sandbox(id).record);
  const containers = await readRecords<ContainerRecord>(places.containers, (id) => places.container(id).record);
  return { ledger: new FileLedger(places, sandboxes.records, containers.records), nameless: { sandboxes: sandboxes.nameless, containers: containers.nameless } };
}

async function readRecords<T>(directory: string, file: (id: string) => string): Promise<{ records: Map<string, T>; nameless: string[] }> {
  const records = new Map<string, T>();
  const nameless: string[] = [];
  for (const id of await readdir(directory)) {
    const record = await readJson<T>(file(id));
    if (record === undefined) nameless.push(id);
    else records.set(id, record);
  }
  return { records, nameless };
}

class FileLedger implements Ledger {
  /** A record is written by one at a time, whoever changes it. */
  readonly #writes = new Turns();

  constructor(
    private readonly places: OciPlaces,
    readonly sandboxes: Map<string, SandboxRecord>,
    readonly containers: Map<string, ContainerRecord>,
  ) {}

  sandbox(id: string): SandboxRecord {
    return this.sandboxes.get(id) ?? missing('sandbox', id);
  }

  container(id: string): ContainerRecord {
    return this.containers.get(id) ?? missing('container', id);
  }

  saveSandbox(record: SandboxRecord): Promise<void> {
    return this.#save(this.sandboxes, this.places.sandbox(record.id), record);
  }

  saveContainer(record: ContainerRecord): Promise<void> {
    return this.#save(this.containers, this.places.container(record.id), record);
  }

  #save<T extends { readonly id: string }>(records: Map<string, T>, { directory, record: file }: { readonly directory: string; readonly record: string }, record: T): Promise<void> {
    return this.#writes.run(record.id, async () => {
      // Only once: what is removed meanwhile must not come back.
      if (!records.has(record.id)) await mkdir(directory);
      await writeAtomically(file, JSON.stringify(record));
      records.set(record.id, record);
    });
  }

  noteContainer(record: ContainerRecord): void {
    this.containers.set(record.id, record);
  }

  async removeSandbox(id: string): Promise<void> {
    await removeDirectory(this.places.sandbox(id).directory);
    this.sandboxes.delete(id);
  }

  async removeContainer(id: string): Promise<void> {
    const { directory, exitFile } = this.places.container(id);
    await removeDirectory(directory);
    // As long as there is a record, how it ended is known.
    await rm(exitFile, { force: true });
    this.containers.delete(id);
  }
}

/** Rejects where something is still mounted in it: that may be somebody's files, which would go too. */
async function removeDirectory(directory: string): Promise<void> {
  const [mounted] = await mountsBelow(await realpath(directory).catch(() => directory));
  if (mounted !== undefined) throw new Error(`"${mounted}" is still mounted`);
  await rm(directory, { recursive: true, force: true });
}

function missing(what: string, id: string): never {
  throw new RuntimeError('not-found', `${what} "${id}" does not exist`);
}
