import type { KubeletConnection } from '../kubelet-streams.js';

/** A client's side of one forwarded connection. */
export interface ForwardEnds {
  /** What the client sends, to its end; throws when it broke off. */
  readonly readable: AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** Breaks it. */
  reset(): void;
  /** Says what went wrong, '' where nothing did: the last word of a connection. */
  conclude(text: string): Promise<void>;
}

/** Carries one connection between a client and a port of a pod. Over when the pod's side has said all; never rejects. */
export async function forward(ends: ForwardEnds, port: number, pod: { readonly name: string; readonly uid: string }, connect: () => Promise<KubeletConnection>): Promise<void> {
  const problem = await carried(ends, connect).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  await ends.conclude(problem === '' ? '' : `error forwarding port ${port} to pod ${pod.name}, uid ${pod.uid}: ${problem}`).catch(() => undefined);
  if (problem !== '') ends.reset();
}

async function carried(ends: ForwardEnds, connect: () => Promise<KubeletConnection>): Promise<string> {
  const connection = await connect();
  if ('refusal' in connection) return connection.refusal.text.trim();
  const { stream } = connection;
  const sending = (async () => {
    for await (const chunk of ends.readable) await stream.write(chunk);
    await stream.end();
  })();
  sending.catch(() => stream.cancel('the client broke off'));
  for await (const chunk of stream.readable) await ends.write(chunk);
  await ends.end();
  // What the client still says nobody hears.
  stream.cancel('the pod has said all');
  return '';
}
