-- A key is registered once, under whichever id: what was revoked does not come back under another, and what is revoked has
-- no second registration under which it goes on. One that nobody confirmed and that was withdrawn is none. A trigger and no
-- index: a database may hold keys that were registered twice before, of which the portal takes none once one is revoked.
CREATE FUNCTION authority_key_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- In a statement of its own: what comes after it sees what was committed meanwhile.
  PERFORM pg_advisory_xact_lock(hashtextextended('authority key ' || NEW.tenant_id || ' ' || NEW.public_key, 0));
  IF EXISTS (SELECT 1 FROM authority a WHERE a.tenant_id = NEW.tenant_id AND a.kind = 'key'
      AND a.public_key = NEW.public_key AND a.state <> 'withdrawn') THEN
    RAISE EXCEPTION 'the key is registered already' USING ERRCODE = '23505', CONSTRAINT = 'authority_key_once',
      DETAIL = 'Key (public_key)=() already exists.';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION authority_key_once() FROM PUBLIC;
CREATE TRIGGER authority_key_once BEFORE INSERT ON authority FOR EACH ROW WHEN (NEW.kind = 'key')
  EXECUTE FUNCTION authority_key_once();
ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_key_once;
CREATE INDEX authority_public_key ON authority (tenant_id, public_key) WHERE kind = 'key';
