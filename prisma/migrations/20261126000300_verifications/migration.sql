-- Verifications of the log by the worker: who asked, how far it is, who has it in hand and until when, and the two
-- entries that record its beginning and its end. Those are written by the portal: the worker holds no key.
ALTER TABLE audit_verification
  ADD COLUMN cause text NOT NULL DEFAULT 'demand',
  ADD COLUMN progress jsonb,
  ADD COLUMN claim uuid,
  ADD COLUMN lease_until timestamptz(6),
  ADD COLUMN start_entry_id uuid,
  ADD COLUMN end_entry_id uuid,
  ADD CONSTRAINT audit_verification_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
  ADD CONSTRAINT audit_verification_cause CHECK (cause IN ('demand', 'schedule'));
CREATE INDEX audit_verification_history ON audit_verification (tenant_id, id);
-- One at a time and tenant: whoever asks while one waits or runs is given that one.
CREATE UNIQUE INDEX audit_verification_open ON audit_verification (tenant_id) WHERE state IN ('queued', 'running');
-- Who asked for what, and when, is written once; what follows it may be written, a report once.
REVOKE UPDATE ON audit_verification FROM sealport_app;
GRANT UPDATE (state, report, progress, claim, lease_until, finished_at, start_entry_id, end_entry_id)
  ON audit_verification TO sealport_app;
CREATE FUNCTION audit_verification_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('done', 'failed') AND (NEW.state, NEW.report::text, NEW.finished_at)
       IS DISTINCT FROM (OLD.state, OLD.report::text, OLD.finished_at) THEN
    RAISE EXCEPTION 'the report of a verification is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_verification_keep BEFORE UPDATE ON audit_verification
  FOR EACH ROW EXECUTE FUNCTION audit_verification_keep();
ALTER TABLE audit_verification ENABLE ALWAYS TRIGGER audit_verification_keep;
