import type { HttpGet, HttpGetRequest } from './http-get.js';
import type { ProbeAnswer } from './probe-request.js';

/** What a probe makes of a response: 200 to 399 is well. */
export async function httpProbe(get: HttpGet, request: HttpGetRequest): Promise<ProbeAnswer> {
  try {
    const { status, body, leadsAway } = await get(request);
    if (leadsAway) return { result: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
    if (status >= 200 && status < 400) return { result: 'success', output: body };
    return { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    return { result: 'failure', output: (error as Error).message };
  }
}
