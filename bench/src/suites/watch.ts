import type { Figure } from '../figure.js';
import { startClusterUnderTest } from '../cluster-under-test.js';
import { runLoad, tlsSender, type Send } from '../load/http-load.js';
import { podBody, PODS_PATH } from '../load/pods.js';
import { paced, Watchers, type Paced } from '../load/watchers.js';
import { percentile } from '../report/statistics.js';

const WATCHERS = 100;
const RATE = 1000;
const SECONDS = 5;
const BURST = 10_000;

/** Standalone, TLS; watchers, writer and cluster share the cores. One of the watchers reads names, the others count. */
export async function watch(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const sender = tlsSender(cluster.endpoint, 64);
    const alone = new Watchers(cluster.endpoint, 1);
    await alone.open();
    say('one watcher, one write at a time');
    const single = await paced(sender.send, alone, 'alone', 100, 2);
    alone.close();
    const watchers = new Watchers(cluster.endpoint, WATCHERS);
    await watchers.open();
    say(`${WATCHERS} watchers, ${RATE} writes a second for ${SECONDS} s`);
    const steady = await paced(sender.send, watchers, 'steady', RATE, SECONDS);
    say(`${WATCHERS} watchers, ${BURST} writes as fast as they go`);
    const perSecond = await burst(sender.send, watchers);
    watchers.close();
    sender.close();
    return figures(single, steady, perSecond);
  } finally {
    await cluster.dispose();
  }
}

function figures(single: Paced, steady: Paced, perSecond: number): Figure[] {
  const answer = (paced: Paced, part: number): Figure['floor'] => ({ name: 'answer to the write', value: percentile(paced.toAnswer, part) });
  return [
    { measure: 'request to event, 1 watcher, p50', value: percentile(single.toEvent, 0.5), unit: 'ms', floor: answer(single, 0.5) },
    { measure: `request to event, ${WATCHERS} watchers at ${RATE}/s, p50`, value: percentile(steady.toEvent, 0.5), unit: 'ms', floor: answer(steady, 0.5) },
    { measure: `request to event, ${WATCHERS} watchers at ${RATE}/s, p99`, value: percentile(steady.toEvent, 0.99), unit: 'ms', floor: answer(steady, 0.99) },
    { measure: 'deliveries', value: perSecond, unit: '/s' },
  ];
}

async function burst(send: Send, watchers: Watchers): Promise<number> {
  const target = watchers.events + BURST * WATCHERS;
  const began = performance.now();
  await runLoad(send, { connections: 64, count: BURST, make: (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`burst-${index}`) }) });
  await watchers.until(() => watchers.events >= target);
  return (BURST * WATCHERS) / ((performance.now() - began) / 1000);
}
