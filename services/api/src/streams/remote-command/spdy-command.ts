import { acceptSpdy, CHANNELS } from '@gantry/stream-protocols';
import type { ChannelWriter, SpdyOffer, SpdySession, SpdyStream } from '@gantry/stream-protocols';
import { outcomeText } from './command-client.js';
import type { CommandClient, WantedStreams } from './command-client.js';

/** The versions in which SPDY carries commands, newest first. */
export const SPDY_COMMAND_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const WITH_SIZES: ReadonlySet<string> = new Set(SPDY_COMMAND_PROTOCOLS.slice(0, 2));
const WITH_STATUS = 'v4.channel.k8s.io';

/** Milliseconds that a client has to open its streams. */
const STREAMS_MS = 30_000;

type StreamName = keyof typeof CHANNELS;
type Streams = Partial<Record<StreamName, SpdyStream>>;

/** Answers the upgrade and waits for the client's streams. Rejects, with the connection closed, where they do not come. */
export async function spdyCommand(offer: SpdyOffer, protocol: string, wanted: WantedStreams): Promise<CommandClient> {
  const streams: Streams = {};
  const expected = expectedStreams(wanted, protocol);
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  const session = acceptSpdy(offer, {
    onStream: (stream) => {
      const name = expected.find((one) => one === stream.headers['streamtype']);
      if (name === undefined || streams[name] !== undefined) return stream.reset();
      streams[name] = stream;
      if (expected.every((one) => streams[one] !== undefined)) resolve();
    },
  });
  await allStreams(session, complete);
  return client(session, streams, protocol);
}

function expectedStreams({ stdin, stdout, stderr, tty }: WantedStreams, protocol: string): StreamName[] {
  const wanted: Record<StreamName, boolean> = { error: true, stdin, stdout, stderr, resize: tty && WITH_SIZES.has(protocol) };
  return (Object.keys(wanted) as StreamName[]).filter((name) => wanted[name]);
}

async function allStreams(session: SpdySession, complete: Promise<void>): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const overdue = setTimeout(() => reject(new Error('timed out waiting for client to create streams')), STREAMS_MS);
  void session.closed.then(() => reject(new Error('the client left')));
  try {
    await Promise.race([complete, failed]);
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    clearTimeout(overdue);
    failed.catch(() => undefined);
  }
}

function client(session: SpdySession, streams: Streams, protocol: string): CommandClient {
  const byChannel: Readonly<Record<number, SpdyStream | undefined>> = { [CHANNELS.stdout]: streams.stdout, [CHANNELS.stderr]: streams.stderr };
  return {
    closed: session.closed,
    sendTo: async (writer) => {
      await Promise.all([carry(streams.stdin, CHANNELS.stdin, writer), carry(streams.resize, CHANNELS.resize, writer)]);
    },
    write: async (channel, data) => byChannel[channel]?.write(data),
    async finish(outcome) {
      const text = protocol === WITH_STATUS ? JSON.stringify(outcome) : outcomeText(outcome);
      await Promise.all([streams.stdout?.end(), streams.stderr?.end()]);
      await streams.error?.write(Buffer.from(text));
      await streams.error?.end();
      session.close();
    },
  };
}

async function carry(stream: SpdyStream | undefined, channel: number, writer: ChannelWriter): Promise<void> {
  if (stream === undefined) return;
  for await (const chunk of stream.readable) await writer.data(channel, chunk);
  await writer.end(channel);
}
