-- Rules that the Prisma schema cannot say: defaults, partial indexes, the completeness trigger, append-only tables,
-- the request state machine, and the grants of each role. Group roles exist before this runs (lib/db/bootstrap-roles.ts).

-- ------------------------------------------------------------------ keys
CREATE UNIQUE INDEX key_version_one_active ON key_version (participant_id) WHERE state = 'active';
CREATE UNIQUE INDEX escrow_epoch_one_active ON escrow_epoch (tenant_id) WHERE state = 'active';
CREATE INDEX transaction_group_newest ON transaction_group (transaction_id, grp, gen DESC);

ALTER TABLE key_version ADD CONSTRAINT key_version_state_known CHECK
  (state IN ('pre_active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed'));
ALTER TABLE key_version ADD CONSTRAINT key_version_blob_where_managed CHECK
  (custody = 'client' OR state = 'destroyed' OR private_blob IS NOT NULL);

-- NIST SP 800-57 part 1, section 7: the allowed pairs of crypto.md, and no other.
CREATE FUNCTION key_version_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF (OLD.state, NEW.state) NOT IN (
    ('pre_active', 'active'), ('pre_active', 'destroyed'), ('active', 'suspended'), ('suspended', 'active'),
    ('active', 'deactivated'), ('active', 'compromised'), ('suspended', 'deactivated'), ('suspended', 'compromised'),
    ('deactivated', 'compromised'), ('deactivated', 'destroyed'), ('compromised', 'destroyed')) THEN
    RAISE EXCEPTION 'key state % to % is not allowed', OLD.state, NEW.state USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER key_version_state_guard BEFORE UPDATE OF state ON key_version
  FOR EACH ROW EXECUTE FUNCTION key_version_state_guard();

-- ------------------------------------------------------------------ transactions
ALTER TABLE transaction ADD CONSTRAINT transaction_status_known CHECK
  (status IN ('created', 'processing', 'completed', 'settled', 'failed', 'disputed'));

-- What a transaction is does not change after its making: only its status and holds do. The record digests bind
-- every group, so a new list would let another body stand in for a sealed one.
CREATE FUNCTION transaction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.tenant_id, NEW.job_id, NEW.submitter, NEW.confidential, NEW.participants, NEW.digest_list, NEW.rd,
      NEW.meta, NEW.plain, NEW.occurred_at, NEW.created_at, NEW.created_at_us, NEW.create_entry_id)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.job_id, OLD.submitter, OLD.confidential, OLD.participants, OLD.digest_list, OLD.rd,
      OLD.meta, OLD.plain, OLD.occurred_at, OLD.created_at, OLD.created_at_us, OLD.create_entry_id) THEN
    RAISE EXCEPTION 'a transaction keeps what it was made with' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transaction_guard BEFORE UPDATE ON transaction FOR EACH ROW EXECUTE FUNCTION transaction_guard();
ALTER TABLE transaction ENABLE ALWAYS TRIGGER transaction_guard;

-- A sealed body is never changed: a reseal is a new row of the next generation, a re-wrap moves entry_id only.
CREATE FUNCTION transaction_group_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'entry_id' IS DISTINCT FROM to_jsonb(OLD) - 'entry_id' THEN
    RAISE EXCEPTION 'a sealed group keeps its body' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transaction_group_guard BEFORE UPDATE ON transaction_group
  FOR EACH ROW EXECUTE FUNCTION transaction_group_guard();
ALTER TABLE transaction_group ENABLE ALWAYS TRIGGER transaction_group_guard;

-- ------------------------------------------------------------------ access
ALTER TABLE access_grant ADD CONSTRAINT grant_views_within_budget CHECK (views_used BETWEEN 0 AND max_views);
ALTER TABLE access_grant ADD CONSTRAINT grant_exports_within_budget CHECK (exports_used BETWEEN 0 AND max_exports);
ALTER TABLE access_grant ADD CONSTRAINT grant_has_time CHECK (not_before < not_after);
CREATE UNIQUE INDEX decision_once_per_person ON decision (request_id, approver_user_id) WHERE decision = 'approve';
CREATE SEQUENCE access_request_reference;

