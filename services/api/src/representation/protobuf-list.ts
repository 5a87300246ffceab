import { protobufListFrame } from '@gantry/apimachinery';
import { eachInSlices } from '../slices.js';
import { Pieces } from './pieces.js';

/** A list in protobuf around the message of every object, made in slices. `head` has the list's kind, apiVersion and metadata. */
export async function protobufList(head: Readonly<Record<string, unknown>>, count: number, message: (index: number) => Uint8Array): Promise<Uint8Array[]> {
  const items: Uint8Array[] = [];
  await eachInSlices(count, (index) => void items.push(message(index)));
  const frame = protobufListFrame(head, items.map(({ length }) => length));
  const pieces = new Pieces();
  pieces.add(frame.head);
  await eachInSlices(count, (index) => {
    pieces.add(frame.prefix(items[index]!.length));
    pieces.add(items[index]!);
  });
  pieces.add(frame.tail);
  return pieces.finish();
}
