-- Escrow epochs: what lies under which, and no entry under one whose key is gone.
CREATE INDEX wrap_escrow_epoch ON wrap (epoch, transaction_id) WHERE kind <> 'participant';

ALTER TABLE escrow_epoch ADD CONSTRAINT escrow_epoch_state_known CHECK (state IN ('active', 'deactivated', 'destroyed'));

CREATE FUNCTION escrow_epoch_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.epoch, NEW.tenant_id, NEW.public_key, NEW.custodian_signature, NEW.created_at)
     IS DISTINCT FROM (OLD.epoch, OLD.tenant_id, OLD.public_key, OLD.custodian_signature, OLD.created_at)
     OR (OLD.state, NEW.state) NOT IN (('active', 'active'), ('active', 'deactivated'), ('deactivated', 'deactivated'),
       ('deactivated', 'destroyed'), ('destroyed', 'destroyed')) THEN
    RAISE EXCEPTION 'an escrow epoch keeps its key and goes one way' USING ERRCODE = 'SP003';
  END IF;
  IF OLD.state <> 'destroyed' AND NEW.state = 'destroyed' AND EXISTS (
    SELECT 1 FROM wrap w WHERE w.tenant_id = NEW.tenant_id AND w.epoch = NEW.epoch AND w.kind <> 'participant') THEN
    RAISE EXCEPTION 'entries lie under this epoch' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER escrow_epoch_guard BEFORE UPDATE ON escrow_epoch FOR EACH ROW EXECUTE FUNCTION escrow_epoch_guard();
ALTER TABLE escrow_epoch ENABLE ALWAYS TRIGGER escrow_epoch_guard;
REVOKE EXECUTE ON FUNCTION escrow_epoch_guard() FROM PUBLIC;

-- Who seals for an epoch holds its row until commit: destroying it waits, and then counts what was sealed.
CREATE FUNCTION wrap_epoch_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE found_state text;
BEGIN
  SELECT e.state INTO found_state FROM escrow_epoch e
    WHERE e.tenant_id = NEW.tenant_id AND e.epoch = NEW.epoch FOR SHARE;
  IF found_state = 'destroyed' THEN
    RAISE EXCEPTION 'the key of this epoch is gone' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wrap_epoch_guard BEFORE INSERT OR UPDATE OF epoch ON wrap
  FOR EACH ROW WHEN (NEW.kind <> 'participant') EXECUTE FUNCTION wrap_epoch_guard();
ALTER TABLE wrap ENABLE ALWAYS TRIGGER wrap_epoch_guard;
REVOKE EXECUTE ON FUNCTION wrap_epoch_guard() FROM PUBLIC;

INSERT INTO audit_action_rule (action, table_name, op) VALUES ('escrow.destroy', 'escrow_epoch', 'UPDATE');
