-- The stamped time beside the token, so that a state page parses no token.
ALTER TABLE "audit_checkpoint" ADD COLUMN "time_stamped_at" TIMESTAMPTZ(6);
CREATE INDEX audit_checkpoint_stamped ON audit_checkpoint (log, size) WHERE time_stamped_at IS NOT NULL;
GRANT UPDATE (time_stamped_at) ON audit_checkpoint TO sealport_sequencer;

-- A published checkpoint may gain cosignatures and, once, a time stamp; nothing else of it ever changes.
CREATE FUNCTION audit_checkpoint_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.log <> OLD.log OR NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.tenant_id <> OLD.tenant_id
     OR NEW.published_at <> OLD.published_at OR NOT starts_with(NEW.note, OLD.note)
     OR NOT NEW.witnesses @> OLD.witnesses
     OR (OLD.time_stamp IS NOT NULL AND NEW.time_stamp IS DISTINCT FROM OLD.time_stamp)
     OR (OLD.time_stamped_at IS NOT NULL AND NEW.time_stamped_at IS DISTINCT FROM OLD.time_stamped_at) THEN
    RAISE EXCEPTION 'a published checkpoint only gains lines' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_checkpoint_grows BEFORE UPDATE ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_grows();
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_grows;
