import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/**
 * The least that an answer of a given size can be: TLS, and bytes that are ready. Arguments: PEM files of the certificate and
 * its key, and the size in bytes.
 */
const [cert, key, size] = process.argv.slice(2);
const body = Buffer.alloc(Number(size), 'x');
const server = createServer({ cert: readFileSync(cert ?? ''), key: readFileSync(key ?? '') }, (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));
