import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookupBy } from './lookup.js';

/** A name server that answers each question with 192.0.2.7, or with "no such name". */
let server: Socket;
let knows = true;
beforeEach(async () => {
  server = createSocket('udp4');
  server.on('message', (question, { port }) => {
    const answer = Buffer.concat([question.subarray(0, 2), Buffer.from([0x81, knows ? 0x80 : 0x83, 0, 1, 0, knows ? 1 : 0, 0, 0, 0, 0]), questionOf(question), ...(knows ? [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7])] : [])]);
    server.send(answer, port, '127.0.0.1');
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** Name, type and class: what follows may be an extension that the answer need not have. */
function questionOf(message: Buffer): Buffer {
  return message.subarray(12, message.indexOf(0, 12) + 5);
}

function find(hostname: string, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => lookupBy([`127.0.0.1:${server.address().port}`])(hostname, { all }, (error, address) => (error === null ? resolve(address) : reject(error))));
}

test('what the system knows is not asked of anybody else', async () => {
  expect(await find('127.0.0.1', false)).toBe('127.0.0.1');
  expect(await find('localhost', true)).toContainEqual(expect.objectContaining({ family: 4, address: '127.0.0.1' }));
});

test('what it does not know is asked of the name servers', async () => {
  knows = true;
  expect(await find('registry.invalid', false)).toBe('192.0.2.7');
  expect(await find('registry.invalid', true)).toEqual([{ address: '192.0.2.7', family: 4 }]);
});

test('what nobody knows fails as the system says', async () => {
  knows = false;
  await expect(find('registry.invalid', false)).rejects.toMatchObject({ syscall: 'getaddrinfo' });
});
