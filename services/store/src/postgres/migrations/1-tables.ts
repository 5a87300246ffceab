import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `log` holds every kept revision with its bytes; `current` points from a key to the revision that holds its state;
 * `meta` is the one row that every commit locks. Keys are compared by their bytes.
 */
export class Tables1732400000001 implements MigrationInterface {
  readonly name = 'Tables1732400000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE gantry.meta (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        epoch bigint NOT NULL DEFAULT 0,
        revision bigint NOT NULL DEFAULT 0,
        compacted bigint NOT NULL DEFAULT 0,
        swept bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 10)`);
    await runner.query('INSERT INTO gantry.meta DEFAULT VALUES');
    // Objects of a usual size stay in the row: one more row and index entry for each would cost more than it saves.
    await runner.query(`
      CREATE TABLE gantry.log (
        revision bigint PRIMARY KEY,
        epoch bigint NOT NULL,
        previous_kind bigint NOT NULL,
        previous_object bigint NOT NULL,
        splice_offset integer NOT NULL,
        transaction_last boolean NOT NULL,
        type text NOT NULL,
        key text COLLATE "C" NOT NULL,
        schema_hash text NOT NULL,
        value bytea STORAGE EXTERNAL NOT NULL
      ) WITH (toast_tuple_target = 8160)`);
    await runner.query('CREATE INDEX log_by_key ON gantry.log (key, revision)');
    await runner.query(`
      CREATE TABLE gantry.current (
        key text COLLATE "C" PRIMARY KEY,
        revision bigint NOT NULL,
        expires_at bigint NOT NULL,
        digest text NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE gantry.resource_type (
        name text COLLATE "C" PRIMARY KEY,
        revision bigint NOT NULL
      ) WITH (fillfactor = 10)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gantry.resource_type, gantry.current, gantry.log, gantry.meta');
  }
}
