-- A session that was ended is announced without saying which: portals look at the sessions of their open streams, so
-- that a stream opened with a stolen cookie ends with the sign-out and not with the next heartbeat.
CREATE FUNCTION announce_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sealport_changed', 'session:');
  RETURN NULL;
END $$;

CREATE TRIGGER auth_session_end_announced AFTER UPDATE OF revoked_at ON auth_session
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION announce_session_end();
