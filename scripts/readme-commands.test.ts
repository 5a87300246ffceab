import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './bootstrap/paths.mjs';
import { commandsOf, shellBlocks, splitCommands } from './readme-commands.mjs';

const markdown = [
  '# T',
  '<!-- test: job -->',
  '```sh',
  '# a comment',
  'one',
  '```',
  '',
  '<!-- not run: takes an hour -->',
  '',
  '```sh',
  'two',
  '```',
  '```json',
  '{}',
  '```',
  '<!-- test: job -->',
  '```sh',
  'three \\',
  '  --flag',
  '```',
].join('\n');

describe('the blocks of a document', () => {
  test('carry the mark before them, and their line', () => {
    expect(shellBlocks(markdown)).toMatchObject([
      { line: 3, test: 'job', commands: ['one'] },
      { line: 10, notRun: 'takes an hour', commands: ['two'] },
      { line: 17, test: 'job', commands: ['three \\\n  --flag'] },
    ]);
  });

  test('of one name are run in order', () => {
    expect(commandsOf(markdown, 'job')).toEqual(['one', 'three \\\n  --flag']);
  });

  test('of a name that no block has are an error', () => {
    expect(() => commandsOf(markdown, 'jobs')).toThrow('test: jobs');
  });
});

test('a here-document belongs to its command', () => {
  expect(splitCommands("cat <<'EOF'\na\n\n# b\nEOF\nnext")).toEqual(["cat <<'EOF'\na\n\n# b\nEOF", 'next']);
});

const documents = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
test.each(documents)('every shell block of %s is run by a test, or says why not', (document) => {
  const unmarked = shellBlocks(readFileSync(join(root, document), 'utf8')).filter((block) => !block.test && !block.notRun);
  expect(unmarked.map((block) => `${document}:${block.line}`)).toEqual([]);
});
