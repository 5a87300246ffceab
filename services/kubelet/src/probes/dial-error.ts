/** The words of Go's `net` for what went wrong, since events quote them and people search for them. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'connect: connection timed out',
};

/** `address`: `host:port`. */
export function dialErrorText(error: unknown, address: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const cause = CAUSES[code ?? ''];
  if (cause !== undefined) return `dial tcp ${address}: ${cause}`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${address.replace(/:\d+$/, '')}: no such host`;
  if (code === 'ECONNRESET') return /hang up/.test(message) ? 'EOF' : `read tcp ${address}: read: connection reset by peer`;
  if (code === 'EPROTO') return 'http: server gave HTTP response to HTTPS client';
  return message;
}
