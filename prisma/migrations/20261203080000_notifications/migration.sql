-- Notifications (ADR 0034). A change of state says so in the transaction that makes it, where whoever makes it cannot
-- forget: what is rolled back is told to nobody. Who is told is asked when it is told, by the rules of reading.

-- The outbox. One row for a thing and a transaction, however many steps it took there; it goes when people were told.
CREATE TABLE notify_event (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL,
  source text NOT NULL,
  entry_id uuid,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  xid xid8 DEFAULT pg_current_xact_id(),
  CONSTRAINT notify_event_pkey PRIMARY KEY (id)
);
CREATE INDEX notify_event_at_id_idx ON notify_event (at, id);
CREATE UNIQUE INDEX notify_event_once ON notify_event (xid, source, subject);
ALTER TABLE notify_event ADD CONSTRAINT notify_event_kind_known CHECK
  (kind IN ('request', 'grant', 'dispute', 'rotation', 'key', 'epoch', 'hold'));

-- Arguments: the kind, the column with the id, the column with the state, and a word in front of it. Deferred, so that
-- the entry that names who did it is written by then.
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE whole jsonb := to_jsonb(NEW);
BEGIN
  INSERT INTO notify_event (tenant_id, kind, subject, state, source, entry_id)
  VALUES (NEW.tenant_id, TG_ARGV[0], whole ->> TG_ARGV[1], coalesce(TG_ARGV[3], '') || coalesce(whole ->> TG_ARGV[2], ''), TG_TABLE_NAME,
    (SELECT q.entry_id FROM audit_queue q WHERE q.xid = pg_current_xact_id() ORDER BY q.id LIMIT 1))
  ON CONFLICT (xid, source, subject) DO UPDATE SET state = EXCLUDED.state;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION notify_change() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER access_request_noted AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('request', 'id', 'state');
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_noted;
CREATE CONSTRAINT TRIGGER access_grant_told AFTER UPDATE ON access_grant DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('grant', 'id', 'state');
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_told;
CREATE CONSTRAINT TRIGGER dispute_opened_told AFTER INSERT ON dispute DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('dispute', 'id', 'state');
ALTER TABLE dispute ENABLE ALWAYS TRIGGER dispute_opened_told;
CREATE CONSTRAINT TRIGGER dispute_told AFTER UPDATE ON dispute DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('dispute', 'id', 'state');
ALTER TABLE dispute ENABLE ALWAYS TRIGGER dispute_told;
CREATE CONSTRAINT TRIGGER key_version_told AFTER UPDATE ON key_version DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('key', 'id', 'state');
ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_told;
CREATE CONSTRAINT TRIGGER key_rotation_begun_told AFTER INSERT ON key_rotation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('rotation', 'id', 'state');
ALTER TABLE key_rotation ENABLE ALWAYS TRIGGER key_rotation_begun_told;
CREATE CONSTRAINT TRIGGER key_rotation_told AFTER UPDATE ON key_rotation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('rotation', 'id', 'state');
ALTER TABLE key_rotation ENABLE ALWAYS TRIGGER key_rotation_told;
CREATE CONSTRAINT TRIGGER key_recovery_asked_told AFTER INSERT ON key_recovery DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('key', 'old_key_id', 'state', 'recovery_');
ALTER TABLE key_recovery ENABLE ALWAYS TRIGGER key_recovery_asked_told;
CREATE CONSTRAINT TRIGGER key_recovery_told AFTER UPDATE ON key_recovery DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('key', 'old_key_id', 'state', 'recovery_');
ALTER TABLE key_recovery ENABLE ALWAYS TRIGGER key_recovery_told;
CREATE CONSTRAINT TRIGGER escrow_epoch_told AFTER UPDATE ON escrow_epoch DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('epoch', 'epoch', 'state');
ALTER TABLE escrow_epoch ENABLE ALWAYS TRIGGER escrow_epoch_told;
CREATE CONSTRAINT TRIGGER preservation_placed_told AFTER INSERT ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('hold', 'id', 'state');
ALTER TABLE preservation ENABLE ALWAYS TRIGGER preservation_placed_told;
CREATE CONSTRAINT TRIGGER preservation_told AFTER UPDATE ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('hold', 'id', 'state');
ALTER TABLE preservation ENABLE ALWAYS TRIGGER preservation_told;
CREATE CONSTRAINT TRIGGER preservation_renewed_told AFTER UPDATE ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.until IS DISTINCT FROM OLD.until)
  EXECUTE FUNCTION notify_change('hold', 'id', '', 'renewed');
