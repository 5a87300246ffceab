import { runServiceProcess } from '@gantry/platform/process';
import { readNodeConfig } from './config.js';
import { startComposeNode } from './start-node.js';

/** Milliseconds: the longest grace of a pod, and what the node itself takes. Compose's `stop_grace_period` is longer. */
const STOP_MS = 50_000;

await runServiceProcess((environment) => {
  const config = readNodeConfig(environment);
  return { name: 'node', settings: config.process, stopMs: STOP_MS, start: (context) => startComposeNode(config, context) };
});
