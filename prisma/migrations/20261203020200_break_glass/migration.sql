-- Uses of break-glass (ADR 0028): masked values for an hour on one person's signed word, and another person's review of each.
CREATE TABLE emergency (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  holder_user_id uuid NOT NULL,
  reason text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  nonce text NOT NULL,
  began_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  review_by timestamptz(6) NOT NULL,
  CONSTRAINT emergency_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX emergency_nonce_key ON emergency (nonce);
CREATE INDEX emergency_holder_user_id_id_idx ON emergency (holder_user_id, id);
CREATE INDEX emergency_tenant_id_id_idx ON emergency (tenant_id, id);
ALTER TABLE emergency ADD CONSTRAINT emergency_reason_says_something CHECK (length(btrim(reason)) >= 20);
ALTER TABLE emergency ADD CONSTRAINT emergency_proof_known CHECK (proof_kind IN ('passkey', 'ed25519', 'evaluation'));

CREATE TABLE emergency_review (
  emergency_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  reviewer_user_id uuid NOT NULL,
  outcome text NOT NULL,
  comment text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  late boolean NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT emergency_review_pkey PRIMARY KEY (emergency_id)
);
ALTER TABLE emergency_review ADD CONSTRAINT emergency_review_emergency_fkey
  FOREIGN KEY (emergency_id) REFERENCES emergency (id);
ALTER TABLE emergency_review ADD CONSTRAINT emergency_review_outcome_known CHECK (outcome IN ('justified', 'unjustified'));
ALTER TABLE emergency_review ADD CONSTRAINT emergency_review_proof_known CHECK
  (proof_kind IN ('passkey', 'ed25519', 'evaluation'));

ALTER TABLE access_grant ADD COLUMN emergency_id uuid;
CREATE UNIQUE INDEX access_grant_emergency_id_key ON access_grant (emergency_id);
ALTER TABLE access_grant ADD CONSTRAINT access_grant_emergency_fkey FOREIGN KEY (emergency_id) REFERENCES emergency (id);
ALTER TABLE access_grant DROP CONSTRAINT grant_rests_on_one;
ALTER TABLE access_grant ADD CONSTRAINT grant_rests_on_one CHECK (num_nonnulls(request_id, dispute_id, emergency_id) = 1);
ALTER TABLE access_grant ADD CONSTRAINT grant_of_emergency_masked CHECK
  (emergency_id IS NULL OR (level = 'masked' AND purpose = 'support' AND authorization_id IS NULL AND max_exports = 0
    AND max_views <= 12 AND cardinality(transactions) <= 3 AND not_after <= not_before + interval '1 hour'));

-- A use is by an active person with the duty, and never while an earlier one that gave something waits for its review.
CREATE FUNCTION emergency_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- Two at once of one person come one after another.
  PERFORM 1 FROM app_user u WHERE u.id = NEW.holder_user_id FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM app_user u JOIN duty d ON d.user_id = u.id AND d.duty = 'break-glass'
      WHERE u.id = NEW.holder_user_id AND u.tenant_id = NEW.tenant_id AND u.state = 'active'
        AND u.handle = NEW.statement ->> 'requester' AND NEW.nonce = NEW.statement ->> 'nonce') THEN
    RAISE EXCEPTION 'break-glass is for those who hold it' USING ERRCODE = 'SP002';
  END IF;
  IF EXISTS (SELECT 1 FROM emergency e JOIN access_grant g ON g.emergency_id = e.id
      LEFT JOIN emergency_review r ON r.emergency_id = e.id
      WHERE e.holder_user_id = NEW.holder_user_id AND r.emergency_id IS NULL
        AND (g.state = 'pending' OR g.custodian_receipt IS NOT NULL)) THEN
    RAISE EXCEPTION 'an earlier use waits for its review' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION emergency_guard() FROM PUBLIC;
CREATE TRIGGER emergency_guard BEFORE INSERT ON emergency FOR EACH ROW EXECUTE FUNCTION emergency_guard();
ALTER TABLE emergency ENABLE ALWAYS TRIGGER emergency_guard;

-- A review is another person's, with a duty for it.
CREATE FUNCTION emergency_review_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM emergency e JOIN app_user u ON u.id = NEW.reviewer_user_id AND u.state = 'active'
      JOIN duty d ON d.user_id = u.id AND d.duty IN ('legal', 'approve', 'executive')
      WHERE e.id = NEW.emergency_id AND e.holder_user_id <> u.id AND u.handle = NEW.statement ->> 'reviewer') THEN
    RAISE EXCEPTION 'another person with a duty for it reviews a use of break-glass' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION emergency_review_guard() FROM PUBLIC;
CREATE TRIGGER emergency_review_guard BEFORE INSERT ON emergency_review
  FOR EACH ROW EXECUTE FUNCTION emergency_review_guard();
ALTER TABLE emergency_review ENABLE ALWAYS TRIGGER emergency_review_guard;

-- An emergency's grant is its holder's, and no wider than what was signed; what it rests on never changes.
CREATE FUNCTION access_grant_of_emergency() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.emergency_id IS DISTINCT FROM OLD.emergency_id THEN
      RAISE EXCEPTION 'a grant keeps what it rests on' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.emergency_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM emergency e
    WHERE e.id = NEW.emergency_id AND e.tenant_id = NEW.tenant_id AND e.holder_user_id = NEW.subject_user_id
      AND to_jsonb(NEW.transactions) <@ (e.statement -> 'transactions')
      AND to_jsonb(NEW.groups) <@ (e.statement -> 'groups')
      AND NEW.not_after <= (e.statement ->> 'not_after')::timestamptz) THEN
    RAISE EXCEPTION 'no use of break-glass allows this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_grant_of_emergency() FROM PUBLIC;
CREATE TRIGGER access_grant_of_emergency BEFORE INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_emergency();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_of_emergency;

-- Both tables only grow, and each row with its entry.
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT * FROM (VALUES ('emergency', 'emergency:id'), ('emergency_review', 'emergency:emergency_id')) AS v(name, subject) LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry(%L)',
      t.name || '_complete', t.name, t.subject);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', t.name || '_fixed', t.name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', t.name || '_kept', t.name);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t.name, t.name || '_complete');
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t.name, t.name || '_fixed');
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t.name, t.name || '_kept');
  END LOOP;
END $$;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('emergency.use', 'emergency', 'INSERT'), ('emergency.use', 'access_grant', 'INSERT'),
  ('emergency.review', 'emergency_review', 'INSERT');

GRANT SELECT, INSERT ON emergency, emergency_review TO sealport_app;
GRANT SELECT ON emergency, emergency_review TO sealport_auditor;