ALTER TABLE preservation ENABLE ALWAYS TRIGGER preservation_renewed_told;
CREATE TRIGGER preservation_announced AFTER INSERT OR UPDATE ON preservation
  FOR EACH ROW EXECUTE FUNCTION announce_change('hold', 'id');

-- What one person was told. It names the thing and nothing of what is in it; whether it is still shown is asked again.
CREATE TABLE notification (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  event_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL,
  at timestamptz(6) NOT NULL,
  read_at timestamptz(6),
  CONSTRAINT notification_pkey PRIMARY KEY (id)
);
CREATE INDEX notification_user_id_id_idx ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;
CREATE INDEX notification_at_idx ON notification (at);
CREATE UNIQUE INDEX notification_user_id_event_id_key ON notification (user_id, event_id);
ALTER TABLE notification ADD CONSTRAINT notification_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
CREATE TRIGGER notification_announced AFTER INSERT OR UPDATE ON notification
  FOR EACH ROW EXECUTE FUNCTION announce_change('notification', 'user_id');

-- Which kinds a person wants by e-mail; without a row the usual ones (lib/notify/schema.ts).
CREATE TABLE notify_setting (
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  mail_kinds text[] NOT NULL,
  changed_at timestamptz(6) NOT NULL,
  CONSTRAINT notify_setting_pkey PRIMARY KEY (user_id)
);
ALTER TABLE notify_setting ADD CONSTRAINT notify_setting_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);

-- Where a person's programs are told. The secret is sealed by the keystore; the one before it signs too for a while.
CREATE TABLE webhook (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  kinds text[] NOT NULL,
  state text NOT NULL DEFAULT 'active',
  secret bytea NOT NULL,
  secret_at timestamptz(6) NOT NULL,
  former_secret bytea,
  former_until timestamptz(6),
  created_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  ended_by uuid,
  CONSTRAINT webhook_pkey PRIMARY KEY (id)
);
CREATE INDEX webhook_tenant_id_id_idx ON webhook (tenant_id, id);
CREATE INDEX webhook_user_id_idx ON webhook (user_id);
ALTER TABLE webhook ADD CONSTRAINT webhook_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
ALTER TABLE webhook ADD CONSTRAINT webhook_state_known CHECK (state IN ('active', 'disabled'));
ALTER TABLE webhook ADD CONSTRAINT webhook_ends_once CHECK ((state = 'disabled') = (ended_at IS NOT NULL));
ALTER TABLE webhook ADD CONSTRAINT webhook_former_whole CHECK ((former_secret IS NULL) = (former_until IS NULL));
ALTER TABLE webhook ADD CONSTRAINT webhook_url_bounded CHECK (length(url) <= 2000);

-- Where it tells, whom it speaks for and of what stays as it was made; it ends once.
CREATE FUNCTION webhook_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state = 'disabled'
     OR (NEW.id, NEW.tenant_id, NEW.user_id, NEW.name, NEW.url, NEW.kinds, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.user_id, OLD.name, OLD.url, OLD.kinds, OLD.created_at) THEN
    RAISE EXCEPTION 'a webhook keeps what it was made with and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION webhook_guard() FROM PUBLIC;
CREATE TRIGGER webhook_guard BEFORE UPDATE OR DELETE ON webhook FOR EACH ROW EXECUTE FUNCTION webhook_guard();
ALTER TABLE webhook ENABLE ALWAYS TRIGGER webhook_guard;

