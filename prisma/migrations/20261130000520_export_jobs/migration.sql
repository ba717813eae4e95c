-- Exports as they can be. The portal's own login could write a row that no portal reads: one job that waited stopped all
-- others, and one row every list of exports.

-- A row that no portal writes is over, whatever it says: nobody waits for it and nothing of it expires.
UPDATE audit_export SET state = 'failed', expires_at = NULL
  WHERE (format IN ('ndjson', 'csv', 'json', 'xlsx', 'bundle')) IS FALSE
    OR (jsonb_typeof(filter) = 'object' AND NOT jsonb_path_exists(filter, 'strict $.* ? (@.type() != "string")', '{}', true)) IS FALSE
    OR (jsonb_typeof(options) = 'object' AND NOT jsonb_path_exists(options, 'strict $.* ? (@.type() != "string")', '{}', true)) IS FALSE
    OR (attempt BETWEEN 0 AND 100 AND greatest(entries, size, bytes, progress, total) <= 9007199254740991 AND least(entries, size, bytes, progress, total) >= 0) IS FALSE
    OR (least(started_at, finished_at, expires_at) >= '2000-01-01T00:00:00Z' AND greatest(started_at, finished_at, expires_at) < '10000-01-01T00:00:00Z') IS FALSE;

ALTER TABLE audit_export
  ADD CONSTRAINT audit_export_format_known CHECK (format IN ('ndjson', 'csv', 'json', 'xlsx', 'bundle')) NOT VALID,
  ADD CONSTRAINT audit_export_filter_named CHECK (jsonb_typeof(filter) = 'object'
    AND NOT jsonb_path_exists(filter, 'strict $.* ? (@.type() != "string")', '{}', true)) NOT VALID,
  ADD CONSTRAINT audit_export_options_named CHECK (jsonb_typeof(options) = 'object'
    AND NOT jsonb_path_exists(options, 'strict $.* ? (@.type() != "string")', '{}', true)) NOT VALID,
  ADD CONSTRAINT audit_export_counts_sane CHECK (attempt BETWEEN 0 AND 100 AND greatest(entries, size, bytes, progress, total) <= 9007199254740991
    AND least(entries, size, bytes, progress, total) >= 0) NOT VALID,
  ADD CONSTRAINT audit_export_times_sane CHECK (least(started_at, finished_at, expires_at) >= '2000-01-01T00:00:00Z'
    AND greatest(started_at, finished_at, expires_at) < '10000-01-01T00:00:00Z') NOT VALID;
-- Only where a row that no portal writes stands there already, the rule holds for new rows alone.
DO $$
DECLARE rule text;
BEGIN
  FOREACH rule IN ARRAY ARRAY['format_known', 'filter_named', 'options_named', 'counts_sane', 'times_sane'] LOOP
    BEGIN
      EXECUTE format('ALTER TABLE audit_export VALIDATE CONSTRAINT %I', 'audit_export_' || rule);
    EXCEPTION WHEN check_violation THEN
      RAISE WARNING 'audit_export has a row that no portal writes: audit_export_% holds for new rows alone', rule;
    END;
  END LOOP;
END $$;

-- An entry records one export: a second row would have its word for what nobody asked for.
-- Where one has two already, they are left; a job is made only where the entry names it (lib/audit/export/jobs/recorded.ts).
DO $$
DECLARE twice uuid[] := (SELECT array_agg(d.entry_id) FROM (SELECT x.entry_id FROM audit_export x
  WHERE x.entry_id IS NOT NULL GROUP BY x.entry_id HAVING count(*) > 1) d);
BEGIN
  IF twice IS NULL THEN
    CREATE UNIQUE INDEX audit_export_entry_id_key ON audit_export (entry_id);
  ELSE
    RAISE WARNING 'audit_export has more than one row for % entries', cardinality(twice);
    EXECUTE format('CREATE UNIQUE INDEX audit_export_entry_id_key ON audit_export (entry_id) WHERE entry_id <> ALL (%L::uuid[])', twice);
  END IF;
END $$;
