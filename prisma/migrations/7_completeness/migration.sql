-- I1: no watched row changes without an audit entry of the same transaction. For each table this file holds what its
-- entries are about (audit_watch, audit_watch_statements), whether its rows may change at all (append_only), and which
-- actions vouch for which change (audit_action_rule). The announcements of live updates are at the end.
--
-- A new table needs a block here. lib/audit/record/completeness.integration.test.ts compares the blocks with the tables.

-- ---------------------------------------------------------------- Functions

-- Arguments are '<prefix>:<column>'; any of them may be the entry's subject. The queue is asked and not the entry,
-- which remains: it shows that an entry exists, not that it is true. For xmin see audit_queue_own_entry in 2_audit.
-- The entry names the row as it is after the change, so a row keeps its id and what it is about.
CREATE FUNCTION audit_require_entry() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
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
    RAISE EXCEPTION 'the id of a row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  FOREACH arg IN ARRAY TG_ARGV LOOP
    label := split_part(arg, ':', 1);
    col := split_part(arg, ':', 2);
    -- The batch of a rotation is not what a row is about; it names the last re-wrap.
    IF label <> 'rotation_batch' AND was ->> col IS NOT NULL AND row_json ->> col IS DISTINCT FROM was ->> col THEN
      RAISE EXCEPTION 'the subject of a row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'SP001';
    END IF;
    subjects := subjects || (label || ':' || coalesce(row_json ->> col, ''));
  END LOOP;
  IF NOT EXISTS (
    SELECT 1 FROM audit_queue q JOIN audit_action_rule r ON r.action = q.action
    WHERE q.xid = pg_current_xact_id() AND age(q.xmin) <= 0 AND q.subject = ANY (subjects)
      AND r.table_name = TG_TABLE_NAME::text AND r.op = TG_OP OFFSET 0) THEN
    RAISE EXCEPTION '% on % has no audit entry', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- Watches a table: every change needs an entry about one of the subjects ('<prefix>:<column>'), and the
-- table is never truncated.
CREATE FUNCTION audit_watch(target text, VARIADIC subjects text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE quoted text;
BEGIN
  SELECT string_agg(quote_literal(s), ', ') INTO quoted FROM unnest(subjects) s;
  EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_require_entry(%s)', target || '_complete', target, quoted);
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()',
    target || '_kept', target);
END $$;

