import type { Logger } from '@gantry/async';
import type { Answer } from './answer.js';
import type { RequestContext } from './request-context.js';

/** Told of every request once its answer is known; of a stream, when it begins. `started` is the time of `performance.now()`. */
export type AccessLog = (context: RequestContext, answer: Answer, started: number) => void;

/** A line a request, where the logger wants as much. Undefined elsewhere: then a request pays nothing for it. */
export function createAccessLog(logger: Logger): AccessLog | undefined {
  if (logger.isLevelEnabled?.('debug') !== true) return undefined;
  return (context, answer, started) => logger.debug(accessFields(context, answer, performance.now() - started), 'A request was answered');
}

/** No header but these: others may hold what nobody else should see. */
function accessFields(context: RequestContext, { status, headers }: Answer, ms: number): Record<string, unknown> {
  const { method, path, rawQuery, protocol, auditId, identity, upgrade } = context;
  return {
    method,
    uri: rawQuery === '' ? path : `${path}?${rawQuery}`,
    protocol,
    ...(upgrade !== undefined && { upgrade }),
    user: identity?.name,
    userAgent: context.header('user-agent'),
    accept: context.header('accept'),
    contentType: context.headers['content-type'],
    status,
    answerType: headers['content-type'],
    ms: Math.round(ms * 10) / 10,
    auditId,
  };
}
