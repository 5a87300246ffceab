/** What the client said with an OPT record, RFC 6891. */
export interface Edns {
  readonly payloadSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

/** A question that is well-formed. */
export interface Query {
  /** As it came: the answer repeats the question's bytes, and with them the client's upper and lower case. */
  readonly packet: Buffer;
  readonly id: number;
  readonly flags: number;
  /** Of the name asked for, in lower case, one character a byte; none for the root. */
  readonly labels: readonly string[];
  readonly type: number;
  /** The offset after the question. */
  readonly questionEnd: number;
  readonly edns: Edns | undefined;
  readonly transport: 'udp' | 'tcp';
}

/** The name as people write it, without the last dot. */
export function nameOf({ labels }: Pick<Query, 'labels'>): string {
  return labels.join('.');
}
