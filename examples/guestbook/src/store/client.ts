import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Entry } from '../entry.ts';

export interface StoreAddress {
  readonly host: string;
  readonly port: number;
  readonly password: () => string;
  /** Milliseconds for a whole conversation. */
  readonly timeout?: number;
}

/** The newest entries, and how many there are. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly total: number;
}

/** Resolves to how many entries there are now. */
export async function append(address: StoreAddress, entry: Entry): Promise<number> {
  const { total } = await converse(address, `APPEND ${JSON.stringify(entry)}`);
  return total;
}

export async function newest(address: StoreAddress, count: number): Promise<Page> {
  const { lines, total } = await converse(address, `LAST ${count}`);
  return { entries: lines.map((line) => JSON.parse(line) as Entry), total };
}

interface Conversation {
  readonly lines: readonly string[];
  readonly total: number;
}

/** One connection for one command. Rejects when the store says ERR, does not answer in time or hangs up. */
async function converse({ host, port, password, timeout = 5000 }: StoreAddress, command: string): Promise<Conversation> {
  const socket = connect({ host, port });
  socket.setTimeout(timeout, () => socket.destroy(new Error(`the store did not answer within ${timeout} ms`)));
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  try {
    socket.write(`AUTH ${password()}\n${command}\n`);
    return await Promise.race([failed, readAnswer(createInterface({ input: socket }))]);
  } finally {
    socket.destroy();
  }
}

async function readAnswer(answers: AsyncIterable<string>): Promise<Conversation> {
  const lines: string[] = [];
  let greeted = false;
  for await (const answer of answers) {
    if (answer.startsWith('ERR')) throw new Error(`the store says: ${answer.slice(4)}`);
    if (answer.startsWith('ENTRY ')) lines.push(answer.slice(6));
    else if (greeted) return { lines, total: Number(answer.slice(3)) };
    else greeted = true;
  }
  throw new Error('the store hung up');
}
