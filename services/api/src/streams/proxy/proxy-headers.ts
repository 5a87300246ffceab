import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers that are about one connection and not about what is sent over it (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'expect']);
/** What proves who somebody is to this server is nobody else's. */
const OWN = /^(?:authorization|impersonate-.*|x-remote-.*|:.*)$/;

export interface ForwardedFrom {
  /** The whole path that the client asked for. */
  readonly path: string;
  /** Who is connected. */
  readonly address: string | undefined;
}

/** What is sent on of a request's headers. The host stays the one that the client named. */
export function forwardedHeaders(headers: IncomingHttpHeaders, { path, address }: ForwardedFrom, upgrade: string | undefined): OutgoingHttpHeaders {
  const dropped = new Set([...HOP_BY_HOP, ...namedBy(headers.connection)]);
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !dropped.has(name) && !OWN.test(name));
  const forwardedFor = [headers['x-forwarded-for'], address].filter((one) => one !== undefined).join(', ');
  return {
    ...Object.fromEntries(kept),
    host: headers.host ?? String(headers[':authority'] ?? ''),
    'x-forwarded-uri': path,
    ...(forwardedFor === '' ? {} : { 'x-forwarded-for': forwardedFor }),
    ...(headers.te === 'trailers' ? { te: 'trailers' } : {}),
    ...(upgrade === undefined ? { connection: 'close' } : { connection: 'Upgrade', upgrade }),
  };
}

/** What the client gets of an answer's headers. */
export function answeredHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const dropped = new Set([...HOP_BY_HOP, ...namedBy(headers.connection)]);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.has(name) || name === 'set-cookie') continue;
    kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

/** The header `Connection` names others that are about the connection. */
function namedBy(connection: string | undefined): string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}
