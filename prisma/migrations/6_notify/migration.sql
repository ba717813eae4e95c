-- Notifications (ADR 0034). A change of state writes an outbox row in its own transaction. A worker then asks, by the
-- rules of reading, who may be notified.

-- ---------------------------------------------------------------- Tables

-- The outbox: one row for a thing and a transaction, removed when people were notified.
CREATE TABLE notify_event (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL,
  source text NOT NULL,
  entry_id uuid,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  xid xid8 DEFAULT pg_current_xact_id(),
  CONSTRAINT notify_event_kind_known CHECK
    (kind IN ('request', 'grant', 'dispute', 'rotation', 'key', 'epoch', 'hold', 'notice', 'agreement', 'roster', 'access_review', 'policy', 'erasure', 'authority', 'alert_address', 'alert_threshold', 'transaction'))
);

-- A notification names its object without content. Each time it is read, the rules decide whether it is still shown.
CREATE TABLE notification (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  event_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL,
  at timestamptz(6) NOT NULL,
  read_at timestamptz(6)
);

-- The kinds of notifications that a person wants by e-mail. The defaults are in lib/notify/schema.ts.
CREATE TABLE notify_setting (
  user_id uuid PRIMARY KEY REFERENCES app_user (id),
  tenant_id uuid NOT NULL,
  mail_kinds text[] NOT NULL,
  changed_at timestamptz(6) NOT NULL
);

-- The secret is sealed by the keystore. After a change the former secret also signs for a while.
CREATE TABLE webhook (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
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
  CONSTRAINT webhook_state_known CHECK (state IN ('active', 'disabled')),
  CONSTRAINT webhook_ends_once CHECK ((state = 'disabled') = (ended_at IS NOT NULL)),
  CONSTRAINT webhook_former_whole CHECK ((former_secret IS NULL) = (former_until IS NULL)),
  CONSTRAINT webhook_url_bounded CHECK (length(url) <= 2000)
);

-- An e-mail to a person or a call of a webhook. `id` is the webhook-id, also of repeated calls.
CREATE TABLE notify_delivery (
  id uuid PRIMARY KEY,
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
  CONSTRAINT notify_delivery_webhook_fkey FOREIGN KEY (webhook_id) REFERENCES webhook (id),
  CONSTRAINT notify_delivery_channel_known CHECK
    (channel IN ('mail', 'webhook') AND (channel = 'webhook') = (webhook_id IS NOT NULL)),
  CONSTRAINT notify_delivery_status_known CHECK
    (status IN ('waiting', 'delivered', 'failed', 'withheld') AND (status = 'waiting') = (ended_at IS NULL))
);

-- The result of one attempt, from a closed list, without any byte of the answer.
CREATE TABLE notify_attempt (
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  outcome text NOT NULL,
  http_status integer,
  took_ms integer NOT NULL,
  PRIMARY KEY (delivery_id, number),
  CONSTRAINT notify_attempt_outcome_known CHECK (outcome IN
      ('delivered', 'answer', 'redirect', 'timeout', 'unreachable', 'tls', 'name', 'address', 'refused', 'withheld', 'disabled', 'not_set_up'))
);

-- An alert: one alarm and what it is about, from its opening to its end. When it returns later, another row opens.
CREATE TABLE alert (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  subject text NOT NULL,
  severity text NOT NULL,
  opened_at timestamptz(6) NOT NULL,
  acknowledged_at timestamptz(6),
  acknowledged_by uuid REFERENCES app_user (id),
  note text,
  resolved_at timestamptz(6),
  resolved_by uuid REFERENCES app_user (id),
  resolution text,
  CONSTRAINT alert_severity_known CHECK (severity IN ('critical', 'warning')),
  CONSTRAINT alert_acknowledged_whole CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
  CONSTRAINT alert_ended_by_someone CHECK (resolved_by IS NULL OR (resolved_at IS NOT NULL AND resolution IS NOT NULL))
);

-- How often an alert was seen. It is not in the alert's row, because that changes only with an entry.
CREATE TABLE alert_sighting (
  alert_id uuid PRIMARY KEY REFERENCES alert (id),
  tenant_id uuid NOT NULL,
  last_seen_at timestamptz(6) NOT NULL,
  count bigint NOT NULL,
  entries bigint[] NOT NULL DEFAULT '{}',
  last_entry bigint
);

