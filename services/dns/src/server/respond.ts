import type { Logger } from '@gantry/async';
import type { Handler } from '../plugin.js';
import { SERVER_FAILURE, type Answer } from '../wire/answer.js';
import type { Query } from '../wire/query.js';
import { readQuery } from '../wire/read-query.js';
import { writeAnswer } from '../wire/write-answer.js';

/** Takes one packet and gives the answer to `send`, or does not call it when there is nothing to say. Never throws. Returns a promise when the answer comes later. */
export type Respond = (packet: Buffer, transport: Query['transport'], send: (answer: Buffer) => void) => Promise<void> | undefined;

export function respondWith(handler: Handler, logger: Logger): Respond {
  return (packet, transport, send) => {
    const read = readQuery(packet, transport);
    if (read === undefined) return undefined;
    if ('refused' in read) {
      send(read.refused);
      return undefined;
    }
    const answer = handler(read.query);
    if (answer instanceof Promise) return answer.then((later) => send(write(read.query, later, logger)));
    send(write(read.query, answer, logger));
    return undefined;
  };
}

function write(query: Query, answer: Answer, logger: Logger): Buffer {
  try {
    return writeAnswer(query, answer);
  } catch (err) {
    logger.error({ err }, 'an answer could not be written');
    return writeAnswer(query, SERVER_FAILURE);
  }
}
