import { isStatus } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import { logQuery } from './log-options.js';

function refusal(query: string): unknown {
  try {
    return logQuery(new URLSearchParams(query), 'p');
  } catch (error) {
    const { status } = error as { status: { code: number; message: string } };
    return isStatus(status) ? `${status.code} ${status.message}` : error;
  }
}

describe('what is asked of a log', () => {
  it('goes to the kubelet, without what is not for it', () => {
    expect(logQuery(new URLSearchParams('container=c&follow=true&tailLines=0&limitBytes=1&insecureSkipTLSVerifyBackend=true&pretty=1'), 'p')).toBe('follow=true&tailLines=0&limitBytes=1');
    expect(logQuery(new URLSearchParams('stream=Stdout&sinceTime=2026-01-02T03:04:05Z'), 'p')).toBe('sinceTime=2026-01-02T03%3A04%3A05Z&stream=Stdout');
  });
  it.each([
    ['tailLines=-1', '422 PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['limitBytes=0', '422 PodLogOptions "p" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=0', '422 PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z', '422 PodLogOptions "p" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'],
    ['stream=stdout', '422 PodLogOptions "p" is invalid: stream: Unsupported value: "stdout": supported values: "All", "Stderr", "Stdout"'],
    ['stream=Stderr&tailLines=1', '422 PodLogOptions "p" is invalid: []: Forbidden: `tailLines` and specific `stream` are mutually exclusive for now'],
    ['tailLines=x', '400 strconv.ParseInt: parsing "x": invalid syntax'],
    ['sinceTime=yesterday', '400 parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'],
  ])('%s is refused', (query, expected) => {
    expect(refusal(query)).toBe(expected);
  });
});
