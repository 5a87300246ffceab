import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What the parts are told by their environment; the password comes as a file, out of sight of `ps` and crash reports. */
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
    port: numberOf(env, 'PORT', 8080),
    version: env['GUESTBOOK_VERSION'] ?? '1',
    pod: env['POD_NAME'] ?? hostname(),
    title: env['GUESTBOOK_TITLE'] ?? 'Guestbook',
    greeting: env['GUESTBOOK_GREETING'] ?? 'Leave a line.',
    shown: numberOf(env, 'GUESTBOOK_SHOWN', 20),
    longest: numberOf(env, 'GUESTBOOK_LONGEST', 280),
    storeHost: env['STORE_HOST'] ?? 'store',
    storePort: numberOf(env, 'STORE_PORT', 6380),
    apiUrl: env['API_URL'] ?? 'http://api',
    password: () => passwordIn(env['PASSWORD_FILE'] ?? '/etc/guestbook/password'),
    dataDir: env['DATA_DIR'] ?? '/data',
    drain: numberOf(env, 'DRAIN_MS', 3000),
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
