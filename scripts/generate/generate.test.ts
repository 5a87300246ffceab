import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const copies: string[] = [];

afterEach(async () => {
  for (const folder of copies.splice(0)) await rm(folder, { recursive: true });
});

it('finds the committed types equal to what the model generates', async () => {
  await run(process.execPath, ['scripts/generate/main.mjs', '--check'], { cwd: root });
});

it('fails on an edited generated file and names it', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'gantry-generate-'));
  copies.push(copy);
  for (const folder of ['scripts/generate', 'libs/apimachinery/model', 'libs/api-types/src']) await cp(join(root, folder), join(copy, folder), { recursive: true });
  await appendFile(join(copy, 'libs/api-types/src/core-v1.gen.ts'), '// by hand\n');
  const check = run(process.execPath, ['scripts/generate/main.mjs', '--check'], { cwd: copy });
  await expect(check).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('core-v1.gen.ts differs') });
});
