import { parseJson } from '@gantry/apimachinery';
import { isMadeOnTheWay, isStreamed, isUpgrade, JSON_TYPE } from './answer.js';
import type { Answer } from './answer.js';
import type { RequestContext } from './request-context.js';

/** Programs by which people read answers themselves, as upstream knows them. */
const READ_BY_PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;
/** Longer answers are left as they are: laying them out would keep the loop. */
const LONGEST = 512 * 1024;

/** JSON laid out for people, where the query, the Accept header or the kind of client asks for it. */
export function prettyAnswer(context: RequestContext, answer: Answer): Answer {
  if (!isForPeople(context) || isUpgrade(answer) || isStreamed(answer)) return answer;
  if (answer.headers['content-type'] !== JSON_TYPE || answer.headers['etag'] !== undefined) return answer;
  const { body } = answer;
  if (isMadeOnTheWay(body)) return answer;
  const bytes = body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.concat(body);
  if (bytes.length === 0 || bytes.length > LONGEST) return answer;
  return { ...answer, body: Buffer.from(JSON.stringify(parseJson(bytes.toString()), undefined, 2)) };
}

function isForPeople(context: RequestContext): boolean {
  if (context.rawQuery.includes('pretty') && context.query.get('pretty')) return context.flag('pretty');
  const agent = context.header('user-agent');
  return (agent !== undefined && READ_BY_PEOPLE.test(agent)) || context.header('accept')?.includes('pretty=1') === true;
}
