import { whenAnswered, type Plugin } from '../plugin.js';
import { isPacket, type Answer, type DnsRecord } from '../wire/answer.js';
import { TYPE } from '../wire/codes.js';

/** Most clients take the first address: each answer begins with another one. Answers of upstreams stay as they ordered them. */
export function loadbalance(): Plugin {
  let turn = 0;
  const rotate = (answer: Answer): Answer => {
    if (isPacket(answer) || answer.answers.length < 2) return answer;
    turn = (turn + 1) >>> 0;
    return { ...answer, answers: rotated(answer.answers, turn) };
  };
  return (next) => (query) => whenAnswered(next(query), rotate);
}

/** Aliases stay in front of the addresses that they lead to. */
function rotated(records: readonly DnsRecord[], turn: number): readonly DnsRecord[] {
  const aliases = records.filter(({ type }) => type === TYPE.CNAME);
  const others = records.filter(({ type }) => type !== TYPE.CNAME);
  const first = turn % Math.max(1, others.length);
  return [...aliases, ...others.slice(first), ...others.slice(0, first)];
}