-- Alarms of the worker, which has no key that seals an entry; a portal takes them out.
CREATE TABLE alert_signal (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  subject text NOT NULL,
  at timestamptz(6) NOT NULL,
  count integer NOT NULL
);

-- Views of lists that people saved: members of the list's address, and columns. A shared view is for the owner's organisation.
CREATE TABLE saved_view (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  organisation_id uuid NOT NULL,
  list text NOT NULL,
  name text NOT NULL,
  query jsonb NOT NULL,
  columns text[] NOT NULL DEFAULT '{}',
  is_shared boolean NOT NULL DEFAULT false,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT saved_view_list_known CHECK (list IN ('requests', 'cases', 'grants', 'transactions', 'people', 'log')),
  CONSTRAINT saved_view_bounded CHECK (length(name) BETWEEN 1 AND 60 AND length(query::text) <= 8000 AND cardinality(columns) <= 20)
);

-- What a person follows, beyond what they are notified of anyway. The id of a case is the portal's (lib/access/cases).
CREATE TABLE follow (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  kind text NOT NULL,
  subject uuid NOT NULL,
  since timestamptz(6) NOT NULL,
  CONSTRAINT follow_kind_known CHECK (kind IN ('case', 'request', 'transaction'))
);

-- Where alerts are sent. The secret signs the calls of a webhook, and is sealed by the keystore.
CREATE TABLE alert_address (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  secret bytea,
  least text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  created_by uuid NOT NULL REFERENCES app_user (id),
  ended_at timestamptz(6),
  ended_by uuid REFERENCES app_user (id),
  CONSTRAINT alert_address_channel_known CHECK
    (channel IN ('mail', 'webhook') AND (channel = 'webhook') = (secret IS NOT NULL)),
  CONSTRAINT alert_address_least_known CHECK (least IN ('critical', 'warning')),
  CONSTRAINT alert_address_bounded CHECK (length(address) <= 2000),
  CONSTRAINT alert_address_ended_whole CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

-- One message about an alert to one address, a test of the address, a change of a rule's figure, or its last message. `id` is also the webhook-id of repeated calls.
CREATE TABLE alert_delivery (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  address_id uuid NOT NULL REFERENCES alert_address (id),
  alert_id uuid REFERENCES alert (id),
  reason text NOT NULL,
  at timestamptz(6) NOT NULL,
  status text NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz(6) NOT NULL,
  lease_until timestamptz(6),
  ended_at timestamptz(6),
  outcome text,
  http_status integer,
  CONSTRAINT alert_delivery_reason_known CHECK
    (reason IN ('opened', 'escalated', 'resolved', 'test', 'threshold', 'removed')
      AND (reason IN ('test', 'threshold', 'removed')) = (alert_id IS NULL)),
  CONSTRAINT alert_delivery_status_known CHECK
    (status IN ('waiting', 'delivered', 'failed', 'withheld') AND (status = 'waiting') = (ended_at IS NULL))
);

-- A figure of a rule that the tenant has set; without a row the default applies (lib/alerts/rules/thresholds.ts).
CREATE TABLE alert_threshold (
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  value integer NOT NULL,
  changed_at timestamptz(6) NOT NULL,
  changed_by uuid NOT NULL REFERENCES app_user (id),
  PRIMARY KEY (tenant_id, name)
);

-- ---------------------------------------------------------------- Indexes

CREATE INDEX notify_event_at_id_idx ON notify_event (at, id);
CREATE UNIQUE INDEX notify_event_once ON notify_event (xid, source, subject);
CREATE INDEX notification_user_id_id_idx ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;
CREATE INDEX notification_at_idx ON notification (at);
CREATE UNIQUE INDEX notification_user_id_event_id_key ON notification (user_id, event_id);
CREATE INDEX webhook_tenant_id_id_idx ON webhook (tenant_id, id);
CREATE INDEX webhook_user_id_idx ON webhook (user_id);
CREATE INDEX notify_delivery_due ON notify_delivery (next_at) WHERE status = 'waiting';
CREATE INDEX notify_delivery_failed ON notify_delivery (id) WHERE status = 'failed';
CREATE INDEX notify_delivery_webhook_id_id_idx ON notify_delivery (webhook_id, id);
CREATE INDEX notify_delivery_at_idx ON notify_delivery (at);
CREATE UNIQUE INDEX notify_delivery_once ON notify_delivery (event_id, user_id, coalesce(webhook_id, user_id));
CREATE UNIQUE INDEX alert_open_once ON alert (tenant_id, name, subject) WHERE resolved_at IS NULL;
CREATE INDEX alert_tenant_id_id_idx ON alert (tenant_id, id);
CREATE INDEX alert_name_subject_idx ON alert (tenant_id, name, subject, id);
CREATE INDEX saved_view_user_id_list_idx ON saved_view (user_id, list);
CREATE INDEX saved_view_organisation_id_list_idx ON saved_view (organisation_id, list) WHERE is_shared;
CREATE UNIQUE INDEX follow_once ON follow (user_id, kind, subject);
CREATE INDEX follow_subject_idx ON follow (tenant_id, subject, kind);
CREATE INDEX alert_address_tenant_id_id_idx ON alert_address (tenant_id, id);
CREATE INDEX alert_delivery_due ON alert_delivery (next_at) WHERE status = 'waiting';
CREATE INDEX alert_delivery_address_id_id_idx ON alert_delivery (address_id, id);
CREATE UNIQUE INDEX alert_delivery_once ON alert_delivery (alert_id, address_id, reason) WHERE alert_id IS NOT NULL;

-- ---------------------------------------------------------------- Functions

-- Arguments: kind, column of the id, column of the state, prefix of the state. The triggers are deferred, so that the
-- entry that names the actor exists by then.
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE whole jsonb := to_jsonb(NEW);
BEGIN
  INSERT INTO notify_event (tenant_id, kind, subject, state, source, entry_id)
  VALUES (NEW.tenant_id, TG_ARGV[0], whole ->> TG_ARGV[1], coalesce(TG_ARGV[3], '') || coalesce(whole ->> TG_ARGV[2], ''), TG_TABLE_NAME,
    (SELECT q.entry_id FROM audit_queue q WHERE q.xid = pg_current_xact_id() ORDER BY q.id LIMIT 1))
  ON CONFLICT (xid, source, subject) DO UPDATE SET state = EXCLUDED.state;
  RETURN NULL;
END $$;

-- The same for transactions. Only programs and followers are notified of them, so it writes a row only if one of them waits
-- for it. That is asked first: an INSERT that selects nothing is prepared like any other.
CREATE FUNCTION notify_transaction() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhook w WHERE w.tenant_id = NEW.tenant_id AND w.state = 'active' AND 'transaction' = ANY (w.kinds))
     OR EXISTS (SELECT 1 FROM follow f WHERE f.tenant_id = NEW.tenant_id AND f.subject = NEW.id AND f.kind = 'transaction') THEN
    INSERT INTO notify_event (tenant_id, kind, subject, state, source, entry_id)
    VALUES (NEW.tenant_id, 'transaction', NEW.id::text, NEW.status, TG_TABLE_NAME,
      (SELECT q.entry_id FROM audit_queue q WHERE q.xid = pg_current_xact_id() ORDER BY q.id LIMIT 1))
    ON CONFLICT (xid, source, subject) DO UPDATE SET state = EXCLUDED.state;
  END IF;
  RETURN NULL;
