/**
 * What the documents show is run by a test. A block of shell commands carries, on the line before it, one of
 *
 *     <!-- test: NAME -->          run by the test that asks for NAME, in the order of the document
 *     <!-- not run: REASON -->     shown only, and why
 */

const FENCE = /^```(?:sh|bash|console)\s*$/;
const MARK = /^<!--\s*(test|not run):\s*(.+?)\s*-->$/;

/** The text of the last line before `index` that is not blank. */
function lineBefore(lines, index) {
  return lines.slice(0, index).findLast((line) => line.trim() !== '')?.trim() ?? '';
}

/** A command goes on while its line ends in a backslash, or until its here-document ends. */
function endOfCommand(lines, start) {
  let end = start;
  while (lines[end].endsWith('\\') && end + 1 < lines.length) end++;
  const delimiter = /<<-?\s*['"]?(\w+)['"]?/.exec(lines[end])?.[1];
  const closing = delimiter ? lines.indexOf(delimiter, end + 1) : -1;
  return closing === -1 ? end : closing;
}

/** The single commands of a block, each ready for `bash -c`; blank lines and comments are left out. */
export function splitCommands(script) {
  const lines = script.split('\n');
  const commands = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at].trim() === '' || lines[at].startsWith('#')) continue;
    const end = endOfCommand(lines, at);
    commands.push(lines.slice(at, end + 1).join('\n'));
    at = end;
  }
  return commands;
}

/**
 * Every shell block of a Markdown text, in order.
 * @param {string} markdown
 * @returns {{ line: number, test?: string, notRun?: string, script: string, commands: string[] }[]} `line` counts from 1
 */
export function shellBlocks(markdown) {
  const lines = markdown.split('\n');
  const starts = lines.flatMap((line, index) => (FENCE.test(line) ? [index] : []));
  return starts.map((start) => {
    const end = lines.indexOf('```', start);
    const script = lines.slice(start + 1, end).join('\n');
    const [, kind, value] = MARK.exec(lineBefore(lines, start)) ?? [];
    return { line: start + 1, script, commands: splitCommands(script), ...(kind === 'test' ? { test: value } : { notRun: value }) };
  });
}

/**
 * The commands of all blocks marked `<!-- test: name -->`.
 * @param {string} markdown
 * @param {string} name
 * @returns {string[]}
 */
export function commandsOf(markdown, name) {
  const blocks = shellBlocks(markdown).filter((block) => block.test === name);
  if (blocks.length === 0) throw new Error(`no block is marked <!-- test: ${name} -->`);
  return blocks.flatMap((block) => block.commands);
}
