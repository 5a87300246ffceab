import { invalid, forbidden, newBadRequest, newInvalid, notSupported } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';

/** What the kubelet understands, of what a client may ask. */
const OPTIONS = ['follow', 'previous', 'sinceSeconds', 'sinceTime', 'timestamps', 'tailLines', 'limitBytes', 'stream'];
const STREAMS = ['All', 'Stderr', 'Stdout'];
/** How upstream names the place of what is about two options. */
const NOWHERE = '[]';

/** The query for the kubelet. Throws 400 for what is no number or time, 422 for what makes no sense, in upstream's words. */
export function logQuery(query: URLSearchParams, pod: string): string {
  const [tailLines, limitBytes, sinceSeconds] = [number(query, 'tailLines'), number(query, 'limitBytes'), number(query, 'sinceSeconds')];
  const sinceTime = time(query);
  const stream = query.get('stream') ?? STREAMS[0]!;
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined) errors.push(forbidden(NOWHERE, 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  if (!STREAMS.includes(stream)) errors.push(notSupported('stream', stream, STREAMS));
  if (stream !== STREAMS[0] && tailLines !== undefined) errors.push(forbidden(NOWHERE, '`tailLines` and specific `stream` are mutually exclusive for now'));
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'PodLogOptions' }, pod, errors);
  const passed = new URLSearchParams();
  for (const option of OPTIONS) for (const value of query.getAll(option)) passed.append(option, value);
  return passed.toString();
}

function number(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function time(query: URLSearchParams): string | undefined {
  const text = query.get('sinceTime');
  if (text === null || text === '') return undefined;
  if (Number.isNaN(Date.parse(text))) throw newBadRequest(`parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`);
  return text;
}
