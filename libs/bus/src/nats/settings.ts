import type { NatsBusOptions } from './options.js';

/** What reads a process's environment, as far as it is needed here. */
export interface SettingsReader {
  list(name: string): readonly string[];
  optionalFile(name: string): string | undefined;
}

/** `GANTRY_NATS_SERVERS` (separated by commas), `GANTRY_NATS_CREDENTIALS_FILE` and `GANTRY_NATS_CA_FILE`, without which the connection is not encrypted. */
export function readNatsSettings(environment: SettingsReader, identity: string): Pick<NatsBusOptions, 'servers' | 'identity' | 'credentials' | 'tls'> {
  const creds = environment.optionalFile('GANTRY_NATS_CREDENTIALS_FILE');
  const ca = environment.optionalFile('GANTRY_NATS_CA_FILE');
  return {
    servers: environment.list('GANTRY_NATS_SERVERS'),
    identity,
    ...(creds === undefined ? {} : { credentials: { creds } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
  };
}
