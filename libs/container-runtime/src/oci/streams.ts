import { createAttach } from './attach/attach.js';
import { createExec } from './exec/exec.js';
import { containerLogs } from './logs/logs.js';
import { rotateLogs } from './logs/log-rotation.js';
import type { MakeOciStreams } from './seam.js';

/** Logs, commands and terminals of containers. */
export const createOciStreams: MakeOciStreams = (dependencies) => {
  void rotateLogs(dependencies, dependencies.closed);
  return {
    ...createExec(dependencies),
    attach: createAttach(dependencies),
    logs: (id, options, signal) => containerLogs(dependencies.containers, id, options, signal),
  };
};
