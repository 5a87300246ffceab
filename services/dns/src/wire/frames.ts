/** A packet as a TCP stream carries it: its length in two bytes first, RFC 1035 section 4.2.2. */
export function frame(packet: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(packet.length + 2);
  framed.writeUInt16BE(packet.length, 0);
  packet.copy(framed, 2);
  return framed;
}

/** Cuts a stream into packets. Holds back at most one that is not yet whole: 64 KiB and two bytes. */
export class FrameReader {
  private held = Buffer.alloc(0);

  /** The packets that are whole now. */
  push(chunk: Buffer): Buffer[] {
    let rest = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const packets: Buffer[] = [];
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      packets.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    // A copy: what is kept would else keep the whole chunk.
    this.held = Buffer.from(rest);
    return packets;
  }
}