-- Watches a table whose rows come many at a time: what a statement inserts is compared once, at the end of the statement. So the entry is
-- written before its rows, or in the same statement. Updates and deletions are compared row by row at commit, as in audit_watch. The
-- function is made for the table, because a transition table cannot be read by a column's name without planning each time. For the planner
-- see audit_queue_leaves, for xmin see audit_queue_own_entry.
CREATE FUNCTION audit_watch_statements(target text, VARIADIC subjects text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  quoted text;
  columns text;
  labels text;
BEGIN
  SELECT string_agg(quote_literal(s), ', '), string_agg(format('t.%I', split_part(s, ':', 2)), ', '),
      string_agg(format('%L || coalesce(m.%I::text, '''')', split_part(s, ':', 1) || ':', split_part(s, ':', 2)), ', ')
    INTO quoted, columns, labels FROM unnest(subjects) s;
  EXECUTE format($made$CREATE FUNCTION %1$I() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $body$
    BEGIN
      IF EXISTS (SELECT 1 FROM (SELECT DISTINCT %3$s FROM made t) m WHERE NOT EXISTS (
          SELECT 1 FROM audit_queue q JOIN audit_action_rule r ON r.action = q.action
          WHERE q.xid = pg_current_xact_id() AND age(q.xmin) <= 0 AND q.subject IN (%4$s)
            AND r.table_name = %2$L AND r.op = 'INSERT' OFFSET 0)) THEN
        RAISE EXCEPTION 'INSERT on %% has no audit entry', TG_TABLE_NAME USING ERRCODE = 'SP001';
      END IF;
      RETURN NULL;
    END $body$ $made$, target || '_entered', target, columns, labels);
  EXECUTE format('CREATE TRIGGER %1$I AFTER INSERT ON %2$I REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION %1$I()', target || '_entered', target);
  EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_require_entry(%s)', target || '_complete', target, quoted);
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()',
    target || '_kept', target);
END $$;

-- Makes a table's rows final.
CREATE FUNCTION append_only(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()',
    target || '_fixed', target);
END $$;

-- Announces `kind:id` on the channel sealport_changed, in the transaction that makes the change, so a rollback
-- announces nothing. The message has no content, because every role may LISTEN; portals read state and readers
-- themselves. PostgreSQL folds equal messages of one transaction. Arguments: kind, column of the id.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('sealport_changed', TG_ARGV[0] || ':' || (to_jsonb(NEW) ->> TG_ARGV[1]));
  RETURN NULL;
END $$;

-- Announces that a session ended, without naming it. Portals then check the sessions of their open streams, so a
-- stream with a stolen cookie ends with the sign-out.
CREATE FUNCTION announce_session_end() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('sealport_changed', 'session:');
  RETURN NULL;
END $$;

-- ---------------------------------------------------------------- Watched tables

SELECT audit_watch('tenant', 'tenant:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('tenant', 'INSERT', 'tenant.create'),
  ('tenant', 'UPDATE', 'log.recovery');

SELECT audit_watch('organisation', 'organisation:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('organisation', 'INSERT', 'organisation.create'),
  ('organisation', 'UPDATE', 'organisation.change');

SELECT audit_watch('agency', 'agency:id', 'organisation:organisation_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('agency', 'INSERT', 'organisation.change'), ('agency', 'INSERT', 'organisation.create'),
  ('agency', 'UPDATE', 'organisation.change');

SELECT audit_watch('participant', 'participant:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('participant', 'INSERT', 'participant.create'),
  ('participant', 'UPDATE', 'participant.change');

SELECT audit_watch('app_user', 'user:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('app_user', 'INSERT', 'user.create'),
  ('app_user', 'UPDATE', 'user.change'), ('app_user', 'UPDATE', 'user.leave'), ('app_user', 'UPDATE', 'user.resume'),
  ('app_user', 'UPDATE', 'user.suspend');

SELECT audit_watch('duty', 'user:user_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('duty', 'INSERT', 'duty.grant'), ('duty', 'INSERT', 'user.create'),
  ('duty', 'DELETE', 'duty.pause'), ('duty', 'DELETE', 'duty.revoke');

SELECT audit_watch('access_review', 'access_review:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('access_review', 'INSERT', 'access_review.begin'), ('access_review', 'UPDATE', 'access_review.end');

SELECT audit_watch_statements('access_review_row', 'access_review:review_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('access_review_row', 'INSERT', 'access_review.begin'),
  ('access_review_row', 'UPDATE', 'access_review.decide'), ('access_review_row', 'UPDATE', 'access_review.end'),
  ('access_review_row', 'UPDATE', 'access_review.sign');

SELECT audit_watch('access_review_signature', 'access_review:review_id');
SELECT append_only('access_review_signature');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('access_review_signature', 'INSERT', 'access_review.sign');

SELECT audit_watch('agreement', 'agreement:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('agreement', 'INSERT', 'agreement.ask'),
  ('agreement', 'UPDATE', 'agreement.agree'), ('agreement', 'UPDATE', 'agreement.expire'),
  ('agreement', 'UPDATE', 'agreement.refuse'), ('agreement', 'UPDATE', 'agreement.send-back'),
  ('agreement', 'UPDATE', 'agreement.withdraw');

SELECT audit_watch('setup', 'tenant:tenant_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('setup', 'INSERT', 'setup.link'),
  ('setup', 'UPDATE', 'setup.link'), ('setup', 'UPDATE', 'setup.administrator'),
  ('setup', 'UPDATE', 'setup.organisation');

SELECT audit_watch('flag_value', 'flag:flag');
SELECT append_only('flag_value');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('flag_value', 'INSERT', 'flag.change');

SELECT audit_watch('readiness_check', 'readiness:item');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('readiness_check', 'INSERT', 'readiness.check'), ('readiness_check', 'INSERT', 'readiness.record'),
  ('readiness_check', 'UPDATE', 'readiness.check'), ('readiness_check', 'UPDATE', 'readiness.record');

SELECT audit_watch('membership', 'user:user_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('membership', 'INSERT', 'user.change'), ('membership', 'INSERT', 'user.create'),
  ('membership', 'UPDATE', 'user.change'),
  ('membership', 'DELETE', 'user.change');

SELECT audit_watch('invitation', 'invitation:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('invitation', 'INSERT', 'invitation.create'),
  ('invitation', 'UPDATE', 'invitation.create'), ('invitation', 'UPDATE', 'invitation.revoke'),
  ('invitation', 'UPDATE', 'invitation.use');

-- The time of last use needs no entry, every other column does.
CREATE CONSTRAINT TRIGGER auth_session_complete AFTER INSERT OR DELETE OR UPDATE OF
    sid, tenant_id, user_id, created_at, multi_factor_at, expires_at, revoked_at, device, method, passkey_id,
    proved_at, standing, end_reason, provider_id
  ON auth_session DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('session:sid', 'user:user_id');
CREATE TRIGGER auth_session_kept BEFORE TRUNCATE ON auth_session
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('auth_session', 'INSERT', 'session.create'),
  ('auth_session', 'UPDATE', 'credential.change'), ('auth_session', 'UPDATE', 'credential.create'),
  ('auth_session', 'UPDATE', 'credential.revoke'), ('auth_session', 'UPDATE', 'session.end'),
  ('auth_session', 'UPDATE', 'session.step_up'), ('auth_session', 'UPDATE', 'user.change'),
  ('auth_session', 'UPDATE', 'user.leave'), ('auth_session', 'UPDATE', 'user.suspend');

SELECT audit_watch('credential', 'credential:id', 'user:user_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('credential', 'INSERT', 'credential.create'), ('credential', 'INSERT', 'credential.renew'),
  ('credential', 'INSERT', 'invitation.use'), ('credential', 'INSERT', 'user.create'),
  ('credential', 'UPDATE', 'credential.change'), ('credential', 'UPDATE', 'credential.renew'),
  ('credential', 'UPDATE', 'credential.revoke'), ('credential', 'UPDATE', 'credential.use'),
  ('credential', 'UPDATE', 'session.create'), ('credential', 'UPDATE', 'session.step_up'),
  ('credential', 'DELETE', 'credential.revoke');

SELECT audit_watch('identity_provider', 'organisation:organisation_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('identity_provider', 'INSERT', 'provider.change'), ('identity_provider', 'DELETE', 'provider.change'),
  ('identity_provider', 'DELETE', 'provider.disconnect');

-- The time of last use needs no entry, every other column does.
CREATE CONSTRAINT TRIGGER api_key_complete AFTER INSERT OR DELETE OR UPDATE OF
    id, tenant_id, user_id, label, prefix, secret_hash, scopes, addresses, signing_key, created_at, expires_at,
    revoked_at
  ON api_key DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('api_key:id', 'user:user_id');
CREATE TRIGGER api_key_kept BEFORE TRUNCATE ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('api_key', 'INSERT', 'api_key.create'),
  ('api_key', 'UPDATE', 'api_key.change'), ('api_key', 'UPDATE', 'api_key.revoke');

SELECT audit_watch('scim_connection', 'organisation:organisation_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('scim_connection', 'INSERT', 'provisioning.change'),
  ('scim_connection', 'UPDATE', 'provisioning.change');

-- The last calls and the time of last use need no entry, every other column does.
CREATE CONSTRAINT TRIGGER scim_token_complete AFTER INSERT OR DELETE OR UPDATE OF
    id, tenant_id, organisation_id, prefix, secret_hash, made_by, created_at, expires_at, revoked_at
  ON scim_token DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('scim_token:id');
CREATE TRIGGER scim_token_kept BEFORE TRUNCATE ON scim_token
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('scim_token', 'INSERT', 'scim_token.create'),
  ('scim_token', 'UPDATE', 'scim_token.change'), ('scim_token', 'UPDATE', 'scim_token.revoke');

SELECT audit_watch('scim_user', 'user:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('scim_user', 'INSERT', 'provisioning.person'),
  ('scim_user', 'UPDATE', 'provisioning.person'),
  ('scim_user', 'DELETE', 'provisioning.person');

SELECT audit_watch('scim_group', 'scim_group:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('scim_group', 'INSERT', 'provisioning.group'),
  ('scim_group', 'UPDATE', 'provisioning.group'),
  ('scim_group', 'DELETE', 'provisioning.group');

SELECT audit_watch('identity_check', 'user:officer_user_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('identity_check', 'INSERT', 'identity.check');

SELECT audit_watch('roster_change', 'roster_change:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('roster_change', 'INSERT', 'roster.ask'),
  ('roster_change', 'UPDATE', 'roster.change'), ('roster_change', 'UPDATE', 'roster.refuse'),
  ('roster_change', 'UPDATE', 'roster.supersede'), ('roster_change', 'UPDATE', 'roster.withdraw');

SELECT audit_watch('tenant_seal', 'agreement:agreement_id');
SELECT append_only('tenant_seal');
INSERT INTO audit_action_rule (table_name, op, action) VALUES ('tenant_seal', 'INSERT', 'agreement.agree');

SELECT audit_watch('roster_agreement', 'roster_change:change_id');
SELECT append_only('roster_agreement');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('roster_agreement', 'INSERT', 'roster.agree'), ('roster_agreement', 'INSERT', 'roster.ask');

-- The first entry that needs a compartment makes it; only its end needs an entry.
CREATE CONSTRAINT TRIGGER audit_compartment_complete AFTER UPDATE OR DELETE ON audit_compartment
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('compartment:id');
CREATE TRIGGER audit_compartment_kept BEFORE TRUNCATE ON audit_compartment
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('audit_compartment', 'UPDATE', 'compartment.erase');

SELECT audit_watch('audit_dismissal', 'quarantine:entry_id');
SELECT append_only('audit_dismissal');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('audit_dismissal', 'INSERT', 'quarantine.dismiss');

SELECT audit_watch('audit_retention', 'retention:name', 'tenant:tenant_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('audit_retention', 'INSERT', 'tenant.create'), ('audit_retention', 'INSERT', 'retention.change'),
  ('audit_retention', 'UPDATE', 'retention.change'),
  ('audit_retention', 'DELETE', 'retention.change');

-- Preparing and waiting need no entry; asking, agreeing, refusing and erasing do.
CREATE CONSTRAINT TRIGGER audit_erasure_complete AFTER INSERT OR DELETE OR UPDATE OF
    id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at, refused_by, entry_id,
    ended_at
  ON audit_erasure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('erasure:id', 'compartment:compartment_id');
CREATE TRIGGER audit_erasure_kept BEFORE TRUNCATE ON audit_erasure
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('audit_erasure', 'INSERT', 'erasure.ask'),
  ('audit_erasure', 'UPDATE', 'compartment.erase'), ('audit_erasure', 'UPDATE', 'erasure.agree'),
  ('audit_erasure', 'UPDATE', 'erasure.refuse');

SELECT audit_watch('key_version', 'key:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('key_version', 'INSERT', 'key.register'), ('key_version', 'INSERT', 'key.rotate'),
  ('key_version', 'UPDATE', 'key.prove'), ('key_version', 'UPDATE', 'key.recover-ask'),
  ('key_version', 'UPDATE', 'key.recover-begin'), ('key_version', 'UPDATE', 'key.rotate'),
  ('key_version', 'UPDATE', 'key.state');

SELECT audit_watch('escrow_epoch', 'escrow_epoch:epoch');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('escrow_epoch', 'INSERT', 'escrow.epoch'),
  ('escrow_epoch', 'UPDATE', 'escrow.destroy'), ('escrow_epoch', 'UPDATE', 'escrow.epoch');

SELECT audit_watch('key_rotation', 'rotation:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('key_rotation', 'INSERT', 'key.prove'), ('key_rotation', 'INSERT', 'key.rotate'),
  ('key_rotation', 'UPDATE', 'key.rotate');

-- A retry after a failure needs no entry.
CREATE CONSTRAINT TRIGGER key_recovery_complete AFTER INSERT OR DELETE OR UPDATE OF
    id, tenant_id, participant_id, old_key_id, new_key_id, transactions, nonce, reason, state, total, remaining,
    asked_by, asked_at, not_after, started_at, ended_at, ended_by, end_reason
  ON key_recovery DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_require_entry('key_recovery:id');
CREATE TRIGGER key_recovery_kept BEFORE TRUNCATE ON key_recovery
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('key_recovery', 'INSERT', 'key.recover-ask'),
  ('key_recovery', 'UPDATE', 'key.recover-begin'), ('key_recovery', 'UPDATE', 'key.recover-end');

SELECT audit_watch('key_recovery_statement', 'key_recovery:recovery_id');
SELECT append_only('key_recovery_statement');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('key_recovery_statement', 'INSERT', 'key.recover-sign');

SELECT audit_watch_statements('transaction', 'transaction:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('transaction', 'INSERT', 'transaction.create'),
  ('transaction', 'UPDATE', 'dispute.open'), ('transaction', 'UPDATE', 'dispute.resolve'),
  ('transaction', 'UPDATE', 'transaction.hold'), ('transaction', 'UPDATE', 'transaction.reseal'),
  ('transaction', 'UPDATE', 'transaction.status');

SELECT audit_watch_statements('transaction_participant', 'transaction:transaction_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('transaction_participant', 'INSERT', 'transaction.create');

SELECT audit_watch_statements('transaction_group', 'transaction:transaction_id', 'rotation_batch:entry_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('transaction_group', 'INSERT', 'transaction.create'), ('transaction_group', 'INSERT', 'transaction.reseal'),
  ('transaction_group', 'UPDATE', 'disclosure.rewrap'), ('transaction_group', 'UPDATE', 'transaction.reseal'),
  ('transaction_group', 'UPDATE', 'transaction.rewrap');

SELECT audit_watch_statements('transaction_version', 'transaction:transaction_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('transaction_version', 'INSERT', 'dispute.open'), ('transaction_version', 'INSERT', 'dispute.resolve'),
  ('transaction_version', 'INSERT', 'transaction.create'), ('transaction_version', 'INSERT', 'transaction.status');

SELECT audit_watch_statements('wrap', 'transaction:transaction_id', 'rotation_batch:rotation_batch_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('wrap', 'INSERT', 'transaction.create'), ('wrap', 'INSERT', 'transaction.reseal'),
  ('wrap', 'INSERT', 'transaction.rewrap'),
  ('wrap', 'UPDATE', 'disclosure.rewrap'), ('wrap', 'UPDATE', 'transaction.reseal'),
  ('wrap', 'UPDATE', 'transaction.rewrap'),
  ('wrap', 'DELETE', 'transaction.confirm'), ('wrap', 'DELETE', 'transaction.reseal'),
  ('wrap', 'DELETE', 'transaction.rewrap');

SELECT audit_watch('dispute', 'dispute:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('dispute', 'INSERT', 'dispute.open'),
  ('dispute', 'UPDATE', 'dispute.resolve'), ('dispute', 'UPDATE', 'dispute.take');

SELECT audit_watch('dispute_note', 'dispute:dispute_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('dispute_note', 'INSERT', 'dispute.note');

SELECT audit_watch('dispute_figure', 'dispute:dispute_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('dispute_figure', 'INSERT', 'dispute.figures');

SELECT audit_watch('access_request', 'request:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('access_request', 'INSERT', 'request.continue'), ('access_request', 'INSERT', 'request.create'),
  ('access_request', 'UPDATE', 'authorization.attach'), ('access_request', 'UPDATE', 'document.quarantine'),
  ('access_request', 'UPDATE', 'document.scan'), ('access_request', 'UPDATE', 'grant.end'),
  ('access_request', 'UPDATE', 'grant.end-release'), ('access_request', 'UPDATE', 'grant.revoke'),
  ('access_request', 'UPDATE', 'request.activate'), ('access_request', 'UPDATE', 'request.answer-partly'),
  ('access_request', 'UPDATE', 'request.change'), ('access_request', 'UPDATE', 'request.close'),
  ('access_request', 'UPDATE', 'request.continue'), ('access_request', 'UPDATE', 'request.decide'),
  ('access_request', 'UPDATE', 'request.escalate'), ('access_request', 'UPDATE', 'request.expire'),
  ('access_request', 'UPDATE', 'request.extend'), ('access_request', 'UPDATE', 'request.lapse'),
  ('access_request', 'UPDATE', 'request.object'), ('access_request', 'UPDATE', 'request.overdue'),
  ('access_request', 'UPDATE', 'request.release'), ('access_request', 'UPDATE', 'request.remind'),
  ('access_request', 'UPDATE', 'request.resume'), ('access_request', 'UPDATE', 'request.submit'),
  ('access_request', 'UPDATE', 'request.withdraw');

SELECT audit_watch('request_event', 'request:request_id');
SELECT append_only('request_event');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('request_event', 'INSERT', 'authorization.attach'), ('request_event', 'INSERT', 'document.quarantine'),
  ('request_event', 'INSERT', 'document.scan'), ('request_event', 'INSERT', 'grant.end'),
  ('request_event', 'INSERT', 'grant.end-release'), ('request_event', 'INSERT', 'grant.revoke'),
  ('request_event', 'INSERT', 'request.activate'), ('request_event', 'INSERT', 'request.answer-partly'),
  ('request_event', 'INSERT', 'request.change'), ('request_event', 'INSERT', 'request.close'),
  ('request_event', 'INSERT', 'request.comment'), ('request_event', 'INSERT', 'request.continue'),
  ('request_event', 'INSERT', 'request.create'), ('request_event', 'INSERT', 'request.decide'),
  ('request_event', 'INSERT', 'request.end-co-viewer'), ('request_event', 'INSERT', 'request.escalate'),
  ('request_event', 'INSERT', 'request.expire'), ('request_event', 'INSERT', 'request.extend'),
  ('request_event', 'INSERT', 'request.lapse'), ('request_event', 'INSERT', 'request.object'),
  ('request_event', 'INSERT', 'request.overdue'), ('request_event', 'INSERT', 'request.release'),
  ('request_event', 'INSERT', 'request.remind'), ('request_event', 'INSERT', 'request.resume'),
  ('request_event', 'INSERT', 'request.submit'), ('request_event', 'INSERT', 'request.withdraw');

SELECT audit_watch('co_viewer_end', 'request:request_id');
SELECT append_only('co_viewer_end');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('co_viewer_end', 'INSERT', 'request.end-co-viewer');

SELECT audit_watch('legal_authorization', 'authorization:id', 'request:request_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('legal_authorization', 'INSERT', 'authorization.attach'), ('legal_authorization', 'INSERT', 'request.continue'),
  ('legal_authorization', 'UPDATE', 'authorization.end'), ('legal_authorization', 'UPDATE', 'authorization.revoke'),
  ('legal_authorization', 'UPDATE', 'authorization.state'),
  ('legal_authorization', 'UPDATE', 'authorization.suspend'), ('legal_authorization', 'UPDATE', 'request.activate'),
  ('legal_authorization', 'UPDATE', 'request.continue'), ('legal_authorization', 'UPDATE', 'request.decide'),
  ('legal_authorization', 'UPDATE', 'request.release'), ('legal_authorization', 'UPDATE', 'request.submit');

SELECT audit_watch('document', 'document:id', 'request:request_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('document', 'INSERT', 'authorization.attach'), ('document', 'INSERT', 'document.quarantine'),
  ('document', 'UPDATE', 'document.quarantine'), ('document', 'UPDATE', 'document.scan');

SELECT audit_watch('document_quarantine', 'document:id');
SELECT append_only('document_quarantine');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('document_quarantine', 'INSERT', 'document.quarantine');

SELECT audit_watch('authority', 'authority:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('authority', 'INSERT', 'authority.register'),
  ('authority', 'UPDATE', 'authority.confirm'), ('authority', 'UPDATE', 'authority.revoke'),
  ('authority', 'UPDATE', 'authority.withdraw');

SELECT audit_watch('authority_crl', 'authority:authority_id');
SELECT append_only('authority_crl');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('authority_crl', 'INSERT', 'authority.crl');

SELECT audit_watch('authorization_verification', 'authorization:authorization_id', 'request:request_id');
SELECT append_only('authorization_verification');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('authorization_verification', 'INSERT', 'authorization.attach'),
  ('authorization_verification', 'INSERT', 'request.continue'),
  ('authorization_verification', 'INSERT', 'request.decide'),
  ('authorization_verification', 'INSERT', 'request.release'),
  ('authorization_verification', 'INSERT', 'request.submit');

SELECT audit_watch('authorization_evidence', 'authorization:authorization_id', 'request:request_id');
SELECT append_only('authorization_evidence');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('authorization_evidence', 'INSERT', 'authorization.attach'),
  ('authorization_evidence', 'INSERT', 'request.continue'), ('authorization_evidence', 'INSERT', 'request.decide'),
  ('authorization_evidence', 'INSERT', 'request.release'), ('authorization_evidence', 'INSERT', 'request.submit');

SELECT audit_watch('recognition', 'request:request_id');
SELECT append_only('recognition');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('recognition', 'INSERT', 'request.decide'), ('recognition', 'INSERT', 'request.propose-release');

SELECT audit_watch('decision', 'decision:id', 'request:request_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('decision', 'INSERT', 'request.decide');

SELECT audit_watch('executive_release', 'request:request_id');
SELECT append_only('executive_release');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('executive_release', 'INSERT', 'request.propose-release');

SELECT audit_watch('executive_release_word', 'request:request_id');
SELECT append_only('executive_release_word');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('executive_release_word', 'INSERT', 'request.release');

SELECT audit_watch('break_glass', 'emergency:id');
SELECT append_only('break_glass');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('break_glass', 'INSERT', 'emergency.use');

SELECT audit_watch('break_glass_review', 'emergency:break_glass_id');
SELECT append_only('break_glass_review');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('break_glass_review', 'INSERT', 'emergency.review');

SELECT audit_watch('access_grant', 'grant:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('access_grant', 'INSERT', 'dispute.take'), ('access_grant', 'INSERT', 'emergency.use'),
  ('access_grant', 'INSERT', 'grant.create'), ('access_grant', 'INSERT', 'request.decide'),
  ('access_grant', 'INSERT', 'request.release'),
  ('access_grant', 'UPDATE', 'audit.export'), ('access_grant', 'UPDATE', 'disclosure.open'),
  ('access_grant', 'UPDATE', 'evidence.make'),
  ('access_grant', 'UPDATE', 'dispute.resolve'), ('access_grant', 'UPDATE', 'dispute.take'),
  ('access_grant', 'UPDATE', 'grant.create'), ('access_grant', 'UPDATE', 'grant.end'),
  ('access_grant', 'UPDATE', 'grant.end-release'), ('access_grant', 'UPDATE', 'grant.revoke');

SELECT audit_watch('disclosure', 'disclosure:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('disclosure', 'INSERT', 'disclosure.open'),
  ('disclosure', 'UPDATE', 'disclosure.open');

SELECT audit_watch('evidence', 'evidence:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('evidence', 'INSERT', 'evidence.make'),
  ('evidence', 'UPDATE', 'evidence.make');

SELECT audit_watch('preservation', 'preservation:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('preservation', 'INSERT', 'preservation.create'),
  ('preservation', 'UPDATE', 'preservation.release'), ('preservation', 'UPDATE', 'preservation.renew');

SELECT audit_watch('policy_set', 'policy:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('policy_set', 'INSERT', 'policy.activate'), ('policy_set', 'INSERT', 'policy.draft'),
  ('policy_set', 'UPDATE', 'policy.activate'), ('policy_set', 'UPDATE', 'policy.decide'),
  ('policy_set', 'UPDATE', 'policy.roll_back'), ('policy_set', 'UPDATE', 'policy.save'),
  ('policy_set', 'UPDATE', 'policy.schedule'), ('policy_set', 'UPDATE', 'policy.submit'),
  ('policy_set', 'UPDATE', 'policy.withdraw');

SELECT audit_watch('policy_approval', 'policy:set_id');
SELECT append_only('policy_approval');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('policy_approval', 'INSERT', 'policy.decide');

SELECT audit_watch('policy_activation', 'policy:set_id');
SELECT append_only('policy_activation');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('policy_activation', 'INSERT', 'policy.activate'), ('policy_activation', 'INSERT', 'policy.roll_back');

SELECT audit_watch('subject_notice', 'notice:id');
SELECT append_only('subject_notice');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('subject_notice', 'INSERT', 'notice.send'), ('subject_notice', 'INSERT', 'notice.withhold');

SELECT audit_watch('order_reading', 'reading:id');
SELECT append_only('order_reading');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('order_reading', 'INSERT', 'order.read');

SELECT audit_watch('request_assignment', 'assignment:id');
SELECT append_only('request_assignment');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('request_assignment', 'INSERT', 'request.assign');

SELECT audit_watch('reason_set', 'reason-set:id');
SELECT append_only('reason_set');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('reason_set', 'INSERT', 'reason.change');

SELECT audit_watch('notice_rule', 'notice-rule:id');
SELECT append_only('notice_rule');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('notice_rule', 'INSERT', 'notice.rule');

SELECT audit_watch('transparency_report', 'transparency:id');
SELECT append_only('transparency_report');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('transparency_report', 'INSERT', 'transparency.publish');

SELECT audit_watch('notify_setting', 'user:user_id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('notify_setting', 'INSERT', 'notification.settings'),
  ('notify_setting', 'UPDATE', 'notification.settings');

SELECT audit_watch('saved_view', 'view:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('saved_view', 'INSERT', 'view.save'), ('saved_view', 'UPDATE', 'view.save'), ('saved_view', 'DELETE', 'view.delete');

SELECT audit_watch('follow', 'follow:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('follow', 'INSERT', 'follow.begin'), ('follow', 'DELETE', 'follow.end');

SELECT audit_watch('webhook', 'webhook:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('webhook', 'INSERT', 'webhook.create'),
  ('webhook', 'UPDATE', 'webhook.disable'), ('webhook', 'UPDATE', 'webhook.rotate');

SELECT audit_watch('alert', 'alert:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('alert', 'INSERT', 'alert.open'),
  ('alert', 'UPDATE', 'alert.acknowledge'), ('alert', 'UPDATE', 'alert.end'), ('alert', 'UPDATE', 'alert.resolve');

SELECT audit_watch('alert_address', 'alert-address:id');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('alert_address', 'INSERT', 'alert.add-address'),
  ('alert_address', 'UPDATE', 'alert.remove-address');

SELECT audit_watch('alert_threshold', 'alert-threshold:name');
INSERT INTO audit_action_rule (table_name, op, action) VALUES
  ('alert_threshold', 'INSERT', 'alert.threshold'),
  ('alert_threshold', 'UPDATE', 'alert.threshold');

DROP FUNCTION audit_watch(text, text[]);
DROP FUNCTION audit_watch_statements(text, text[]);
DROP FUNCTION append_only(text);

-- All triggers up to here are rules: they also run when a session sets session_replication_role to replica.
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT g.tgrelid::regclass AS owner, g.tgname AS name FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
      WHERE c.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.owner, t.name);
  END LOOP;
END $$;

-- ---------------------------------------------------------------- Live updates

CREATE TRIGGER auth_session_end_announced AFTER UPDATE OF revoked_at ON auth_session
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION announce_session_end();
CREATE TRIGGER escrow_epoch_announced AFTER INSERT OR UPDATE ON escrow_epoch
  FOR EACH ROW EXECUTE FUNCTION announce_change('epoch', 'epoch');
-- Begin, agreement and end. The batch that moves rows announces itself.
CREATE TRIGGER key_rotation_announced AFTER INSERT OR UPDATE ON key_rotation
  FOR EACH ROW EXECUTE FUNCTION announce_change('rotation', 'id');
CREATE TRIGGER key_recovery_announced AFTER INSERT OR UPDATE OF state ON key_recovery
  FOR EACH ROW EXECUTE FUNCTION announce_change('key', 'old_key_id');
CREATE TRIGGER transaction_announced AFTER UPDATE OF status ON transaction
  FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION announce_change('transaction', 'id');
CREATE TRIGGER dispute_announced AFTER INSERT OR UPDATE ON dispute
  FOR EACH ROW EXECUTE FUNCTION announce_change('dispute', 'id');
CREATE TRIGGER dispute_note_announced AFTER INSERT ON dispute_note
  FOR EACH ROW EXECUTE FUNCTION announce_change('dispute', 'dispute_id');
CREATE TRIGGER dispute_figure_announced AFTER INSERT ON dispute_figure
  FOR EACH ROW EXECUTE FUNCTION announce_change('dispute', 'dispute_id');
CREATE TRIGGER access_request_announced AFTER INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'id');
CREATE TRIGGER request_event_announced AFTER INSERT ON request_event
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'request_id');
CREATE TRIGGER document_announced AFTER UPDATE OF scan ON document
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'request_id');
CREATE TRIGGER access_grant_announced AFTER INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION announce_change('grant', 'id');
CREATE TRIGGER preservation_announced AFTER INSERT OR UPDATE ON preservation
  FOR EACH ROW EXECUTE FUNCTION announce_change('hold', 'id');
CREATE TRIGGER policy_set_announced AFTER INSERT OR UPDATE ON policy_set
  FOR EACH ROW EXECUTE FUNCTION announce_change('policy', 'id');
CREATE TRIGGER access_review_announced AFTER INSERT OR UPDATE ON access_review
  FOR EACH ROW EXECUTE FUNCTION announce_change('access_review', 'id');
CREATE TRIGGER notification_announced AFTER INSERT OR UPDATE ON notification
  FOR EACH ROW EXECUTE FUNCTION announce_change('notification', 'user_id');
CREATE TRIGGER agreement_announced AFTER INSERT OR UPDATE ON agreement
  FOR EACH ROW EXECUTE FUNCTION announce_change('agreement', 'id');
CREATE TRIGGER alert_announced AFTER INSERT OR UPDATE ON alert
  FOR EACH ROW EXECUTE FUNCTION announce_change('alert', 'id');
CREATE TRIGGER audit_erasure_announced AFTER INSERT OR UPDATE OF state ON audit_erasure
  FOR EACH ROW EXECUTE FUNCTION announce_change('erasure', 'id');
CREATE TRIGGER authority_announced AFTER INSERT OR UPDATE ON authority
  FOR EACH ROW EXECUTE FUNCTION announce_change('authority', 'id');
CREATE TRIGGER roster_change_announced AFTER INSERT OR UPDATE ON roster_change
  FOR EACH ROW EXECUTE FUNCTION announce_change('roster', 'id');
CREATE TRIGGER roster_agreement_announced AFTER INSERT ON roster_agreement
  FOR EACH ROW EXECUTE FUNCTION announce_change('roster', 'change_id');

-- ---------------------------------------------------------------- Grants

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