INSERT INTO request_transition (from_state, to_state, event) VALUES
  ('draft', 'submitted', 'submit'),
  ('submitted', 'document_check', 'check'),
  ('document_check', 'stage_1', 'checked'),
  ('document_check', 'draft', 'refuse_document'),
  ('stage_1', 'stage_2', 'approve'),
  ('stage_1', 'denied', 'deny'),
  ('stage_1', 'needs_information', 'ask'),
  ('stage_2', 'approved', 'approve'),
  ('stage_2', 'denied', 'deny'),
  ('stage_2', 'needs_information', 'ask'),
  ('needs_information', 'stage_1', 'answer'),
  ('approved', 'active', 'activate'),
  ('approved', 'revoked', 'revoke'),
  ('approved', 'denied', 'deny'),
  ('active', 'expired', 'expire'),
  ('active', 'revoked', 'revoke'),
  ('active', 'exhausted', 'exhaust'),
  ('expired', 'closed', 'close'),
  ('revoked', 'closed', 'close'),
  ('exhausted', 'closed', 'close'),
  ('denied', 'closed', 'close'),
  ('draft', 'withdrawn', 'withdraw'),
  ('submitted', 'withdrawn', 'withdraw'),
  ('stage_1', 'withdrawn', 'withdraw'),
  ('stage_2', 'withdrawn', 'withdraw'),
  ('needs_information', 'withdrawn', 'withdraw'),
  ('stage_1', 'overdue', 'overdue'),
  ('stage_2', 'overdue', 'overdue'),
  ('overdue', 'stage_1', 'resume'),
  ('overdue', 'stage_2', 'resume'),
  ('stage_1', 'expired_unreviewed', 'lapse'),
  ('stage_2', 'expired_unreviewed', 'lapse'),
  ('stage_1', 'extended', 'extend'),
  ('extended', 'stage_1', 'resume'),
  ('active', 'partial', 'answer_partly'),
  ('partial', 'active', 'resume'),
  ('stage_1', 'objected', 'object'),
  ('stage_2', 'objected', 'object'),
  ('objected', 'stage_1', 'resume');

CREATE FUNCTION access_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'an access request begins as a draft' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS
    (SELECT 1 FROM request_transition t WHERE t.from_state = OLD.state AND t.to_state = NEW.state) THEN
    RAISE EXCEPTION 'access request % to % is not allowed', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.transactions, NEW.groups, NEW.purpose, NEW.level, NEW.requester_user_id, NEW.digest)
     IS DISTINCT FROM (OLD.transactions, OLD.groups, OLD.purpose, OLD.level, OLD.requester_user_id, OLD.digest)
     AND NOT (OLD.digest IS NULL) THEN
    RAISE EXCEPTION 'what was asked does not change after submission' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_request_guard BEFORE INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_guard();

-- A grant only ever shrinks, and never comes back once revoked.
CREATE FUNCTION access_grant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.not_after > OLD.not_after OR NEW.not_before < OLD.not_before OR NEW.max_views > OLD.max_views
     OR NOT (NEW.transactions <@ OLD.transactions) OR NOT (NEW.groups <@ OLD.groups)
     OR NEW.level <> OLD.level OR NEW.subject_user_id <> OLD.subject_user_id OR NEW.purpose <> OLD.purpose
     OR NEW.views_used < OLD.views_used OR NEW.exports_used < OLD.exports_used OR NEW.max_exports > OLD.max_exports
     OR (NEW.id, NEW.tenant_id, NEW.request_id, NEW.authorization_id, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.request_id, OLD.authorization_id, OLD.created_at)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
     OR (OLD.state IN ('revoked', 'expired', 'exhausted') AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a grant may only be narrowed' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_grant_guard BEFORE UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_guard();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_guard;

-- ------------------------------------------------------------------ audit: entry and queue
-- xid names the writing transaction. It stands in no INSERT grant, and the trigger overwrites whatever is given.
CREATE FUNCTION audit_set_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_xid BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_set_xid();

-- The columns say what the bytes say: an entry of another log, or old bytes under a new id, vouch for nothing.
CREATE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said jsonb;
BEGIN
  BEGIN
    said := convert_from(NEW.bytes, 'UTF8')::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (NEW.id::text, NEW.log, NEW.at, NEW.class, NEW.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_says_so BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_says_so();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_says_so;
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_xid;
CREATE TRIGGER audit_queue_xid BEFORE INSERT ON audit_queue FOR EACH ROW EXECUTE FUNCTION audit_set_xid();
ALTER TABLE audit_queue ENABLE ALWAYS TRIGGER audit_queue_xid;

-- A queue row may speak only for an entry of its own transaction: an old entry vouches for nothing.
-- AFTER, since entry and queue row may come in one statement.
CREATE FUNCTION audit_queue_own_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = NEW.entry_id AND e.xid = NEW.xid) THEN
    RAISE EXCEPTION 'the queue row names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_queue_own_entry AFTER INSERT ON audit_queue
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_queue_own_entry();
ALTER TABLE audit_queue ENABLE ALWAYS TRIGGER audit_queue_own_entry;
CREATE INDEX audit_queue_by_xid ON audit_queue (xid, subject);

-- Every entry reaches the tree: one without a queue row cannot commit.
CREATE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry is not queued for the tree' USING ERRCODE = 'SP001';
  END IF;
  -- One database holds one log: once its head exists, an entry of another log would never get a leaf.
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS (SELECT 1 FROM audit_head h WHERE h.log = NEW.log) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_entry_is_queued AFTER INSERT ON audit_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_entry_is_queued();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_is_queued;

-- ------------------------------------------------------------------ audit: append-only
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_entry', 'audit_part', 'audit_leaf', 'audit_compartment', 'audit_action_rule', 'request_transition'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', t || '_fixed', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_fixed');
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', t || '_kept', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_kept');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['audit_queue', 'audit_checkpoint', 'audit_tile', 'audit_head'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', t || '_kept', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_kept');
  END LOOP;
