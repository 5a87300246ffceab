import { ByteQueue } from '@gantry/stream-protocols';
import type { ChannelSocket } from '@gantry/stream-protocols';
import type { ForwardEnds } from './forward.js';
import type { Forward } from './spdy-forward.js';

/** The subprotocols that carry a connection for each port of the query, over two channels: bytes, and what went wrong. */
export const WEBSOCKET_FORWARD_PROTOCOLS = ['', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

/** Bytes that the pods have not taken. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Begins a connection for each port and carries what the client sends; resolves when the client has left. */
export async function forwardChannels(channels: ChannelSocket, ports: readonly number[], forward: Forward): Promise<void> {
  let unread = 0;
  let onRoom: (() => void) | undefined;
  const taken = (bytes: number): void => {
    unread -= bytes;
    if (unread <= MOST_UNREAD_BYTES) onRoom?.();
  };
  const inputs = ports.map(() => new ByteQueue(taken));
  for (const [index, port] of ports.entries()) await announce(channels, index * 2, port);
  for (const [index, port] of ports.entries()) forward(endsOf(channels, index * 2, inputs[index]!), port);
  try {
    for await (const { channel, data } of channels.messages()) {
      const input = channel % 2 === 0 ? inputs[channel / 2] : undefined;
      if (input === undefined) continue;
      unread += data.length;
      input.push(data);
      if (unread > MOST_UNREAD_BYTES) await new Promise<void>((resolve) => (onRoom = resolve));
    }
  } finally {
    for (const input of inputs) input.fail(new Error('the client left'));
  }
}

/** The first message of each channel names its port. */
async function announce(channels: ChannelSocket, channel: number, port: number): Promise<void> {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(port);
  await channels.send(channel, bytes);
  await channels.send(channel + 1, bytes);
}

function endsOf(channels: ChannelSocket, channel: number, readable: ByteQueue): ForwardEnds {
  return {
    readable,
    write: (chunk) => channels.send(channel, chunk),
    end: () => Promise.resolve(),
    reset: () => readable.fail(new Error('the connection was given up')),
    conclude: async (text) => {
      if (text !== '') await channels.send(channel + 1, Buffer.from(text));
    },
  };
}