END $$;

-- An opening under a grant, of which followers alone are notified: a row only where someone follows anything.
CREATE FUNCTION notify_opening() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO notify_event (tenant_id, kind, subject, state, source, entry_id)
  SELECT NEW.tenant_id, 'grant', NEW.grant_id::text, CASE NEW.level WHEN 'masked' THEN 'seen_masked' ELSE 'opened' END,
    TG_TABLE_NAME, NEW.outcome_entry_id
  WHERE EXISTS (SELECT 1 FROM follow f WHERE f.tenant_id = NEW.tenant_id)
  ON CONFLICT (xid, source, subject) DO NOTHING;
  RETURN NULL;
END $$;

-- A webhook keeps its address, person and kinds, and ends once.
CREATE FUNCTION webhook_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state = 'disabled'
     OR (NEW.id, NEW.tenant_id, NEW.user_id, NEW.name, NEW.url, NEW.kinds, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.user_id, OLD.name, OLD.url, OLD.kinds, OLD.created_at) THEN
    RAISE EXCEPTION 'a webhook cannot change and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- An alert keeps what it is about, is acknowledged once and ends once.
CREATE FUNCTION alert_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.resolved_at IS NOT NULL
     OR (OLD.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at, NEW.acknowledged_by, NEW.note)
        IS DISTINCT FROM (OLD.acknowledged_at, OLD.acknowledged_by, OLD.note))
     OR (NEW.id, NEW.tenant_id, NEW.name, NEW.subject, NEW.severity, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.name, OLD.subject, OLD.severity, OLD.opened_at) THEN
    RAISE EXCEPTION 'an alert keeps what it is about and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- An address for alerts keeps where it leads, and ends once.
