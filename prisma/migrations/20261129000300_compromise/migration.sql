-- What lies under a compromised key is moved when two persons say so: one asks, another agrees.
ALTER TABLE key_rotation ADD COLUMN compromised_key_id UUID;
ALTER TABLE key_rotation ADD COLUMN asked_by UUID;
ALTER TABLE key_rotation ADD COLUMN agreed_by UUID;
ALTER TABLE key_rotation ADD CONSTRAINT key_rotation_compromised_key_fkey
  FOREIGN KEY (compromised_key_id) REFERENCES key_version (id);
ALTER TABLE key_rotation ADD CONSTRAINT key_rotation_state_known CHECK
  (state IN ('asked', 'running', 'completed', 'failed'));
ALTER TABLE key_rotation ADD CONSTRAINT key_rotation_by_two CHECK (agreed_by <> asked_by);
ALTER TABLE key_rotation ADD CONSTRAINT key_rotation_agreed CHECK
  (compromised_key_id IS NULL OR (asked_by IS NOT NULL AND (state = 'asked') = (agreed_by IS NULL)));
ALTER TABLE key_rotation ADD CONSTRAINT key_rotation_asked_for_compromise CHECK
  (state <> 'asked' OR compromised_key_id IS NOT NULL);
CREATE UNIQUE INDEX key_rotation_one_open ON key_rotation (participant_id) WHERE state IN ('asked', 'running');

-- A rotation keeps what it began with, is agreed to once and ends once.
CREATE FUNCTION key_rotation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('asked', 'running') OR NEW.agreed_by IS NOT NULL
       OR (NEW.state = 'asked') <> (NEW.compromised_key_id IS NOT NULL) THEN
      RAISE EXCEPTION 'a rotation begins by running, one of a compromised key by asking' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.tenant_id, NEW.participant_id, NEW.mode, NEW.old_version, NEW.started_at, NEW.compromised_key_id, NEW.asked_by)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.participant_id, OLD.mode, OLD.old_version, OLD.started_at, OLD.compromised_key_id, OLD.asked_by)
     OR (OLD.agreed_by IS NOT NULL AND NEW.agreed_by IS DISTINCT FROM OLD.agreed_by)
     OR (OLD.state <> 'asked' AND (NEW.new_version, NEW.total) IS DISTINCT FROM (OLD.new_version, OLD.total))
     OR NOT ((OLD.state, NEW.state) IN (('asked', 'running'), ('running', 'completed'), ('running', 'failed'))) THEN
    RAISE EXCEPTION 'a rotation keeps what it began with and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER key_rotation_guard BEFORE INSERT OR UPDATE ON key_rotation
  FOR EACH ROW EXECUTE FUNCTION key_rotation_guard();
ALTER TABLE key_rotation ENABLE ALWAYS TRIGGER key_rotation_guard;
REVOKE EXECUTE ON FUNCTION key_rotation_guard() FROM PUBLIC;
