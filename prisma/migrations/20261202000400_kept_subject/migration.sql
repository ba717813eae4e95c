-- What a row is about stays. The entry that vouches for a change names the row as it is after it: a wrap moved from one
-- transaction to another, or a session from one person to another, was recorded as an act about the second alone.

CREATE OR REPLACE FUNCTION audit_require_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  row_json jsonb;
  was jsonb;
  subjects text[] := '{}';
  arg text;
  label text;
  col text;
BEGIN
  row_json := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
  was := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  IF TG_OP = 'UPDATE' AND row_json ->> 'id' IS DISTINCT FROM was ->> 'id' THEN
    RAISE EXCEPTION 'a row of % keeps its id', TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  FOREACH arg IN ARRAY TG_ARGV LOOP
    label := split_part(arg, ':', 1);
    col := split_part(arg, ':', 2);
    -- The batch of a rotation is not what a row is about, but what moved it last.
    IF label <> 'rotation_batch' AND was ->> col IS NOT NULL AND row_json ->> col IS DISTINCT FROM was ->> col THEN
      RAISE EXCEPTION 'a row of % keeps what it is about', TG_TABLE_NAME USING ERRCODE = 'SP001';
    END IF;
    subjects := subjects || (label || ':' || coalesce(row_json ->> col, ''));
  END LOOP;
  IF NOT EXISTS (
    SELECT 1 FROM audit_queue q JOIN audit_action_rule r ON r.action = q.action
    WHERE q.xid = pg_current_xact_id() AND q.subject = ANY (subjects)
      AND r.table_name = TG_TABLE_NAME AND r.op = TG_OP) THEN
    RAISE EXCEPTION '% on % has no audit entry', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- A session's name is what its cookie says: it, like every column but the last use, is somebody's act.
DROP TRIGGER auth_session_complete ON auth_session;
CREATE CONSTRAINT TRIGGER auth_session_complete AFTER INSERT OR DELETE OR UPDATE OF
  sid, tenant_id, user_id, created_at, multi_factor_at, expires_at, revoked_at, device, method, passkey_id, proved_at,
  standing, end_reason ON auth_session
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('session:sid', 'user:user_id');
ALTER TABLE auth_session ENABLE ALWAYS TRIGGER auth_session_complete;

DROP TRIGGER api_key_complete ON api_key;
CREATE CONSTRAINT TRIGGER api_key_complete AFTER INSERT OR DELETE OR UPDATE OF
  id, tenant_id, user_id, label, prefix, secret_hash, scopes, addresses, signing_key, created_at, expires_at, revoked_at ON api_key
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('api_key:id', 'user:user_id');
ALTER TABLE api_key ENABLE ALWAYS TRIGGER api_key_complete;
