import { randomBytes } from 'node:crypto';

/** The name of a sandbox or a container, on this machine and everywhere. */
export function newId(): string {
  return randomBytes(32).toString('hex');
}
