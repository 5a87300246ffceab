import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cruiseFolders } from './cycles.mjs';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'gantry-cycles-'));
  mkdirSync(join(top, 'libs/planted/src'), { recursive: true });
  writeFileSync(join(top, 'tsconfig.base.json'), '{"compilerOptions":{"module":"NodeNext"}}');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function rulesBroken(files: Record<string, string>): Promise<string[]> {
  for (const [name, source] of Object.entries(files)) writeFileSync(join(top, 'libs/planted/src', name), source);
  const { summary } = await cruiseFolders(['libs/planted/src'], top);
  return summary.violations.map(({ rule }: { rule: { name: string } }) => rule.name);
}

test('a cycle between two files is reported', async () => {
  expect(await rulesBroken({
    'a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
    'b.ts': "import { a } from './a.js';\nexport const b = () => a;\n",
  })).toContain('no-circular');
});

test('a cycle of types alone is reported', async () => {
  expect(await rulesBroken({
    'a.ts': "import type { B } from './b.js';\nexport interface A { b: B }\n",
    'b.ts': "import type { A } from './a.js';\nexport interface B { a: A }\n",
  })).toContain('no-circular');
});

test('a file that imports its own index is reported', async () => {
  expect(await rulesBroken({
    'a.ts': "import { b } from './index.js';\nexport const a = b;\n",
    'b.ts': 'export const b = 1;\n',
    'index.ts': "export { b } from './b.js';\n",
  })).toContain('index-is-for-others');
});

test('a graph without cycles is left alone', async () => {
  expect(await rulesBroken({ 'a.ts': "import { b } from './b.js';\nexport const a = b;\n", 'b.ts': 'export const b = 1;\n' })).toEqual([]);
});
