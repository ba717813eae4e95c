-- ------------------------------------------------------------------ search rows against sealed parts
-- The worker holds no key; a portal holds the search rows against the sealed parts when the worker has ended, and
-- what it found stands beside the worker's report, written once like that.
ALTER TABLE audit_verification
  ADD COLUMN index_progress jsonb,
  ADD COLUMN index_claim uuid,
  ADD COLUMN index_lease_until timestamptz(6),
  ADD COLUMN index_report jsonb;
GRANT UPDATE (index_progress, index_claim, index_lease_until, index_report) ON audit_verification TO sealport_app;
CREATE OR REPLACE FUNCTION audit_verification_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (OLD.state IN ('done', 'failed') AND (NEW.state, NEW.report::text, NEW.finished_at)
       IS DISTINCT FROM (OLD.state, OLD.report::text, OLD.finished_at))
     OR (OLD.index_report IS NOT NULL AND NEW.index_report::text IS DISTINCT FROM OLD.index_report::text) THEN
    RAISE EXCEPTION 'the report of a verification is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
