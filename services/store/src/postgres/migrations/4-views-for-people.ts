import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Views1732400000002 } from './2-views.js';

/**
 * `jsonb` takes neither `\u0000` nor half of a surrogate pair. What stands for U+FFFD instead is shown rather than nothing. An even number
 * of backslashes in front are characters of their own.
 */
const READABLE = `
  CREATE FUNCTION gantry.readable(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(value,
      '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\\\u[dD][c-fC-F]))', '\\1\\\\ufffd', 'g'),
      '(?<!\\\\u[dD][89abAB][0-9a-fA-F]{2})(?<!\\\\)((?:\\\\\\\\)*)\\\\u[dD][c-fC-F][0-9a-fA-F]{2}', '\\1\\\\ufffd', 'g')
  $$`;

/** Not in parallel: before Postgres 17 an exception cannot be caught there. */
const OBJECT_OF = `
  CREATE FUNCTION gantry.object_of(key text, value bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS $$
  DECLARE
    content text;
    object jsonb;
  BEGIN
    IF substr(value, 1, 7) = 'gantry:'::bytea THEN
      RETURN NULL;
    END IF;
    BEGIN
      content := convert_from(value, 'UTF8');
    EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
      RETURN NULL;
    END;
    IF NOT pg_input_is_valid(content, 'jsonb') THEN
      content := gantry.readable(content);
      IF NOT pg_input_is_valid(content, 'jsonb') THEN
        RETURN NULL;
      END IF;
    END IF;
    object := content::jsonb;
    IF jsonb_typeof(object) <> 'object' THEN
      RETURN NULL;
    ELSIF starts_with(key, 'core/secrets/') THEN
      RETURN object - 'data' - 'stringData' #- '{metadata,annotations,kubectl.kubernetes.io/last-applied-configuration}' #- '{metadata,managedFields}';
    END IF;
    RETURN object;
  END $$`;

const TIME_OF = `
  CREATE FUNCTION gantry.time_of(value text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN pg_input_is_valid(value, 'timestamptz') THEN value::timestamptz END
  $$`;

/** The columns that both views have, of a key and the object `o`. */
const columnsOf = (key: string) => `
  CASE split_part(${key}, '/', 1) WHEN 'core' THEN '' ELSE split_part(${key}, '/', 1) END AS api_group,
  regexp_replace(o.object ->> 'apiVersion', '^.*/', '') AS version,
  split_part(${key}, '/', 2) AS resource,
  coalesce(o.object ->> 'kind', CASE WHEN starts_with(${key}, 'core/secrets/') THEN 'Secret' END) AS kind,
  NULLIF(split_part(${key}, '/', 3), '_') AS namespace,
  split_part(${key}, '/', 4) AS name,
  o.object #>> '{metadata,uid}' AS uid,
  o.object #> '{metadata,labels}' AS labels,
  o.object #> '{metadata,annotations}' AS annotations,
  o.object #> '{metadata,ownerReferences}' AS owners,
  o.object -> 'spec' AS spec,
  o.object -> 'status' AS status,
  gantry.time_of(o.object #>> '{metadata,creationTimestamp}') AS created,
  gantry.time_of(o.object #>> '{metadata,deletionTimestamp}') AS deleted,
  o.object,
  ${key} AS key`;

/**
 * OFFSET keeps the planner from decoding a value once for each column; what no column asks for is not decoded at all. What belongs to no kind is a
 * note of Gantry's own.
 */
const decoded = (key: string) => `CROSS JOIN LATERAL (SELECT gantry.object_of(${key}, l.value) AS object OFFSET 0) o WHERE NOT starts_with(${key}, '-/')`;

const VIEWS = [
  `CREATE VIEW gantry.objects AS SELECT c.revision, ${columnsOf('c.key')} FROM gantry.current c JOIN gantry.log l ON l.revision = c.revision ${decoded('c.key')}`,
  `CREATE VIEW gantry.history AS SELECT l.revision, l.written, l.type AS change, NULLIF(l.previous_object, 0) AS replaced, ${columnsOf('l.key')} FROM gantry.log l ${decoded('l.key')}`,
  'CREATE VIEW gantry.store AS SELECT revision, compacted AS oldest, incarnation, epoch FROM gantry.meta',
];

/** Roles belong to the whole server, and making one is a right of its own: without it an administrator makes and grants it. */
const READER = `
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gantry_reader') THEN
      CREATE ROLE gantry_reader NOLOGIN;
    END IF;
    GRANT USAGE ON SCHEMA gantry TO gantry_reader;
    GRANT SELECT ON gantry.objects, gantry.history, gantry.store TO gantry_reader;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the role gantry_reader cannot be made by this user';
  WHEN duplicate_object OR unique_violation THEN
    GRANT USAGE ON SCHEMA gantry TO gantry_reader;
    GRANT SELECT ON gantry.objects, gantry.history, gantry.store TO gantry_reader;
  END $$`;

/** What docs/sql.md describes: the objects and their history, for people who may look and change nothing. */
export class ViewsForPeople1732400000004 implements MigrationInterface {
  readonly name = 'ViewsForPeople1732400000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW gantry.objects');
    await runner.query('DROP FUNCTION gantry.json_of(text), gantry.text_of(bytea)');
    // In two steps: what is there already was written at a time that nobody knows.
    await runner.query('ALTER TABLE gantry.log ADD COLUMN written timestamptz');
    await runner.query('ALTER TABLE gantry.log ALTER COLUMN written SET DEFAULT now()');
    for (const statement of [READABLE, OBJECT_OF, TIME_OF, ...VIEWS, READER]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW gantry.objects, gantry.history, gantry.store');
    await runner.query('DROP FUNCTION gantry.time_of(text), gantry.object_of(text, bytea), gantry.readable(text)');
    await runner.query('ALTER TABLE gantry.log DROP COLUMN written');
    await new Views1732400000002().up(runner);
  }
}
