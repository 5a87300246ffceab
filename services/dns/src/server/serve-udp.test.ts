import { expect, test } from 'vitest';
import { answering } from './serve-udp.js';

test('a packet is answered where it came from, and one that says it came from no port is not', () => {
  const sent: unknown[] = [];
  const listen = answering((packet, _transport, send) => void send(packet), (answer, port, address) => {
    if (port === 0) throw new RangeError('nothing can be sent there');
    sent.push([answer.toString(), port, address]);
  });
  listen(Buffer.from('forged'), { port: 0, address: '10.244.1.2' });
  listen(Buffer.from('asked'), { port: 4711, address: '10.244.1.2' });
  expect(sent).toEqual([['asked', 4711, '10.244.1.2']]);
});
