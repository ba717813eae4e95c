-- Notice to those whose data were disclosed (access.md "Release", ADR 0039). What waits is worked out from the
-- disclosures; a row is a person's word: it was sent, or it was withheld with a reason. Nothing else sends it.
CREATE TABLE subject_notice (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  participant_id text NOT NULL,
  state text NOT NULL,
  transactions uuid[] NOT NULL,
  groups text[] NOT NULL,
  first_at timestamptz(6) NOT NULL,
  last_at timestamptz(6) NOT NULL,
  reason text,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT subject_notice_pkey PRIMARY KEY (id)
);
CREATE INDEX subject_notice_request_id_idx ON subject_notice (request_id, participant_id, id);
CREATE INDEX subject_notice_participant_id_idx ON subject_notice (participant_id, id);
ALTER TABLE subject_notice ADD CONSTRAINT subject_notice_request_fkey FOREIGN KEY (request_id) REFERENCES access_request (id);
ALTER TABLE subject_notice ADD CONSTRAINT subject_notice_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
ALTER TABLE subject_notice ADD CONSTRAINT subject_notice_participant_fkey
  FOREIGN KEY (participant_id) REFERENCES participant (id);
ALTER TABLE subject_notice ADD CONSTRAINT subject_notice_state_known CHECK
  (state IN ('sent', 'withheld') AND (state = 'withheld') = (reason IS NOT NULL) AND cardinality(transactions) > 0);

-- A lawyer of neither side, about something that was opened, and not before a seal ends, whatever the portal believes.
CREATE FUNCTION subject_notice_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  whose uuid;
BEGIN
  SELECT u.organisation_id INTO whose FROM app_user u WHERE u.id = NEW.user_id AND u.tenant_id = NEW.tenant_id;
  IF whose IS NULL
     OR NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
       AND r.organisation_id <> whose AND r.requester_user_id <> NEW.user_id)
     OR EXISTS (SELECT 1 FROM participant p WHERE p.id = NEW.participant_id AND p.organisation_id = whose)
     OR NOT EXISTS (SELECT 1 FROM duty d WHERE d.user_id = NEW.user_id AND d.duty = 'legal')
     OR EXISTS (SELECT 1 FROM unnest(NEW.transactions) AS one WHERE NOT EXISTS (
       SELECT 1 FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
         JOIN transaction_participant p ON p.transaction_id = d.transaction_id
       WHERE g.request_id = NEW.request_id AND d.transaction_id = one AND d.outcome = 'done'
         AND p.participant_id = NEW.participant_id)) THEN
    RAISE EXCEPTION 'a notice tells of a disclosure, by the word of a lawyer of neither side' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'sent' AND EXISTS (SELECT 1 FROM legal_authorization a JOIN access_request r ON r.id = a.request_id
      WHERE r.id = NEW.request_id AND a.record_digest = r.authorization_digest AND a.sealed_until > NEW.at) THEN
    RAISE EXCEPTION 'a notice of what is sealed is sent to nobody' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION subject_notice_guard() FROM PUBLIC;
CREATE TRIGGER subject_notice_guard BEFORE INSERT ON subject_notice FOR EACH ROW EXECUTE FUNCTION subject_notice_guard();
ALTER TABLE subject_notice ENABLE ALWAYS TRIGGER subject_notice_guard;
CREATE CONSTRAINT TRIGGER subject_notice_complete AFTER INSERT OR UPDATE OR DELETE ON subject_notice
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('notice:id');
ALTER TABLE subject_notice ENABLE ALWAYS TRIGGER subject_notice_complete;
CREATE TRIGGER subject_notice_fixed BEFORE UPDATE OR DELETE ON subject_notice
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE subject_notice ENABLE ALWAYS TRIGGER subject_notice_fixed;
CREATE TRIGGER subject_notice_kept BEFORE TRUNCATE ON subject_notice FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE subject_notice ENABLE ALWAYS TRIGGER subject_notice_kept;

-- Whether an instrument and a purpose have a notice at all; the newest row counts, and without one the default
-- (lib/access/notices/rules.ts).
CREATE TABLE notice_rule (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  purpose text NOT NULL,
  notice text NOT NULL,
  reason text NOT NULL,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT notice_rule_pkey PRIMARY KEY (id)
);
CREATE INDEX notice_rule_tenant_id_idx ON notice_rule (tenant_id, kind, purpose, id);
ALTER TABLE notice_rule ADD CONSTRAINT notice_rule_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
ALTER TABLE notice_rule ADD CONSTRAINT notice_rule_notice_known CHECK (notice IN ('none', 'queued'));
CREATE CONSTRAINT TRIGGER notice_rule_complete AFTER INSERT OR UPDATE OR DELETE ON notice_rule
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('notice-rule:id');
ALTER TABLE notice_rule ENABLE ALWAYS TRIGGER notice_rule_complete;
CREATE TRIGGER notice_rule_fixed BEFORE UPDATE OR DELETE ON notice_rule
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE notice_rule ENABLE ALWAYS TRIGGER notice_rule_fixed;
CREATE TRIGGER notice_rule_kept BEFORE TRUNCATE ON notice_rule FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE notice_rule ENABLE ALWAYS TRIGGER notice_rule_kept;

-- Only what is sent is told: a withheld one is no news of anybody's.
ALTER TABLE notify_event DROP CONSTRAINT notify_event_kind_known;
ALTER TABLE notify_event ADD CONSTRAINT notify_event_kind_known CHECK
  (kind IN ('request', 'grant', 'dispute', 'rotation', 'key', 'epoch', 'hold', 'notice'));
CREATE CONSTRAINT TRIGGER subject_notice_told AFTER INSERT ON subject_notice DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION notify_change('notice', 'id', 'state');
ALTER TABLE subject_notice ENABLE ALWAYS TRIGGER subject_notice_told;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('notice.send', 'subject_notice', 'INSERT'), ('notice.withhold', 'subject_notice', 'INSERT'),
  ('notice.rule', 'notice_rule', 'INSERT');

GRANT SELECT, INSERT ON subject_notice, notice_rule TO sealport_app;
GRANT SELECT ON subject_notice, notice_rule TO sealport_auditor;
