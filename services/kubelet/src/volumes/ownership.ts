import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allContainersOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

const SETGID = 0o2000;

/** Gives a tree, or its root alone, to the pod's `fsGroup`: what is made in it later belongs to the group too. Links are never followed. */
export async function giveToGroup(path: string, group: number, access: 'read' | 'write', deep = true): Promise<void> {
  const info = await lstat(path);
  await lchown(path, info.uid, group);
  if (info.isSymbolicLink()) return;
  const bits = access === 'read' ? 0o440 : 0o660;
  await chmod(path, (info.mode & 0o7777) | bits | (info.isDirectory() ? SETGID | 0o110 : 0));
  if (!deep || !info.isDirectory()) return;
  for (const name of await readdir(path)) await giveToGroup(join(path, name), group, access);
}

/** The user id that all containers of a pod run as, where each names one and it is the same. */
export function commonUser(pod: Pod): number | undefined {
  const users = allContainersOf(pod).map(({ securityContext }) => securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser);
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}
