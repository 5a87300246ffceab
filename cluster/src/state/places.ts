import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where one cluster keeps what. Nothing here is created by asking. */
export interface Places {
  readonly name: string;
  /** Tells it from clusters of the same name under other homes: names what it has on the machine. */
  readonly instance: string;
  /** `<home>/<name>` */
  readonly folder: string;
  readonly lock: string;
  readonly settings: string;
  readonly run: string;
  readonly logs: string;
  readonly certificates: string;
  readonly encryptionKey: string;
  readonly adminKubeconfig: string;
  readonly nodes: string;
  /** Folder that an unprivileged Postgres can reach, and short enough for unix sockets. */
  readonly system: string;
  readonly postgresData: string;
  readonly sockets: string;
  readonly busSocket: string;
  /** Of all clusters under this home. */
  readonly images: string;
  /** Where a runtime without an engine keeps sandboxes and containers, a folder a node. */
  readonly containers: string;
  /** Tells clusters of one name under different homes apart. */
  readonly homeHash: string;
}

/** `GANTRY_HOME`, or `~/.gantry`. */
export function defaultHome(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['GANTRY_HOME'] || join(homedir(), '.gantry');
}

export function placesOf(home: string, name: string): Places {
  const folder = resolve(home, name);
  const homeHash = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 8);
  const instance = `${name}-${homeHash}`;
  const system = systemFolder(instance);
  return {
    name,
    instance,
    folder,
    lock: join(folder, 'lock'),
    settings: join(folder, 'cluster.json'),
    run: join(folder, 'run.json'),
    logs: join(folder, 'logs'),
    certificates: join(folder, 'pki'),
    encryptionKey: join(folder, 'encryption.key'),
    adminKubeconfig: join(folder, 'kubeconfig'),
    nodes: join(folder, 'nodes'),
    system,
    postgresData: join(system, 'postgres'),
    sockets: join(system, 'run'),
    busSocket: join(system, 'run', 'bus.sock'),
    images: imagesFolder(home),
    containers: join(system, 'oci'),
    homeHash,
  };
}

/**
 * Where the images of all clusters under a home are, fetched and unpacked once for all of them. `GANTRY_IMAGES` names another folder. No
 * cluster's name begins with a dot.
 */
export function imagesFolder(home: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['GANTRY_IMAGES'];
  if (named !== undefined && named !== '') return resolve(named);
  if (process.getuid?.() === 0 && resolve(home) === join(homedir(), '.gantry')) return '/var/lib/gantry/images';
  return join(resolve(home), '.images');
}

/** As root a folder of the system's: an unprivileged Postgres cannot reach into root's own home. */
function systemFolder(instance: string): string {
  if (process.getuid?.() === 0) return join('/var/lib/gantry', instance);
  return join(tmpdir(), `gantry-${process.getuid?.() ?? 'user'}`, instance);
}
