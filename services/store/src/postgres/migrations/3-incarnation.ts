import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `incarnation` names one unbroken run of revisions, `timeline` the Postgres that it is of (`<system identifier>/<timeline>`, NULL
 * until a leader has looked). `lease_clock` counts the milliseconds for which stores have led, and `expires_at` is a reading of it:
 * no wall clock decides what expires. What was written before keeps the time that it had left.
 */
export class Incarnation1732400000003 implements MigrationInterface {
  readonly name = 'Incarnation1732400000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE gantry.meta
        ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD COLUMN timeline text,
        ADD COLUMN lease_clock bigint NOT NULL DEFAULT 0`);
    await runner.query('UPDATE gantry.current SET expires_at = greatest(1, expires_at - floor(extract(epoch FROM now()) * 1000)::bigint) WHERE expires_at > 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE gantry.current SET expires_at = expires_at - (SELECT lease_clock FROM gantry.meta) + floor(extract(epoch FROM now()) * 1000)::bigint WHERE expires_at > 0');
    await runner.query('ALTER TABLE gantry.meta DROP COLUMN incarnation, DROP COLUMN timeline, DROP COLUMN lease_clock');
  }
}
