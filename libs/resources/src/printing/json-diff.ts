/** The lines in which two JSON values differ: `-` before what was, `+` before what is, each with its path. */
export function jsonDiff(before: unknown, after: unknown): string {
  const lines: string[] = [];
  compare(before, after, '', lines);
  return lines.join('\n');
}

function compare(before: unknown, after: unknown, at: string, lines: string[]): void {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const name of names) compare(before[name], after[name], step(at, name, Array.isArray(before)), lines);
    return;
  }
  const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
  if (was === is) return;
  if (was !== undefined) lines.push(`- ${at}: ${was}`);
  if (is !== undefined) lines.push(`+ ${at}: ${is}`);
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function step(at: string, name: string, ofList: boolean): string {
  if (ofList) return `${at}[${name}]`;
  return at === '' ? name : `${at}.${name}`;
}
