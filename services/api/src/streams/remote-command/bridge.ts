import { newInternalError } from '@gantry/apimachinery';
import type { ByteStream } from '@gantry/bus';
import { CHANNELS, ChannelWriter, readChannels } from '@gantry/stream-protocols';
import type { CommandClient, Outcome } from './command-client.js';

/** Carries a session between a client and a kubelet until it is over. Where one side leaves so does the other: a client is told that it broke. Never rejects. */
export async function bridge(client: CommandClient, kubelet: ByteStream): Promise<void> {
  const writer = new ChannelWriter((chunk) => kubelet.write(chunk));
  void client.closed.then(() => kubelet.cancel('the client is gone'));
  client.sendTo(writer).catch(() => kubelet.cancel('the client broke off'));
  const outcome = await output(client, kubelet).catch((error: unknown) => failed(`the connection to the container was lost: ${error instanceof Error ? error.message : String(error)}`));
  await client.finish(outcome).catch(() => undefined);
  await kubelet.end().catch(() => undefined);
  await client.closed;
}

/** A failure that the error channel carries. */
export function failed(text: string): Outcome {
  return newInternalError(new Error(text)).status as Outcome;
}

/** What comes goes to the client; how the command ended comes last. */
async function output(client: CommandClient, kubelet: ByteStream): Promise<Outcome> {
  const outcome: Uint8Array[] = [];
  for await (const { channel, data } of readChannels(kubelet.readable)) {
    if (channel === CHANNELS.error) outcome.push(data);
    else await client.write(channel, data);
  }
  return JSON.parse(Buffer.concat(outcome).toString()) as Outcome;
}
