import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { onAbort, systemClock, withTimeout } from '@gantry/async';
import { goDuration } from '../pods/duration.js';
import { hostPort } from './container-port.js';
import { dialErrorText } from './dial-error.js';
import { LONGEST_OUTPUT } from './probe-request.js';
import type { ProbeAnswer } from './probe-request.js';

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`, by number. */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const SERVING = 1;
const UNIMPLEMENTED = 12;
const DEADLINE_EXCEEDED = 4;
const CODES = ['OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted', 'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated'];

interface CheckResult {
  readonly code: number;
  readonly message: string;
  readonly body: Buffer;
}

/** Calls `grpc.health.v1.Health/Check` without TLS. One call of two short messages: HTTP/2 by hand is smaller than any client. */
export async function grpcProbe(host: string, port: number, service: string, timeoutMs: number, userAgent: string): Promise<ProbeAnswer> {
  const address = hostPort(host, port);
  const reached = { connected: false };
  try {
    const result = await withTimeout(systemClock, timeoutMs, undefined, (signal) => check(address, service, userAgent, reached, signal));
    return answerOf(result, timeoutMs);
  } catch (error) {
    return { result: 'failure', output: failureText(error, address, reached.connected, timeoutMs) };
  }
}

function failureText(error: unknown, address: string, connected: boolean, timeoutMs: number): string {
  const timedOut = (error as Error).name === 'TimeoutError';
  if (timedOut && connected) return `timeout: health rpc did not complete within ${goDuration(timeoutMs)}`;
  if (timedOut) return `timeout: failed to connect service "${address}" within ${goDuration(timeoutMs)}: context deadline exceeded`;
  const text = dialErrorText(error, address);
  return connected ? `error: health rpc probe failed: ${text}` : `error: failed to connect service at "${address}": ${text}`;
}

function answerOf({ code, message, body }: CheckResult, timeoutMs: number): ProbeAnswer {
  if (code === UNIMPLEMENTED) return { result: 'failure', output: `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}` };
  if (code === DEADLINE_EXCEEDED) return { result: 'failure', output: `timeout: health rpc did not complete within ${goDuration(timeoutMs)}` };
  if (code !== 0) return { result: 'failure', output: `error: health rpc probe failed: rpc error: code = ${CODES[code] ?? `Code(${code})`} desc = ${message}` };
  const status = servingStatus(body);
  if (status === SERVING) return { result: 'success', output: 'service healthy' };
  return { result: 'failure', output: `service unhealthy (responded with "${STATUSES[status] ?? status}")` };
}

async function check(address: string, service: string, userAgent: string, reached: { connected: boolean }, signal: AbortSignal): Promise<CheckResult> {
  const session = connect(`http://${address}`);
  const release = onAbort(signal, () => session.destroy());
  try {
    return await new Promise((resolve, reject) => {
      session.once('connect', () => void (reached.connected = true));
      session.once('error', reject).once('close', () => reject(new Error('transport is closing')));
      call(session, address, service, userAgent).then(resolve, reject);
    });
  } finally {
    release();
    session.destroy();
  }
}

function call(session: ClientHttp2Session, address: string, service: string, userAgent: string): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST', ':scheme': 'http', ':path': '/grpc.health.v1.Health/Check', ':authority': address,
      'content-type': 'application/grpc', te: 'trailers', 'user-agent': userAgent,
    });
    let body: Buffer = Buffer.alloc(0);
    let headers: IncomingHttpHeaders = {};
    // A refusal has its status in the first headers, an answer in the last.
    stream.on('response', (first) => void (headers = first)).on('trailers', (last) => void (headers = { ...headers, ...last }));
    // Of an answer that does not end, no more is kept than one that says anything has.
    stream.on('data', (chunk: Buffer) => void (body.length < LONGEST_OUTPUT && (body = Buffer.concat([body, chunk]))));
    stream.once('error', reject).once('end', () => resolve({ ...statusOf(headers), body }));
    stream.end(request(service));
  });
}

function statusOf(headers: IncomingHttpHeaders): { code: number; message: string } {
  const grpcStatus = headers['grpc-status'];
  const message = decoded(String(headers['grpc-message'] ?? ''));
  if (grpcStatus !== undefined) return { code: Number(grpcStatus), message };
  const http = Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0);
  return http === 200 ? { code: 13, message: 'server closed the stream without sending trailers' } : { code: http === 404 ? UNIMPLEMENTED : 2, message: `unexpected HTTP status code received from server: ${http}` };
}

/** Percent signs of the container's own choice must not end the kubelet: what cannot be decoded is shown as it came, as gRPC asks. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A gRPC message (not compressed, its length) around `HealthCheckRequest { service = 1 }`. */
function request(service: string): Buffer {
  const name = Buffer.from(service);
  const body = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** Field 1 of the response; not sent when it is 0. */
function servingStatus(framed: Buffer): number {
  const body = framed.subarray(5);
  return body[0] === 0x08 ? (body[1] ?? 0) : 0;
}
