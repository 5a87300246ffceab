import { describe, expect, test } from 'vitest';
import { tableHandle } from './table-handle.js';

const answering = (answers: Readonly<Record<string, string>>) => (_program: string, args: readonly string[]) => {
  const answer = answers[args.join(' ')];
  return answer === undefined ? Promise.reject(new Error('nft: not supported')) : Promise.resolve(answer);
};
const json = (...tables: object[]) => JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, ...tables.map((table) => ({ table }))] });

describe("the handle of the proxy's table", () => {
  test.each([
    ['the one of its name and family', { '-j list tables': json({ family: 'ip6', name: 'gantry-services', handle: 1 }, { family: 'ip', name: 'gantry-pods', handle: 2 }, { family: 'ip', name: 'gantry-services', handle: 9 }) }, 9],
    ['none where there is no table', { '-j list tables': json({ family: 'ip', name: 'gantry-pods', handle: 2 }) }, undefined],
    ['nought where nft knows no JSON', { 'list tables': 'table ip gantry-pods\ntable ip gantry-services\n' }, 0],
    ['none there either', { 'list tables': 'table ip gantry-pods\n' }, undefined],
  ])('%s', async (_name, answers, handle) => {
    expect(await tableHandle(answering(answers))).toBe(handle);
  });

  test('none and no way to know it', async () => {
    await expect(tableHandle(answering({}))).rejects.toThrow('not supported');
  });
});
