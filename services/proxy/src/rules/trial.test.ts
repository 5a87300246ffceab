import { describe, expect, test } from 'vitest';
import { checkCommands } from '../apply/programs.js';
import { newNamespace, whyNoNamespaces } from '../testing/namespaces.suite.js';
import { NODE } from '../testing/objects.suite.js';
import { TABLE } from './names.js';
import { trialCommands } from './trial.js';

describe('the trial of nft', () => {
  test('has every kind of rule and touches no table of ours', () => {
    const commands = trialCommands(NODE);
    for (const part of ['numgen random mod 2 map', 'numgen random mod 2 vmap', 'update @', 'fib saddr type local', 'flags dynamic,timeout', 'meta l4proto sctp dnat']) expect(commands).toContain(part);
    expect(commands).not.toContain(TABLE);
  });

  test('passes here, and leaves nothing', async (context) => {
    const absent = await whyNoNamespaces();
    if (absent !== undefined) return context.skip(absent);
    const namespace = await newNamespace();
    await checkCommands(namespace.run, trialCommands(NODE));
    expect(await namespace.run('nft', ['list', 'ruleset'])).toBe('');
    await namespace.close();
  });
});
