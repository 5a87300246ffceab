import { createHash, timingSafeEqual } from 'node:crypto';
import type { EntryLog } from './log.ts';

/** What one connection may do. */
export interface Session {
  authenticated: boolean;
}

export interface CommandContext {
  readonly log: Pick<EntryLog, 'append' | 'newest' | 'size'>;
  readonly password: () => string;
}

/**
 * The store's whole language, a line each way:
 *
 *     AUTH <password>   → OK
 *     APPEND <line>     → OK <how many there are>
 *     LAST <count>      → ENTRY <line> … OK <how many there are>
 *
 * and `ERR <why>` for anything else.
 */
export async function execute(line: string, session: Session, { log, password }: CommandContext): Promise<string[]> {
  const [, verb = '', argument = ''] = /^(\w+) ?(.*)$/.exec(line) ?? [];
  if (verb === 'AUTH') {
    session.authenticated = equal(argument, password());
    return [session.authenticated ? 'OK' : 'ERR wrong password'];
  }
  if (!session.authenticated) return ['ERR say AUTH first'];
  if (verb === 'APPEND' && argument !== '') return [`OK ${await log.append(argument)}`];
  if (verb === 'LAST' && /^\d{1,4}$/.test(argument)) return [...log.newest(Number(argument)).map((entry) => `ENTRY ${entry}`), `OK ${log.size}`];
  return ['ERR AUTH, APPEND or LAST'];
}

/** In a time that does not tell how much of it was right. */
function equal(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
