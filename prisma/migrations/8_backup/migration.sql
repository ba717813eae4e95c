-- Backups of the database and drills, as the operator's commands report them. Only the owner writes a row. The portal
-- writes its entry, because the command has no key that seals one. A row is written once; then only `entry_id` is added.

CREATE TABLE backup_run (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  outcome text NOT NULL,
  started_at timestamptz(6) NOT NULL,
  finished_at timestamptz(6) NOT NULL,
  facts jsonb NOT NULL,
  entry_id uuid,
  CONSTRAINT backup_run_kind CHECK (kind IN ('backup', 'drill')),
  CONSTRAINT backup_run_outcome CHECK (outcome IN ('done', 'failed')),
  CONSTRAINT backup_run_times CHECK (finished_at >= started_at),
  CONSTRAINT backup_run_facts CHECK (jsonb_typeof(facts) = 'object')
);

CREATE INDEX backup_run_newest ON backup_run (tenant_id, kind, finished_at DESC);
CREATE INDEX backup_run_unrecorded ON backup_run (tenant_id, id) WHERE entry_id IS NULL;

-- What was reported stays as it is.
CREATE FUNCTION backup_run_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.entry_id IS NOT NULL OR NEW.entry_id IS NULL
     OR to_jsonb(NEW) - 'entry_id' IS DISTINCT FROM to_jsonb(OLD) - 'entry_id' THEN
    RAISE EXCEPTION 'the report of a backup is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER backup_run_keep BEFORE UPDATE OR DELETE ON backup_run
  FOR EACH ROW EXECUTE FUNCTION backup_run_keep();
ALTER TABLE backup_run ENABLE ALWAYS TRIGGER backup_run_keep;

GRANT SELECT, UPDATE (entry_id) ON backup_run TO sealport_app;
GRANT SELECT ON backup_run TO sealport_auditor;
REVOKE EXECUTE ON FUNCTION backup_run_keep() FROM PUBLIC;