-- What is sent outside: an e-mail to a person, or a call of a webhook. `id` is the webhook-id, also of every repetition.
CREATE TABLE notify_delivery (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  channel text NOT NULL,
  user_id uuid NOT NULL,
  webhook_id uuid,
  event_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL,
  at timestamptz(6) NOT NULL,
  status text NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  earlier integer NOT NULL DEFAULT 0,
  next_at timestamptz(6) NOT NULL,
  lease_until timestamptz(6),
  ended_at timestamptz(6),
  CONSTRAINT notify_delivery_pkey PRIMARY KEY (id)
);
CREATE INDEX notify_delivery_due ON notify_delivery (next_at) WHERE status = 'waiting';
CREATE INDEX notify_delivery_webhook_id_id_idx ON notify_delivery (webhook_id, id);
CREATE INDEX notify_delivery_at_idx ON notify_delivery (at);
CREATE UNIQUE INDEX notify_delivery_once ON notify_delivery (event_id, user_id, coalesce(webhook_id, user_id));
ALTER TABLE notify_delivery ADD CONSTRAINT notify_delivery_webhook_fkey FOREIGN KEY (webhook_id) REFERENCES webhook (id);
ALTER TABLE notify_delivery ADD CONSTRAINT notify_delivery_channel_known CHECK
  (channel IN ('mail', 'webhook') AND (channel = 'webhook') = (webhook_id IS NOT NULL));
ALTER TABLE notify_delivery ADD CONSTRAINT notify_delivery_status_known CHECK
  (status IN ('waiting', 'delivered', 'failed', 'withheld') AND (status = 'waiting') = (ended_at IS NULL));

-- One attempt each: what became of it, in words of a closed list, and never a byte of the answer.
CREATE TABLE notify_attempt (
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  outcome text NOT NULL,
  http_status integer,
  took_ms integer NOT NULL,
  CONSTRAINT notify_attempt_pkey PRIMARY KEY (delivery_id, number)
);
ALTER TABLE notify_attempt ADD CONSTRAINT notify_attempt_outcome_known CHECK (outcome IN
  ('delivered', 'answer', 'redirect', 'timeout', 'unreachable', 'tls', 'name', 'address', 'refused', 'withheld', 'disabled', 'not_set_up'));

CREATE CONSTRAINT TRIGGER webhook_complete AFTER INSERT OR UPDATE OR DELETE ON webhook
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('webhook:id');
ALTER TABLE webhook ENABLE ALWAYS TRIGGER webhook_complete;
CREATE TRIGGER webhook_kept BEFORE TRUNCATE ON webhook FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE webhook ENABLE ALWAYS TRIGGER webhook_kept;
CREATE CONSTRAINT TRIGGER notify_setting_complete AFTER INSERT OR UPDATE OR DELETE ON notify_setting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('user:user_id');
ALTER TABLE notify_setting ENABLE ALWAYS TRIGGER notify_setting_complete;
CREATE TRIGGER notify_setting_kept BEFORE TRUNCATE ON notify_setting FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE notify_setting ENABLE ALWAYS TRIGGER notify_setting_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('notification.settings', 'notify_setting', 'INSERT'), ('notification.settings', 'notify_setting', 'UPDATE'),
  ('webhook.create', 'webhook', 'INSERT'), ('webhook.rotate', 'webhook', 'UPDATE'), ('webhook.disable', 'webhook', 'UPDATE');

GRANT SELECT, INSERT, DELETE ON notify_event, notification, notify_delivery, notify_attempt TO sealport_app;
GRANT UPDATE (state) ON notify_event TO sealport_app;
GRANT UPDATE (read_at) ON notification TO sealport_app;
GRANT UPDATE (status, attempts, earlier, next_at, lease_until, ended_at) ON notify_delivery TO sealport_app;
GRANT SELECT, INSERT ON notify_setting, webhook TO sealport_app;
GRANT UPDATE (mail_kinds, changed_at) ON notify_setting TO sealport_app;
GRANT UPDATE (state, secret, secret_at, former_secret, former_until, ended_at, ended_by) ON webhook TO sealport_app;
