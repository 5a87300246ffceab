/**
 * `npm run e2e`: the end-to-end tests alone. `--runtime oci` runs the containers of all standalone clusters in them without an engine; what
 * follows goes to vitest: `npm run e2e -- --runtime oci guestbook nodes`.
 */
const words = process.argv.slice(2);
const at = words.indexOf('--runtime');
if (at !== -1) {
  const [, runtime] = words.splice(at, 2);
  if (!['docker', 'oci'].includes(runtime)) throw new Error(`--runtime takes docker or oci; not ${JSON.stringify(runtime)}`);
  process.env.GANTRY_RUNTIME = runtime;
}
process.argv.splice(2, Infinity, '--only', 'e2e', '--', ...words);
await import('./test.mjs');
