-- Times of an erasure are ones that a program can read: one row with an endless time, which the portal's login may write, kept
-- all lists, refusals and other erasures of the tenant from being read. How long one is kept back goes by entries' own
-- times, which may be dated ahead: it ends where the calendar does.
CREATE FUNCTION audit_erasure_times() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  first CONSTANT timestamptz := '2000-01-01Z';
  last CONSTANT timestamptz := '9000-01-01Z';
BEGIN
  IF has_column_privilege('audit_erasure', 'kept_back', 'UPDATE') THEN NEW.try_after := least(NEW.try_after, last); END IF;
  IF EXISTS (SELECT 1 FROM unnest(ARRAY[NEW.asked_at, NEW.agreed_at, NEW.prepared_at, NEW.try_after, NEW.ended_at]) AS t
      WHERE t < first OR t > last) THEN
    RAISE EXCEPTION 'an erasure has times of a calendar' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION audit_erasure_times() FROM PUBLIC;
CREATE TRIGGER audit_erasure_times BEFORE INSERT OR UPDATE ON audit_erasure
  FOR EACH ROW EXECUTE FUNCTION audit_erasure_times();
ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_times;