END $$;

-- ------------------------------------------------------------------ audit: completeness
-- Arguments are '<prefix>:<column>'; any one of them may be the subject. The queue is asked, not the lasting entry
-- (transaction ids start again after a restore). It proves that an entry exists, not that it is true.
CREATE FUNCTION audit_require_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_json jsonb;
  subjects text[] := '{}';
  arg text;
BEGIN
  row_json := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
  IF TG_OP = 'UPDATE' AND row_json ->> 'id' IS DISTINCT FROM to_jsonb(OLD) ->> 'id' THEN
    RAISE EXCEPTION 'a row of % keeps its id', TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  FOREACH arg IN ARRAY TG_ARGV LOOP
    subjects := subjects || (split_part(arg, ':', 1) || ':' || coalesce(row_json ->> split_part(arg, ':', 2), ''));
  END LOOP;
  IF NOT EXISTS (
    SELECT 1 FROM audit_queue q JOIN audit_action_rule r ON r.action = q.action
    WHERE q.xid = pg_current_xact_id() AND q.subject = ANY (subjects)
      AND r.table_name = TG_TABLE_NAME AND r.op = TG_OP) THEN
    RAISE EXCEPTION '% on % has no audit entry', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION audit_watch(target text, VARIADIC args text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE quoted text;
BEGIN
  SELECT string_agg(quote_literal(a), ', ') INTO quoted FROM unnest(args) a;
  EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry(%s)',
    target || '_complete', target, quoted);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', target, target || '_complete');
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', target || '_kept', target);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', target, target || '_kept');
END $$;

SELECT audit_watch('tenant', 'tenant:id');
SELECT audit_watch('organisation', 'organisation:id');
SELECT audit_watch('agency', 'agency:id', 'organisation:organisation_id');
SELECT audit_watch('participant', 'participant:id');
SELECT audit_watch('app_user', 'user:id');
SELECT audit_watch('duty', 'user:user_id');
SELECT audit_watch('membership', 'user:user_id');
SELECT audit_watch('invitation', 'invitation:id');
SELECT audit_watch('credential', 'credential:id', 'user:user_id');
SELECT audit_watch('identity_check', 'user:officer_user_id');
SELECT audit_watch('key_version', 'key:id');
SELECT audit_watch('escrow_epoch', 'escrow_epoch:epoch');
SELECT audit_watch('wrap', 'transaction:transaction_id', 'rotation_batch:rotation_batch_id');
SELECT audit_watch('transaction', 'transaction:id');
SELECT audit_watch('transaction_participant', 'transaction:transaction_id');
SELECT audit_watch('transaction_group', 'transaction:transaction_id', 'rotation_batch:entry_id');
SELECT audit_watch('transaction_version', 'transaction:transaction_id');
SELECT audit_watch('dispute', 'dispute:id');
SELECT audit_watch('dispute_note', 'dispute:dispute_id');
SELECT audit_watch('access_request', 'request:id');
SELECT audit_watch('legal_authorization', 'authorization:id', 'request:request_id');
SELECT audit_watch('document', 'document:id', 'request:request_id');
SELECT audit_watch('decision', 'decision:id', 'request:request_id');
SELECT audit_watch('access_grant', 'grant:id');
SELECT audit_watch('disclosure', 'disclosure:id');
SELECT audit_watch('preservation', 'preservation:id');
SELECT audit_watch('policy_version', 'policy:id');
DROP FUNCTION audit_watch(text, text[]);

