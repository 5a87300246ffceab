import { expect, test } from 'vitest';
import { KeptWarnings } from './kept-warnings.js';

test('warnings are written at the end, each once, and nothing else is', () => {
  const written: string[] = [];
  const warnings = new KeptWarnings({ isTTY: false, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream);
  for (const logger of [warnings, warnings.child()]) logger.warn({ error: 'GNU tar is not installed', files: 1 }, 'attributes could not be set');
  warnings.info();
  expect(written).toEqual([]);
  warnings.end();
  warnings.end();
  expect(written).toEqual(['warning: attributes could not be set: GNU tar is not installed\n']);
});
