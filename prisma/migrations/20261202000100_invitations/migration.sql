-- Invitations: a link by which a person who has no way to sign in sets the first one. The table had no rows: nothing
-- made one. Nobody signed in makes the first administrators' (`npm run create-admin`), so that an inviter may be absent.
ALTER TABLE invitation
  ADD COLUMN user_id uuid NOT NULL,
  ADD COLUMN created_at timestamptz(6) NOT NULL,
  ADD COLUMN revoked_at timestamptz(6),
  ALTER COLUMN invited_by DROP NOT NULL;
ALTER TABLE invitation ADD CONSTRAINT invitation_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
ALTER TABLE invitation ADD CONSTRAINT invitation_ends_once CHECK (used_at IS NULL OR revoked_at IS NULL);
-- A newer link takes the place of the one before.
CREATE UNIQUE INDEX invitation_one_open ON invitation (user_id) WHERE used_at IS NULL AND revoked_at IS NULL;

-- What a link was made with stays; it is used once, or revoked once.
CREATE FUNCTION invitation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL
     OR to_jsonb(NEW) - 'used_at' - 'revoked_at' IS DISTINCT FROM to_jsonb(OLD) - 'used_at' - 'revoked_at' THEN
    RAISE EXCEPTION 'an invitation keeps what it was made with and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invitation_guard BEFORE UPDATE ON invitation FOR EACH ROW EXECUTE FUNCTION invitation_guard();
ALTER TABLE invitation ENABLE ALWAYS TRIGGER invitation_guard;
REVOKE EXECUTE ON FUNCTION invitation_guard() FROM PUBLIC;

REVOKE UPDATE, DELETE ON invitation FROM sealport_app;
GRANT UPDATE (used_at, revoked_at) ON invitation TO sealport_app;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('invitation.create', 'invitation', 'UPDATE'),
  ('invitation.use', 'credential', 'INSERT');
