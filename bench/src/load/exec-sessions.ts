import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '../cluster-under-test.js';
import { tlsSender } from './http-load.js';
import { PODS_PATH } from './pods.js';

const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/** A hollow pod that runs, in which sessions can be opened. */
export async function runningPod(endpoint: Endpoint, name: string): Promise<string> {
  const sender = tlsSender(endpoint, 1);
  const body = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'main', image: 'registry.example/bench:1' }] } }));
  await sender.send({ method: 'POST', path: PODS_PATH, body });
  sender.close();
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await openSession(endpoint, name))) {
    if (performance.now() > deadline) throw new Error(`no session could be opened in the pod ${name}`);
    await delay(POLL_MS);
  }
  return name;
}

/** One session over WebSocket on a connection of its own, closed as soon as it is open; false where it was refused. */
export function openSession({ port, ca, cert, key }: Endpoint, pod: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64'), 'sec-websocket-protocol': 'v5.channel.k8s.io' };
    const outgoing = request({ host: '127.0.0.1', port, ca, cert, key, agent: false, path: `${PODS_PATH}/${pod}/exec?command=true&stdout=true`, headers });
    outgoing.once('upgrade', (_response, socket) => {
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(true));
      socket.resume();
      socket.end();
    });
    outgoing.once('response', (response) => response.resume().once('end', () => resolve(false)));
    outgoing.once('error', reject);
    outgoing.end();
  });
}