-- API keys: the time of last use is not an act of its own, everything else is.
CREATE CONSTRAINT TRIGGER api_key_complete AFTER INSERT OR DELETE OR UPDATE OF
  user_id, prefix, secret_hash, scopes, addresses, signing_key, expires_at, revoked_at ON api_key
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('api_key:id', 'user:user_id');
ALTER TABLE api_key ENABLE ALWAYS TRIGGER api_key_complete;

INSERT INTO audit_action_rule (action, table_name, op)
SELECT a.action, t.table_name, o.op FROM (VALUES
  ('tenant.create', 'tenant', 'INSERT'),
  ('organisation.create', 'organisation', 'INSERT'), ('organisation.change', 'organisation', 'UPDATE'),
  ('organisation.create', 'agency', 'INSERT'), ('organisation.change', 'agency', 'INSERT UPDATE'),
  ('participant.create', 'participant', 'INSERT'), ('participant.change', 'participant', 'UPDATE'),
  ('user.create', 'app_user', 'INSERT'), ('user.change', 'app_user', 'UPDATE'), ('user.deactivate', 'app_user', 'UPDATE'),
  ('user.create', 'duty', 'INSERT'), ('duty.grant', 'duty', 'INSERT'), ('duty.revoke', 'duty', 'DELETE'),
  ('user.create', 'membership', 'INSERT'), ('user.change', 'membership', 'INSERT UPDATE DELETE'),
  ('invitation.create', 'invitation', 'INSERT'), ('invitation.use', 'invitation', 'UPDATE'),
  ('user.create', 'credential', 'INSERT'), ('credential.create', 'credential', 'INSERT'),
  ('credential.use', 'credential', 'UPDATE'), ('credential.revoke', 'credential', 'UPDATE DELETE'),
  ('identity.check', 'identity_check', 'INSERT'),
  ('api_key.create', 'api_key', 'INSERT'), ('api_key.change', 'api_key', 'UPDATE'), ('api_key.revoke', 'api_key', 'UPDATE'),
  ('key.register', 'key_version', 'INSERT'), ('key.state', 'key_version', 'UPDATE'), ('key.rotate', 'key_version', 'INSERT UPDATE'),
  ('escrow.epoch', 'escrow_epoch', 'INSERT UPDATE'),
  ('transaction.create', 'wrap', 'INSERT'), ('transaction.reseal', 'wrap', 'INSERT DELETE'),
  ('transaction.rewrap', 'wrap', 'INSERT UPDATE DELETE'),
  ('transaction.create', 'transaction', 'INSERT'), ('transaction.status', 'transaction', 'UPDATE'),
  ('transaction.reseal', 'transaction', 'UPDATE'), ('transaction.hold', 'transaction', 'UPDATE'),
  ('transaction.create', 'transaction_participant', 'INSERT'),
  ('transaction.create', 'transaction_group', 'INSERT'), ('transaction.reseal', 'transaction_group', 'INSERT UPDATE'),
  ('transaction.rewrap', 'transaction_group', 'UPDATE'),
  ('transaction.create', 'transaction_version', 'INSERT'), ('transaction.status', 'transaction_version', 'INSERT'),
  ('dispute.open', 'dispute', 'INSERT'), ('dispute.resolve', 'dispute', 'UPDATE'), ('dispute.note', 'dispute_note', 'INSERT'),
  ('request.create', 'access_request', 'INSERT'), ('request.change', 'access_request', 'UPDATE'),
  ('request.submit', 'access_request', 'UPDATE'), ('request.decide', 'access_request', 'UPDATE'),
  ('request.withdraw', 'access_request', 'UPDATE'), ('request.expire', 'access_request', 'UPDATE'),
  ('request.activate', 'access_request', 'UPDATE'),
  ('grant.revoke', 'access_request', 'UPDATE'), ('grant.end', 'access_request', 'UPDATE'),
  ('authorization.attach', 'legal_authorization', 'INSERT'), ('authorization.state', 'legal_authorization', 'UPDATE'),
  ('request.submit', 'legal_authorization', 'UPDATE'), ('request.decide', 'legal_authorization', 'UPDATE'),
  ('request.activate', 'legal_authorization', 'UPDATE'),
  ('authorization.attach', 'document', 'INSERT'), ('document.scan', 'document', 'UPDATE'),
  ('request.decide', 'decision', 'INSERT'),
  ('grant.create', 'access_grant', 'INSERT'), ('grant.create', 'access_grant', 'UPDATE'), ('request.decide', 'access_grant', 'INSERT'),
  ('grant.revoke', 'access_grant', 'UPDATE'), ('grant.end', 'access_grant', 'UPDATE'),
  ('disclosure.open', 'access_grant', 'UPDATE'), ('audit.export', 'access_grant', 'UPDATE'),
  ('disclosure.open', 'disclosure', 'INSERT UPDATE'),
  ('preservation.create', 'preservation', 'INSERT'), ('preservation.release', 'preservation', 'UPDATE'),
  ('policy.change', 'policy_version', 'INSERT UPDATE')
) AS a(action, table_name, ops)
CROSS JOIN LATERAL (SELECT a.table_name) AS t
CROSS JOIN LATERAL unnest(string_to_array(a.ops, ' ')) AS o(op);

