import { expect, it } from 'vitest';
import { commitFaults } from './postgres-inspector.js';

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const start = message('', Buffer.from([0, 3, 0, 0]), text('user'), text('gantry'), Buffer.from([0]));
const bind = (statement: string): Buffer => message('B', text(''), text(statement), Buffer.alloc(6));
const sync = message('S');

function session(fate: 'lose' | 'cut') {
  let lost = 0;
  const inspector = commitFaults({ statement: 'append', decide: () => fate, onLost: () => (lost += 1) })();
  return { client: (chunk: Buffer) => inspector.fromClient!(chunk), server: () => inspector.fromServer!(Buffer.from('Z')), lost: () => lost };
}

it('takes away the answer of the statement that commits, and of no other', () => {
  const { client, server, lost } = session('lose');
  expect([client(start), server(), client(Buffer.concat([bind('meta'), sync])), server()]).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect([client(Buffer.concat([bind('append'), sync])), server(), lost()]).toEqual(['pass', 'cut', 1]);
});

it('reads messages that come in pieces', () => {
  const { client, server } = session('lose');
  const bytes = Buffer.concat([start, bind('append'), sync]);
  for (const byte of bytes) expect(client(Buffer.from([byte]))).toBe('pass');
  expect(server()).toBe('cut');
});

it('looks through a request for encryption', () => {
  const { client, server } = session('lose');
  const request = message('', Buffer.from([0x04, 0xd2, 0x16, 0x2f]));
  expect([client(request), server(), client(Buffer.concat([start, bind('append')])), server()]).toEqual(['pass', 'pass', 'pass', 'cut']);
});

it('ends the connection while the commit is on its way', () => {
  expect(session('cut').client(Buffer.concat([start, message('Q', text('COMMIT'))]))).toBe('cut');
});
