/** Progress goes to stderr, so that `npm run gantry -- get -o json` can be piped; colours only for a person at a terminal. */
const coloured = Boolean(process.stderr.isTTY) && !process.env.NO_COLOR;

function paint(code, text) {
  return coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** One line that says what is being done. */
export function progress(text) {
  process.stderr.write(`${paint('36', 'gantry:')} ${text}\n`);
}

/** Says why nothing more can be done and ends with `code` (1 failed, 2 wrong usage). */
export function fail(text, code = 1) {
  process.stderr.write(`${paint('31', 'gantry:')} ${text}\n`);
  process.exit(code);
}

/** Seconds since `start` (milliseconds of `performance.now()`), as text with one decimal. */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
