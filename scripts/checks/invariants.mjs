/** How many promises docs/invariants.md makes. */
export const INVARIANTS = 20;

/** The rows of the table: number (that of the row before where none is given), file and the test's name. */
export function namedTests(markdown) {
  const tests = [];
  let number = 0;
  for (const line of markdown.split('\n')) {
    const row = /^\| *(\d*) *\|.*\| `([^`]+)` \| (.+) \|$/.exec(line);
    if (!row) continue;
    number = Number(row[1] || number);
    tests.push({ number, file: row[2], name: row[3] });
  }
  return tests;
}

/** What is wrong with the table; `read` gives a file's text, undefined where there is none. A name counts only as a text of the program. */
export function problemsOf(tests, read) {
  const missing = Array.from({ length: INVARIANTS }, (_, index) => index + 1).filter((number) => !tests.some((test) => test.number === number));
  const problems = missing.map((number) => `invariant ${number} has no test`);
  for (const { number, file, name } of tests) {
    const text = read(file);
    if (text === undefined) problems.push(`invariant ${number}: there is no file ${file}`);
    else if (!["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`) || text.includes(`${quote}%s ${name}${quote}`))) problems.push(`invariant ${number}: ${file} has no test "${name}"`);
  }
  return problems;
}
