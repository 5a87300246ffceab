import { acceptWebSocket, CHANNEL_PROTOCOLS, CHANNELS, ChannelSocket, MessageSocket } from '@gantry/stream-protocols';
import type { ChannelWriter, WebSocketOffer } from '@gantry/stream-protocols';
import { outcomeText } from './command-client.js';
import type { CommandClient, WantedStreams } from './command-client.js';

/** What a client may send. */
const INPUTS: ReadonlySet<number> = new Set([CHANNELS.stdin, CHANNELS.resize]);
/** Since the fourth the error channel carries a Status. */
const WITH_STATUS = /^v[45]\./;

/** Answers the upgrade. An empty message tells the client that the session is there. */
export async function websocketCommand(offer: WebSocketOffer, wanted: WantedStreams): Promise<CommandClient> {
  const { protocol } = offer;
  const socket = new MessageSocket(await acceptWebSocket(offer));
  const channels = new ChannelSocket(socket, CHANNEL_PROTOCOLS[protocol]!);
  const outputs = new Set<number>([...(wanted.stdout ? [CHANNELS.stdout] : []), ...(wanted.stderr ? [CHANNELS.stderr] : [])]);
  await channels.send([...outputs][0] ?? CHANNELS.error, new Uint8Array(0));
  return {
    closed: socket.closed,
    sendTo: (writer) => carry(channels, writer),
    write: async (channel, data) => (outputs.has(channel) ? channels.send(channel, data) : undefined),
    async finish(outcome) {
      const text = WITH_STATUS.test(protocol) ? JSON.stringify(outcome) : outcomeText(outcome);
      if (text !== '') await channels.send(CHANNELS.error, Buffer.from(text));
      socket.close();
    },
  };
}

async function carry(channels: ChannelSocket, writer: ChannelWriter): Promise<void> {
  for await (const { channel, data, isEnd } of channels.messages()) {
    if (!INPUTS.has(channel)) continue;
    await (isEnd ? writer.end(channel) : writer.data(channel, data));
  }
}
