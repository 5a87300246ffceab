import type { Logger } from '@gantry/async';
import type { Runner, Statement } from './connection.js';
import { messageOf } from './errors.js';

/** Where its user may not see how a standby replicates, that nobody is waited for tells it. */
const WEAKNESSES: Statement = {
  name: 'weaknesses',
  text: `
    SELECT current_setting('fsync') = 'off' AS "isUnsynced", current_setting('full_page_writes') = 'off' AS "hasTornPages",
           (SELECT count(*)::integer FROM pg_stat_replication WHERE coalesce(state, 'streaming') IN ('streaming', 'catchup')) AS standbys,
           (SELECT count(*)::integer FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS waited,
           current_setting('synchronous_standby_names') <> '' AS "waitsForSome"`,
};

interface Weaknesses {
  readonly isUnsynced: boolean;
  readonly hasTornPages: boolean;
  readonly standbys: number;
  readonly waited: number;
  readonly waitsForSome: boolean;
}

/** What of the server's settings makes an acknowledged write one that can be lost. */
export function warningsOf({ isUnsynced, hasTornPages, standbys, waited, waitsForSome }: Weaknesses): string[] {
  const isAsynchronous = standbys > 0 && waited === 0 && !waitsForSome;
  return [
    ...(isUnsynced ? ['fsync is off: a crash of the machine can lose acknowledged writes and the whole database'] : []),
    ...(hasTornPages ? ['full_page_writes is off: a crash of the machine can damage the database, unless its file system never writes half a page'] : []),
    ...(isAsynchronous ? ['replication is asynchronous: a promoted standby can lack acknowledged writes (set synchronous_standby_names)'] : []),
  ];
}

const LOOK_MS = 60_000;

/** Warns of each weakness once while it lasts, looking at the begin and every minute; the result ends that. */
export function watchDurability(runner: Runner, logger: Logger): () => void {
  let said: readonly string[] = [];
  const look = async (): Promise<void> => {
    try {
      const { rows } = await runner.query<Weaknesses & Record<string, unknown>>({ ...WEAKNESSES, values: [] });
      const warnings = rows[0] ? warningsOf(rows[0]) : [];
      for (const warning of warnings) if (!said.includes(warning)) logger.warn({}, warning);
      said = warnings;
    } catch (error) {
      logger.debug({ error: messageOf(error) }, 'how durable the database is could not be seen');
    }
  };
  const looks = setInterval(() => void look(), LOOK_MS).unref();
  void look();
  return () => clearInterval(looks);
}
