import { isStatus, newGenericServerResponse, statusErrorFrom, type Status, type StatusError } from '@gantry/apimachinery';
import type { ResourceReference } from './client.js';
import { readJson } from './exact-json.js';
import type { ApiRequest, ApiResponse } from './transport.js';

/** What was asked, for errors of servers that do not explain themselves. */
export interface Asked {
  readonly method: ApiRequest['method'];
  readonly resource: ResourceReference;
  readonly name?: string;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The JSON of a successful answer; throws the `StatusError` of any other. */
export function readAnswer<T>(response: ApiResponse, asked: Asked): T {
  const text = textOf(response.body);
  if (isSuccess(response.status)) return readJson<T>(text === '' ? 'null' : text);
  throw failureOf(response, asked);
}

/** The `StatusError` that an answer which is no success stands for. */
export function failureOf(response: ApiResponse, asked: Asked): StatusError {
  const text = textOf(response.body);
  const status = readStatus(text);
  if (status !== undefined) return statusErrorFrom(status);
  const { method: verb, resource, name } = asked;
  return newGenericServerResponse({ code: response.status, verb, resource, name, body: text, retryAfterSeconds: retryAfterOf(response.headers), unexpected: true });
}

/** Seconds of a `retry-after` header; undefined where there is none in seconds. */
export function retryAfterOf(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = Number.parseInt(headers['retry-after'] ?? '', 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}

function readStatus(text: string): Status | undefined {
  try {
    const value = readJson<unknown>(text);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
