import type { FilterPlugin, Refusal } from '../../cycle/plugin.js';
import { simpleFilter } from '../../cycle/plugin.js';
import { isTaken } from '../../snapshot/ports.js';

const REFUSAL: Refusal = { plugin: 'NodePorts', reason: "node(s) didn't have free ports for the requested pod ports", resolvable: true };

/** Nodes on which the pod's host ports are free. */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  prepare({ hostPorts }, { rows }) {
    if (hostPorts.length === 0) return undefined;
    return simpleFilter(REFUSAL, (node) => {
      const taken = rows[node]?.ports;
      return taken === undefined || !hostPorts.some((port) => isTaken(taken, port));
    });
  },
};
