import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a termination message that count. */
const LONGEST_MESSAGE = 4096;

/** The kubelet's directory of one pod after another: all of it can be made again but what volumes and messages hold. */
export interface PodFiles {
  podDirectory(uid: string): string;
  /** Writes a file of a pod, made anew where it differs, and returns its path. */
  writePodFile(uid: string, name: string, text: string): Promise<string>;
  /** An empty file for one start of a container to write its last words to. */
  terminationLog(uid: string, container: string, attempt: number): Promise<string>;
  readTerminationLog(uid: string, container: string, attempt: number): Promise<string>;
  logPath(uid: string, container: string, attempt: number): string;
  removePod(uid: string): Promise<void>;
  /** Removes the directories of all other pods: what a kubelet left that was killed while it cleared away. */
  retain(uids: ReadonlySet<string>): Promise<void>;
}

export function createPodFiles(dataDir: string): PodFiles {
  const podDirectory = (uid: string): string => join(dataDir, 'pods', uid);
  const removePod = (uid: string): Promise<void> => rm(podDirectory(uid), { recursive: true, force: true });
  const lastWords = (uid: string, container: string, attempt: number): string => join(podDirectory(uid), 'containers', container, String(attempt));
  return {
    podDirectory,
    async writePodFile(uid, name, text) {
      const path = join(podDirectory(uid), name);
      const present = await readFile(path, 'utf8').catch(() => undefined);
      if (present === text) return path;
      await mkdir(podDirectory(uid), { recursive: true, mode: 0o750 });
      // Written in place: the file is bound into containers by its inode.
      await writeFile(path, text, { mode: 0o644 });
      return path;
    },
    async terminationLog(uid, container, attempt) {
      const path = lastWords(uid, container, attempt);
      await mkdir(join(podDirectory(uid), 'containers', container), { recursive: true, mode: 0o750 });
      await writeFile(path, '');
      // Whoever the container runs as may write it; the mode of a creation would be cut by the process's mask.
      await chmod(path, 0o666);
      return path;
    },
    async readTerminationLog(uid, container, attempt) {
      const bytes = await readFile(lastWords(uid, container, attempt)).catch(() => Buffer.alloc(0));
      return bytes.subarray(0, LONGEST_MESSAGE).toString();
    },
    logPath: (uid, container, attempt) => join(podDirectory(uid), 'logs', container, `${attempt}.log`),
    removePod,
    async retain(uids) {
      const present = await readdir(join(dataDir, 'pods')).catch(() => []);
      await Promise.all(present.filter((uid) => !uids.has(uid)).map(removePod));
    },
  };
}

/** For runtimes without processes: no file is written. */
export const noPodFiles: PodFiles = {
  podDirectory: () => '',
  writePodFile: () => Promise.resolve(''),
  terminationLog: () => Promise.resolve(''),
  readTerminationLog: () => Promise.resolve(''),
  logPath: () => '',
  removePod: () => Promise.resolve(),
  retain: () => Promise.resolve(),
};
