import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { isStatus, translated } from './engine.js';
import type { Engine } from './engine.js';
import { label, ownFilter } from './labels.js';
import type { ContainerType, Owner } from './labels.js';

/** The list knows what exists and its state; only an inspection knows exit codes, times and the process. */
export interface Inspection {
  inspect(id: string): Promise<ContainerInspectInfo>;
  list(type: ContainerType, narrow?: { podUid?: string; sandboxId?: string }): Promise<ContainerInspectInfo[]>;
  /**
   * Something happened to this container: look at it again, whatever the list says. The engine tells of an end before its list
   * does, and a kubelet that looked between the two would see it only when it relists.
   */
  forget(id: string): void;
  /** Digest or id of the image that a container was made from. */
  imageRef(info: ContainerInspectInfo): Promise<string>;
}

/** States that a container leaves only for another state, so that an inspection stays true while the list repeats the state. */
const LASTING = new Set(['running', 'exited']);

/**
 * A relist of a node costs one list call and one inspection for each container that changed: containers are never
 * started twice, so what was seen of a running or exited one stays true until the list says another state.
 */
export function createInspection(engine: Engine, owner: Owner): Inspection {
  const seen = new Map<string, ContainerInspectInfo>();
  const references = new Map<string, string>();
  const asked = new Map<string, Promise<ContainerInfo[]>>();
  let forgotten = 0;

  const fresh = async (id: string): Promise<ContainerInspectInfo> => {
    const before = forgotten;
    const info = await engine.docker.getContainer(id).inspect();
    // An answer that was under way when something happened may be of before that.
    if (LASTING.has(info.State.Status) && forgotten === before) seen.set(info.Id, info);
    return info;
  };

  /** One answer for all who ask in the same turn, so that nothing can have happened between their questions: a look at a pod asks twice. */
  const listOnce = (filters: string): Promise<ContainerInfo[]> => {
    const present = asked.get(filters);
    if (present !== undefined) return present;
    const listing = listAll(engine, filters);
    asked.set(filters, listing);
    queueMicrotask(() => asked.delete(filters));
    return listing;
  };

  const known = async (listed: ContainerInfo): Promise<ContainerInspectInfo | undefined> => {
    const info = seen.get(listed.Id);
    if (info?.State.Status === listed.State) return info;
    return fresh(listed.Id).catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw translated(error, 'invalid');
    });
  };

  const forgetOthers = (listed: readonly ContainerInfo[]): void => {
    const present = new Set(listed.map((info) => info.Id));
    for (const id of seen.keys()) if (!present.has(id)) seen.delete(id);
  };

  return {
    inspect: (id) => fresh(id).catch((error: unknown) => Promise.reject(translated(error, 'invalid'))),
    async list(type, narrow) {
      const listed = await listOnce(ownFilter(owner, narrow?.podUid));
      if (narrow?.podUid === undefined) forgetOthers(listed);
      const wanted = listed.filter((info) => matches(info, type, narrow?.sandboxId));
      return (await Promise.all(wanted.map(known))).filter((info) => info !== undefined);
    },
    forget(id) {
      forgotten += 1;
      seen.delete(id);
    },
    async imageRef(info) {
      const reference = references.get(info.Image) ?? (await lookUp(engine, info.Image));
      references.set(info.Image, reference);
      return reference;
    },
  };
}

function matches(info: ContainerInfo, type: ContainerType, sandboxId: string | undefined): boolean {
  return info.Labels[label.type] === type && (sandboxId === undefined || info.Labels[label.sandbox] === sandboxId);
}

async function listAll(engine: Engine, filters: string): Promise<ContainerInfo[]> {
  try {
    return await engine.docker.listContainers({ all: true, filters });
  } catch (error) {
    throw translated(error, 'invalid');
  }
}

async function lookUp(engine: Engine, id: string): Promise<string> {
  try {
    const image = await engine.docker.getImage(id).inspect();
    return image.RepoDigests?.[0] ?? image.Id;
  } catch (error) {
    // An image can be removed under an exited container.
    if (isStatus(error, 404)) return id;
    throw translated(error, 'invalid');
  }
}
