import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * What the parts are told by their environment, by names that no Service makes: where one is called "store", pods may have a STORE_PORT
 * already. The password comes as a file, out of sight of `ps` and crash reports.
 */
export interface Settings {
  readonly port: number;
  /** The image's tag: how the page looks. */
  readonly version: string;
  /** Whose answers these are: the pod's name. */
  readonly pod: string;
  readonly title: string;
  readonly greeting: string;
  /** Entries shown. */
  readonly shown: number;
  /** Characters of one entry. */
  readonly longest: number;
  /** Where the other parts are, as their Services are called. */
  readonly storeHost: string;
  readonly storePort: number;
  readonly apiUrl: string;
  readonly password: () => string;
  readonly dataDir: string;
  /** Milliseconds for which clients are told to go before connections are cut. */
  readonly drain: number;
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: numberOf(env, 'GUESTBOOK_PORT', 8080),
    version: env['GUESTBOOK_VERSION'] ?? '1',
    pod: env['POD_NAME'] ?? hostname(),
    title: env['GUESTBOOK_TITLE'] ?? 'Guestbook',
    greeting: env['GUESTBOOK_GREETING'] ?? 'Leave a line.',
    shown: numberOf(env, 'GUESTBOOK_SHOWN', 20),
    longest: numberOf(env, 'GUESTBOOK_LONGEST', 280),
    storeHost: env['GUESTBOOK_STORE_HOST'] ?? 'store',
    storePort: numberOf(env, 'GUESTBOOK_STORE_PORT', 6380),
    apiUrl: env['GUESTBOOK_API_URL'] ?? 'http://api',
    password: () => passwordIn(env['GUESTBOOK_PASSWORD_FILE'] ?? '/etc/guestbook/password'),
    dataDir: env['GUESTBOOK_DATA_DIR'] ?? '/data',
    drain: numberOf(env, 'GUESTBOOK_DRAIN_MS', 3000),
  };
}

function numberOf(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is no whole number: ${env[name]}`);
  return value;
}

/** Read whenever it is needed, so that a changed Secret counts without a restart. */
function passwordIn(file: string): string {
  return readFileSync(file, 'utf8').trim();
}
