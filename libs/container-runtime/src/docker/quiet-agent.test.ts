import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { QuietAgent } from './quiet-agent.js';

it('is one word, however deep the look', () => {
  const options = { path: '/info', agent: new QuietAgent({ keepAlive: true }) };
  expect(inspect(options, { showHidden: true, depth: null })).toBe("{ path: '/info', agent: Agent }");
});
