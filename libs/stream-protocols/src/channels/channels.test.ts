import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNELS, ChannelWriter, readChannels } from './channels.js';

test('what is written to channels comes out of them, in order, however it is cut on its way', async () => {
  const writes = fc.array(fc.tuple(fc.constantFrom(...Object.values(CHANNELS)), fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.constant(new Uint8Array(70_000)))), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(writes, fc.integer({ min: 1, max: 1000 }), async (pieces, cut) => {
      const sent: Uint8Array[] = [];
      const writer = new ChannelWriter(async (chunk) => void sent.push(Buffer.from(chunk)));
      for (const [channel, data] of pieces) await writer.data(channel, data);
      for (const channel of Object.values(CHANNELS)) await writer.end(channel);
      const came: Record<number, number[]> = {};
      const ends: number[] = [];
      for await (const { channel, data, isEnd } of readChannels(cutUp(Buffer.concat(sent), cut))) {
        (came[channel] ??= []).push(...data);
        if (isEnd) ends.push(channel);
      }
      for (const channel of Object.values(CHANNELS)) expect(came[channel]).toEqual(pieces.filter(([one]) => one === channel).flatMap(([, data]) => [...data]));
      expect(ends).toEqual(Object.values(CHANNELS));
    }),
    { numRuns: 30 },
  );
});

test.each([['another channel', [9, 0, 0, 0, 0, 0]], ['a length that no writer has', [1, 0, 0xff, 0, 0, 0]], ['half of a head', [1, 0, 0]], ['half of a piece', [1, 0, 0, 0, 0, 5, 1]]])('%s is an error', async (_what, bytes) => {
  const reading = async (): Promise<void> => {
    for await (const piece of readChannels(cutUp(Buffer.from(bytes), 100))) expect(piece).toBeDefined();
  };
  await expect(reading()).rejects.toThrow(RangeError);
});

async function* cutUp(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
