import { protobufListFrame } from '@gantry/apimachinery';
import { eachInSlices } from '../slices.js';
import { piecesOf } from './pieces.js';

/**
 * A list in protobuf around the message of every object. `head` has the list's kind, apiVersion and metadata. The length of it all stands before the
 * first item, so the messages are made before any is read.
 */
export async function* protobufList(head: Readonly<Record<string, unknown>>, count: number, message: (index: number) => Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const items: Uint8Array[] = [];
  await eachInSlices(count, (index) => void items.push(message(index)));
  const frame = protobufListFrame(head, items.map(({ length }) => length));
  yield* piecesOf(count, frame.head, (pieces, index) => {
    pieces.add(frame.prefix(items[index]!.length));
    pieces.add(items[index]!);
  }, frame.tail);
}