CREATE FUNCTION alert_address_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
     OR (NEW.id, NEW.tenant_id, NEW.channel, NEW.address, NEW.secret, NEW.least, NEW.created_at, NEW.created_by)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.channel, OLD.address, OLD.secret, OLD.least, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'an address for alerts cannot change and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE CONSTRAINT TRIGGER key_version_told AFTER UPDATE ON key_version DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('key', 'id', 'state');
CREATE CONSTRAINT TRIGGER escrow_epoch_told AFTER UPDATE ON escrow_epoch DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('epoch', 'epoch', 'state');
CREATE CONSTRAINT TRIGGER key_rotation_begun_told AFTER INSERT ON key_rotation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('rotation', 'id', 'state');
CREATE CONSTRAINT TRIGGER key_rotation_told AFTER UPDATE ON key_rotation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('rotation', 'id', 'state');
CREATE CONSTRAINT TRIGGER key_recovery_asked_told AFTER INSERT ON key_recovery DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('key', 'old_key_id', 'state', 'recovery_');
CREATE CONSTRAINT TRIGGER key_recovery_told AFTER UPDATE ON key_recovery DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state)
  EXECUTE FUNCTION notify_change('key', 'old_key_id', 'state', 'recovery_');
CREATE CONSTRAINT TRIGGER dispute_opened_told AFTER INSERT ON dispute DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('dispute', 'id', 'state');
CREATE CONSTRAINT TRIGGER dispute_told AFTER UPDATE ON dispute DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('dispute', 'id', 'state');
CREATE CONSTRAINT TRIGGER access_request_noted AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('request', 'id', 'state');
-- A reminder or an escalation changes no state, but people are notified.
CREATE CONSTRAINT TRIGGER access_request_pressed_told AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS NOT DISTINCT FROM OLD.state
    AND (NEW.reminders > OLD.reminders OR NEW.escalated_to IS DISTINCT FROM OLD.escalated_to))
  EXECUTE FUNCTION notify_change('request', 'id', 'state');
-- An approval that leaves the stage waiting for another person: only it has a new version in the same state of a review.
CREATE CONSTRAINT TRIGGER access_request_counted_told AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.version > OLD.version
    AND NEW.state IN ('stage_1', 'stage_2', 'overdue', 'extended'))
  EXECUTE FUNCTION notify_change('request', 'id', 'state');
CREATE CONSTRAINT TRIGGER access_grant_told AFTER UPDATE ON access_grant DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('grant', 'id', 'state');
CREATE CONSTRAINT TRIGGER preservation_placed_told AFTER INSERT ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('hold', 'id', 'state');
CREATE CONSTRAINT TRIGGER preservation_told AFTER UPDATE ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('hold', 'id', 'state');
CREATE CONSTRAINT TRIGGER preservation_renewed_told AFTER UPDATE ON preservation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.until IS DISTINCT FROM OLD.until)
  EXECUTE FUNCTION notify_change('hold', 'id', '', 'renewed');
-- A withheld notice is not announced.
CREATE CONSTRAINT TRIGGER subject_notice_told AFTER INSERT ON subject_notice DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION notify_change('notice', 'id', 'state');
CREATE CONSTRAINT TRIGGER agreement_asked_told AFTER INSERT ON agreement DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('agreement', 'id', 'state');
CREATE CONSTRAINT TRIGGER agreement_told AFTER UPDATE ON agreement DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('agreement', 'id', 'state');
CREATE CONSTRAINT TRIGGER roster_change_asked_told AFTER INSERT ON roster_change DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('roster', 'id', 'state');
CREATE CONSTRAINT TRIGGER roster_change_told AFTER UPDATE ON roster_change DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('roster', 'id', 'state');
CREATE CONSTRAINT TRIGGER access_review_begun_told AFTER INSERT ON access_review DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('access_review', 'id', 'state');
CREATE CONSTRAINT TRIGGER access_review_told AFTER UPDATE ON access_review DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('access_review', 'id', 'state');
-- A draft is visible only to its author until it is submitted. From then on people are notified of its changes.
CREATE CONSTRAINT TRIGGER policy_set_told AFTER UPDATE ON policy_set DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('policy', 'id', 'state');
-- People are notified when an act asks for a second person, and those who know of it also when it ends. When the worker
-- carries out an erasure no one is notified, because it was agreed.
CREATE CONSTRAINT TRIGGER audit_erasure_asked_told AFTER INSERT ON audit_erasure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('erasure', 'id', 'state');
CREATE CONSTRAINT TRIGGER audit_erasure_told AFTER UPDATE ON audit_erasure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state IN ('agreed', 'refused'))
  EXECUTE FUNCTION notify_change('erasure', 'id', 'state');
