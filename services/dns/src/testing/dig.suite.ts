import { decode, encode, RECURSION_DESIRED } from 'dns-packet';

type Decoded = ReturnType<typeof decode>;

/** An answer as `dig` shows it, short: the status and flags, then the records with the sections that they are in. */
export function show(packet: Buffer): string[] {
  const answer = decode(packet);
  const sections = [
    ['', answer.answers],
    ['authority: ', answer.authorities],
    ['additional: ', answer.additionals.filter(({ type }) => type !== 'OPT')],
  ] as const;
  const flags = [answer.flag_aa ? ' aa' : '', answer.flag_tc ? ' tc' : ''].join('');
  return [`${answer.rcode}${flags}`, ...sections.flatMap(([title, records]) => records.map((record) => `${title}${line(record)}`))];
}

function line({ name, ttl, type, data }: Decoded['answers'][number]): string {
  return `${name} ${ttl} ${type} ${dataText(type, data)}`;
}

function dataText(type: string, data: unknown): string {
  if (type === 'TXT') return (data as Buffer[]).map((part) => `"${part.toString()}"`).join(' ');
  if (type === 'SOA') {
    const { mname, rname, minimum } = data as { mname: string; rname: string; minimum: number };
    return `${mname} ${rname} ${minimum}`;
  }
  if (type !== 'SRV') return String(data);
  const { priority, weight, port, target } = data as { priority: number; weight: number; port: number; target: string };
  return `${priority} ${weight} ${port} ${target}`;
}

export interface QuestionOptions {
  readonly id?: number;
  /** Sent with an OPT record that says this. */
  readonly payloadSize?: number;
}

/** A packet with one question. */
export function question(name: string, type: string, { id = 7, payloadSize }: QuestionOptions = {}): Buffer {
  const additionals = payloadSize === undefined ? [] : [{ type: 'OPT', name: '.', udpPayloadSize: payloadSize, flags: 0, options: [] }];
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type }], additionals });
}
