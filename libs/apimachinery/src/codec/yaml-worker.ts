// The entry of the worker that reads large YAML bodies: the parent gives it the module to read with.
import { parentPort, workerData } from 'node:worker_threads';

const { module, text, longestJson } = workerData as { module: string; text: string; longestJson: number };
const { readYaml } = (await import(module)) as { readYaml: (text: string, longestJson: number) => unknown };
parentPort?.postMessage(readYaml(text, longestJson));