CREATE CONSTRAINT TRIGGER authority_asked_told AFTER INSERT ON authority DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('authority', 'id', 'state');
CREATE CONSTRAINT TRIGGER authority_told AFTER UPDATE ON authority DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION notify_change('authority', 'id', 'state');
-- One administrator alone can keep alerts from being raised or sent, so the others are notified.
CREATE CONSTRAINT TRIGGER alert_address_added_told AFTER INSERT ON alert_address DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('alert_address', 'id', '', 'added');
CREATE CONSTRAINT TRIGGER alert_address_removed_told AFTER UPDATE ON alert_address DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('alert_address', 'id', '', 'removed');
CREATE CONSTRAINT TRIGGER alert_threshold_told AFTER INSERT OR UPDATE ON alert_threshold DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_change('alert_threshold', 'name', '', 'changed');
CREATE CONSTRAINT TRIGGER transaction_made_told AFTER INSERT ON transaction DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notify_transaction();
CREATE CONSTRAINT TRIGGER transaction_told AFTER UPDATE ON transaction DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION notify_transaction();
CREATE CONSTRAINT TRIGGER disclosure_told AFTER UPDATE ON disclosure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.grant_id IS NOT NULL AND NEW.outcome = 'done' AND OLD.outcome IS DISTINCT FROM NEW.outcome)
  EXECUTE FUNCTION notify_opening();
CREATE TRIGGER webhook_guard BEFORE UPDATE OR DELETE ON webhook FOR EACH ROW EXECUTE FUNCTION webhook_guard();
CREATE TRIGGER alert_guard BEFORE UPDATE OR DELETE ON alert FOR EACH ROW EXECUTE FUNCTION alert_guard();
CREATE TRIGGER alert_address_guard BEFORE UPDATE OR DELETE ON alert_address
  FOR EACH ROW EXECUTE FUNCTION alert_address_guard();

-- ---------------------------------------------------------------- Grants

GRANT SELECT, INSERT, UPDATE (state), DELETE ON notify_event TO sealport_app;
GRANT SELECT, INSERT, UPDATE (read_at), DELETE ON notification TO sealport_app;
GRANT SELECT, INSERT, UPDATE (mail_kinds, changed_at) ON notify_setting TO sealport_app;
GRANT SELECT, INSERT, UPDATE (state, secret, secret_at, former_secret, former_until, ended_at, ended_by)
  ON webhook TO sealport_app;
GRANT SELECT, INSERT, UPDATE (status, attempts, earlier, next_at, lease_until, ended_at), DELETE
  ON notify_delivery TO sealport_app;
GRANT SELECT, INSERT, DELETE ON notify_attempt TO sealport_app;
GRANT SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by, note, resolved_at, resolved_by, resolution)
  ON alert TO sealport_app;
GRANT SELECT, INSERT, UPDATE (last_seen_at, count, entries, last_entry) ON alert_sighting TO sealport_app;
GRANT SELECT, INSERT, DELETE ON alert_signal TO sealport_app;
GRANT SELECT, INSERT, UPDATE (name, is_shared), DELETE ON saved_view TO sealport_app;
GRANT SELECT, INSERT, DELETE ON follow TO sealport_app;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON alert_address TO sealport_app;
GRANT SELECT, INSERT, UPDATE (status, attempts, next_at, lease_until, ended_at, outcome, http_status), DELETE
  ON alert_delivery TO sealport_app;
GRANT SELECT, INSERT, UPDATE (value, changed_at, changed_by) ON alert_threshold TO sealport_app;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
