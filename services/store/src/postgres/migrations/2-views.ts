import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What people look at with SQL. Values are bytes that may hold anything, so the conversions give NULL where they cannot: one
 * object with a `\u0000` in it must not make every query fail.
 */
export class Views1732400000002 implements MigrationInterface {
  readonly name = 'Views1732400000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION gantry.text_of(value bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
      BEGIN
        RETURN convert_from(value, 'UTF8');
      EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
        RETURN NULL;
      END $$`);
    // Not a CASE: the planner evaluates a branch whose argument it knows, whatever the condition says.
    await runner.query(`
      CREATE FUNCTION gantry.json_of(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
      BEGIN
        IF pg_input_is_valid(value, 'jsonb') THEN
          RETURN value::jsonb;
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE VIEW gantry.objects AS
      SELECT split_part(c.key, '/', 1) AS api_group,
             split_part(c.key, '/', 2) AS resource,
             NULLIF(split_part(c.key, '/', 3), '_') AS namespace,
             split_part(c.key, '/', 4) AS name,
             c.revision,
             gantry.json_of(t.text) ->> 'kind' AS kind,
             t.text,
             gantry.json_of(t.text) AS json
      FROM gantry.current c
      JOIN gantry.log l ON l.revision = c.revision
      CROSS JOIN LATERAL (SELECT gantry.text_of(l.value) AS text) t`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW gantry.objects');
    await runner.query('DROP FUNCTION gantry.json_of(text), gantry.text_of(bytea)');
  }
}
