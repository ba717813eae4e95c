-- What the app's own login could forge although it may change nothing: reports of verifications, and rows beside entries.

-- ------------------------------------------------------------------ verifications
-- The app asks for one and notes the entries about it and what a portal found in the search rows. How far it is and
-- what was found in the log is the worker's to write, with the sequencer's login, which the portal does not have.
REVOKE INSERT, UPDATE ON audit_verification FROM sealport_app;
GRANT INSERT (id, tenant_id, by_user_id, state, cause, started_at) ON audit_verification TO sealport_app;
GRANT UPDATE (start_entry_id, end_entry_id, index_progress, index_claim, index_lease_until, index_report)
  ON audit_verification TO sealport_app;
GRANT SELECT ON audit_verification TO sealport_sequencer;
GRANT UPDATE (state, report, progress, claim, lease_until, finished_at) ON audit_verification TO sealport_sequencer;

-- A verification begins by being asked for, and not in a time to come, which would put the next one off.
CREATE FUNCTION audit_verification_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'queued' OR NEW.started_at > now() + interval '1 hour'
     OR num_nonnulls(NEW.report, NEW.index_report, NEW.finished_at, NEW.end_entry_id) > 0 THEN
    RAISE EXCEPTION 'a verification begins by being asked for' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_verification_asked BEFORE INSERT ON audit_verification
  FOR EACH ROW EXECUTE FUNCTION audit_verification_asked();
ALTER TABLE audit_verification ENABLE ALWAYS TRIGGER audit_verification_asked;

-- As before; the entries about it are noted once, and a portal's report comes after the worker's.
CREATE OR REPLACE FUNCTION audit_verification_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (OLD.state IN ('done', 'failed') AND (NEW.state, NEW.report::text, NEW.finished_at)
       IS DISTINCT FROM (OLD.state, OLD.report::text, OLD.finished_at))
     OR (OLD.index_report IS NOT NULL AND NEW.index_report::text IS DISTINCT FROM OLD.index_report::text)
     OR (NEW.index_report IS NOT NULL AND NEW.state <> 'done')
     OR (OLD.start_entry_id IS NOT NULL AND NEW.start_entry_id IS DISTINCT FROM OLD.start_entry_id)
     OR (OLD.end_entry_id IS NOT NULL AND NEW.end_entry_id IS DISTINCT FROM OLD.end_entry_id) THEN
    RAISE EXCEPTION 'the report of a verification is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- ------------------------------------------------------------------ parts and search rows
-- They come with their entry, in its transaction, and say of it what it says of itself in the open: nobody puts one
-- beside an old entry, or beside none. Once a statement: an append is one.
CREATE FUNCTION audit_part_own_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m LEFT JOIN audit_entry e ON e.id = m.entry_id AND e.xid = pg_current_xact_id()
             WHERE e.id IS NULL OR e.tenant_id <> m.tenant_id) THEN
    RAISE EXCEPTION 'the sealed part is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_part_own_entry AFTER INSERT ON audit_part REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION audit_part_own_entry();
ALTER TABLE audit_part ENABLE ALWAYS TRIGGER audit_part_own_entry;

CREATE FUNCTION audit_index_own_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m LEFT JOIN audit_entry e ON e.id = m.entry_id AND e.xid = pg_current_xact_id()
             WHERE e.id IS NULL OR (e.tenant_id, e.at, e.outcome) IS DISTINCT FROM (m.tenant_id, m.at, m.outcome)) THEN
    RAISE EXCEPTION 'the search row is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_index_own_entry AFTER INSERT ON audit_index REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION audit_index_own_entry();
ALTER TABLE audit_index ENABLE ALWAYS TRIGGER audit_index_own_entry;

REVOKE EXECUTE ON FUNCTION audit_verification_asked(), audit_part_own_entry(), audit_index_own_entry() FROM PUBLIC;
