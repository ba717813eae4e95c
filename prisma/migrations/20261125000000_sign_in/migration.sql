-- Sign-in: what a session rests on, challenges of passkeys, and which acts vouch for changes of both.

-- No session exists before this: nothing made one.
ALTER TABLE auth_session
  ADD COLUMN method text NOT NULL,
  ADD COLUMN passkey_id uuid,
  ADD COLUMN proved_at timestamptz(6) NOT NULL,
  ADD COLUMN standing text NOT NULL,
  ADD COLUMN end_reason text;
ALTER TABLE auth_session ADD CONSTRAINT auth_session_method_known CHECK
  (method IN ('password', 'totp', 'recovery', 'passkey'));
CREATE INDEX auth_session_live ON auth_session (expires_at) WHERE revoked_at IS NULL;

ALTER TABLE credential ADD COLUMN transports text[];
CREATE UNIQUE INDEX credential_one_password ON credential (user_id) WHERE kind = 'password' AND revoked_at IS NULL;
CREATE UNIQUE INDEX credential_one_totp ON credential (user_id) WHERE kind = 'totp' AND revoked_at IS NULL;
-- People type their address in any case.
CREATE UNIQUE INDEX app_user_email_folded ON app_user (lower(email));

CREATE TABLE auth_challenge (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  challenge text NOT NULL,
  user_id uuid,
  sid text,
  sealed bytea,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6),
  CONSTRAINT auth_challenge_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX auth_challenge_challenge_key ON auth_challenge (challenge);
CREATE INDEX auth_challenge_expires_at_idx ON auth_challenge (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth_challenge TO sealport_app;

-- A session's last use is not an act of its own, everything else is.
CREATE CONSTRAINT TRIGGER auth_session_complete AFTER INSERT OR DELETE OR UPDATE OF
  user_id, multi_factor_at, expires_at, revoked_at, method, passkey_id, proved_at, standing, end_reason ON auth_session
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('session:sid', 'user:user_id');
ALTER TABLE auth_session ENABLE ALWAYS TRIGGER auth_session_complete;
REVOKE DELETE ON auth_session FROM sealport_app;

INSERT INTO audit_action_rule (action, table_name, op)
SELECT a.action, a.table_name, o.op FROM (VALUES
  ('session.create', 'auth_session', 'INSERT'), ('session.create', 'credential', 'UPDATE'),
  ('session.step_up', 'auth_session', 'UPDATE'), ('session.step_up', 'credential', 'UPDATE'),
  ('session.end', 'auth_session', 'UPDATE'),
  ('credential.create', 'auth_session', 'UPDATE'), ('credential.change', 'credential', 'UPDATE'),
  ('credential.change', 'auth_session', 'UPDATE'), ('credential.revoke', 'auth_session', 'UPDATE'),
  ('credential.renew', 'credential', 'INSERT'), ('credential.renew', 'credential', 'UPDATE'),
  ('user.deactivate', 'auth_session', 'UPDATE'), ('user.change', 'auth_session', 'UPDATE')
) AS a(action, table_name, ops)
CROSS JOIN LATERAL unnest(string_to_array(a.ops, ' ')) AS o(op);
