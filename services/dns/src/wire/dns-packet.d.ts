/** The part of dns-packet that is used here and in tests; it brings no types of its own. */
declare module 'dns-packet' {
  interface PacketRecord {
    readonly name: string;
    readonly type: string;
    readonly class?: string;
    readonly ttl?: number;
    readonly data?: unknown;
  }
  interface Packet {
    readonly id: number;
    readonly rcode: string;
    readonly flags: number;
    readonly flag_aa: boolean;
    readonly flag_tc: boolean;
    readonly questions: readonly { readonly name: string; readonly type: string }[];
    readonly answers: readonly PacketRecord[];
    readonly authorities: readonly PacketRecord[];
    readonly additionals: readonly (PacketRecord & { readonly udpPayloadSize?: number; readonly extendedRcode?: number })[];
  }
  export const RECURSION_DESIRED: number;
  export function decode(packet: Buffer): Packet;
  export function encode(packet: object): Buffer;
  export function record(type: string): { encode(data: unknown): Buffer };
}

declare module 'dns-packet/types.js' {
  export function toType(name: string): number;
}
