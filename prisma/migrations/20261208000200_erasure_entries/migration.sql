-- An erasure's row names the entries of its request and its agreement. A portal checks these two, and no longer searches.
ALTER TABLE audit_erasure ADD COLUMN ask_entry_id uuid, ADD COLUMN agree_entry_id uuid;
GRANT UPDATE (agree_entry_id) ON audit_erasure TO sealport_app;

-- As before; both entries stay what they were.
CREATE OR REPLACE FUNCTION audit_erasure_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' OR num_nonnulls(NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id) <> 0 THEN
      RAISE EXCEPTION 'an erasure begins by asking' USING ERRCODE = 'SP002';
    END IF;
    IF num_nonnulls(NEW.prepared, NEW.prepared_at, NEW.try_after, NEW.kept_back) <> 0 THEN
      RAISE EXCEPTION 'an erasure that is asked for is not put off' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state IN ('refused', 'done')
     OR (NEW.id, NEW.tenant_id, NEW.compartment_id, NEW.reason, NEW.asked_by, NEW.asked_at, NEW.ask_entry_id)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.compartment_id, OLD.reason, OLD.asked_by, OLD.asked_at, OLD.ask_entry_id)
     OR (OLD.agreed_by IS NOT NULL AND (NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id)
        IS DISTINCT FROM (OLD.agreed_by, OLD.agreed_at, OLD.agree_entry_id))
     OR (NEW.state = 'asked' AND num_nonnulls(NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id) <> 0)
     OR (NEW.state = 'done' AND NOT audit_is_through('erase')) THEN
    RAISE EXCEPTION 'an erasure keeps what was agreed and ends once' USING ERRCODE = 'SP002';
  END IF;
  IF NOT has_column_privilege('audit_erasure', 'kept_back', 'UPDATE')
     AND ((NEW.try_after IS DISTINCT FROM OLD.try_after AND NEW.try_after > now() + interval '15 minutes')
       OR (NEW.prepared_at IS DISTINCT FROM OLD.prepared_at AND NEW.prepared_at > now())) THEN
    RAISE EXCEPTION 'an erasure is put off for a quarter of an hour at most' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION audit_erasure_guard() FROM PUBLIC;