-- ------------------------------------------------------------------ roles
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sealport_app, sealport_sequencer, sealport_retention, sealport_signer,
  sealport_custodian, sealport_auditor, sealport_jobs;

DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT LIKE 'audit\_%' AND tablename NOT IN ('_prisma_migrations', 'request_transition') LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sealport_app', t);
  END LOOP;
END $$;
GRANT SELECT ON request_transition, audit_action_rule TO sealport_app;
-- What was asked, said and decided stays visible for ever; nonces and registrations are never forgotten.
REVOKE UPDATE, DELETE ON request_event, transaction_version, identity_check, decision, dispute_note FROM sealport_app;
REVOKE DELETE ON opening, statement_nonce, escrow_registration, key_rotation, disclosure, access_grant,
  access_request, legal_authorization, document, transaction, transaction_participant, transaction_group, key_version,
  escrow_epoch, dispute, preservation, policy_version, tenant, participant, app_user FROM sealport_app;
REVOKE UPDATE ON opening, statement_nonce, transaction_participant, document FROM sealport_app;
GRANT UPDATE (used_at, reply_key) ON opening TO sealport_app;
GRANT UPDATE (used_at) ON statement_nonce TO sealport_app;
GRANT UPDATE (scan) ON document TO sealport_app;
CREATE TRIGGER request_event_fixed BEFORE UPDATE OR DELETE ON request_event
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE request_event ENABLE ALWAYS TRIGGER request_event_fixed;
GRANT USAGE ON SEQUENCE access_request_reference TO sealport_app;
GRANT USAGE ON SEQUENCE audit_queue_id_seq TO sealport_app;
GRANT SELECT ON audit_head, audit_entry, audit_part, audit_compartment, audit_queue, audit_leaf, audit_tile,
  audit_checkpoint, audit_index TO sealport_app;
GRANT INSERT (id, log, tenant_id, at, class, outcome, bytes) ON audit_entry TO sealport_app;
GRANT INSERT ON audit_part, audit_compartment, audit_index TO sealport_app;
GRANT INSERT (entry_id, tenant_id, subject, action) ON audit_queue TO sealport_app;
GRANT SELECT, INSERT, UPDATE ON audit_verification, audit_export TO sealport_app;
GRANT SELECT ON _prisma_migrations TO sealport_app;

GRANT SELECT ON audit_entry, audit_queue, audit_leaf, audit_tile, audit_head, audit_checkpoint TO sealport_sequencer;
GRANT INSERT ON audit_leaf, audit_tile, audit_head, audit_checkpoint TO sealport_sequencer;
GRANT UPDATE ON audit_tile, audit_head TO sealport_sequencer;
GRANT UPDATE (note, witnesses, time_stamp) ON audit_checkpoint TO sealport_sequencer;
GRANT DELETE ON audit_queue TO sealport_sequencer;

GRANT SELECT ON audit_entry, audit_leaf, audit_head, audit_checkpoint TO sealport_signer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO sealport_auditor;
REVOKE SELECT ON credential, api_key, auth_session, invitation, idempotency_record FROM sealport_auditor;
GRANT SELECT ON transaction, transaction_group, wrap, access_request, legal_authorization, decision, access_grant,
  escrow_epoch, audit_entry, audit_part, audit_leaf, audit_head TO sealport_custodian;
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO sealport_jobs;
