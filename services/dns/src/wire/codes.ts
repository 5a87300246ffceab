/** Record types, RFC 1035 section 3.2.2 and the registries that came after it. */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, IXFR: 251, AXFR: 252 } as const;

export const CLASS_IN = 1;

export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5, badVersion: 16 } as const;

/** Bits of the second word of a packet's header. */
export const FLAG = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100, recursionAvailable: 0x0080, checkingDisabled: 0x0010 } as const;

export const OPCODE_MASK = 0x7800;
export const RCODE_MASK = 0x000f;

export const HEADER_LENGTH = 12;

/** What a packet of UDP without EDNS may hold, RFC 1035 section 4.2.1. */
export const PLAIN_UDP_LENGTH = 512;

/** What we take and send in one packet of UDP: no path of Ethernet breaks it into fragments. */
export const UDP_PAYLOAD = 1232;

/** An OPT record without options: root name, type, class, TTL, length. */
export const OPT_LENGTH = 11;

/** The DO bit in the second half of an OPT record's TTL. */
export const DNSSEC_OK = 0x8000;

/** The two high bits of a length that say that a pointer follows. */
export const POINTER = 0xc000;
