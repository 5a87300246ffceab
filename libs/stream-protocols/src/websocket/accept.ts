import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface WebSocketOffer {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Besides those of the protocol. */
  readonly headers: Readonly<Record<string, string>>;
  /** Among those that the client listed; '': none was chosen. */
  readonly protocol: string;
}

/** Bytes of one message that a client may send. */
const LONGEST_MESSAGE = 4 * 1024 * 1024;

/** Says yes to a request for a WebSocket. Rejects where it is not well-formed: it was answered 400 then. */
export function acceptWebSocket({ request, socket, head, headers, protocol }: WebSocketOffer): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: LONGEST_MESSAGE, handleProtocols: () => (protocol === '' ? false : protocol) });
  return new Promise((resolve, reject) => {
    server.on('headers', (lines) => lines.push(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)));
    server.on('wsClientError', (error) => {
      socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(error.message)}\r\n\r\n${error.message}`);
      reject(error);
    });
    server.handleUpgrade(request, socket, head, (websocket) => resolve(websocket));
  });
}
