import { expect, it } from 'vitest';
import { question } from './testing/dig.suite.js';
import { dnsOver } from './testing/dns-harness.suite.js';
import { CLUSTER } from './testing/objects.suite.js';

/** Numbers below 1 that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = ['web.default.svc.cluster.local', '_sql._tcp.db.other.svc.cluster.local', '7.1.244.10.in-addr.arpa', 'inside.default.svc.cluster.local', '10-1-1-1.other.pod.cluster.local'];

it('neither throws nor sends anything odd, whatever bytes of a question are changed', async () => {
  const { ask } = await dnsOver(CLUSTER);
  const random = randomFrom(1);
  for (let round = 0; round < 20_000; round += 1) {
    const packet = question(NAMES[round % NAMES.length]!, round % 2 === 0 ? 'A' : 'SRV', round % 3 === 0 ? { payloadSize: 1232 } : {});
    const changes = 1 + Math.floor(random() * 4);
    for (let change = 0; change < changes; change += 1) packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
    const cut = random() < 0.2 ? packet.subarray(0, Math.floor(random() * packet.length)) : packet;
    const answer = await ask(cut);
    if (answer === undefined) continue;
    expect(answer.length).toBeGreaterThanOrEqual(12);
    expect(answer.length).toBeLessThanOrEqual(1232);
    expect(answer.readUInt16BE(0)).toBe(cut.readUInt16BE(0));
    expect(answer[2]! & 0x80).toBe(0x80);
  }
});

it('neither throws nor answers noise with an answer to something', async () => {
  const { ask } = await dnsOver(CLUSTER);
  const random = randomFrom(2);
  for (let round = 0; round < 20_000; round += 1) {
    const noise = Buffer.from(Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256)));
    const answer = await ask(noise);
    expect(answer === undefined || answer.readUInt16BE(6) === 0).toBe(true);
  }
});
