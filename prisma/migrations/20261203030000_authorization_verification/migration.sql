-- How far a legal authority was verified stands in rows of its own: its state moves on and would say nothing of it.
CREATE TABLE authorization_verification (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  occasion text NOT NULL,
  method text NOT NULL,
  indication text NOT NULL,
  sub_indication text,
  report jsonb NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT authorization_verification_pkey PRIMARY KEY (id)
);
CREATE INDEX authorization_verification_authorization_id_id_idx ON authorization_verification (authorization_id, id);
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_authorization_fkey
  FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id);
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_occasion_known CHECK
  (occasion IN ('attach', 'submit', 'decide'));
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_method_known CHECK
  (method IN ('paper', 'jws', 'cms', 'pades'));
-- Paper is attested and nothing else is; the other words are those of EN 319 102-1.
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_words CHECK
  (indication IN ('ATTESTED', 'TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE')
   AND (method = 'paper') = (indication = 'ATTESTED')
   AND (indication IN ('ATTESTED', 'TOTAL-PASSED')) = (sub_indication IS NULL));

-- What was decided before this table by two matching readings was attested so.
INSERT INTO authorization_verification (id, tenant_id, authorization_id, request_id, occasion, method, indication, report, at)
  SELECT gen_random_uuid(), a.tenant_id, a.id, a.request_id, 'decide', 'paper', 'ATTESTED', '{"kept_from": "state"}', CURRENT_TIMESTAMP
  FROM legal_authorization a WHERE a.state IN ('approved', 'active');

-- A row is of the authority's own request; an attestation takes two people who have read the order and approved.
-- They are the two deciders, or the two executives who release what is overdue (ADR 0027).
CREATE FUNCTION authorization_verification_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE readers integer := 0;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM legal_authorization a WHERE a.id = NEW.authorization_id
      AND a.request_id = NEW.request_id AND a.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'a verification is of the legal authority of its request' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.indication <> 'ATTESTED' THEN RETURN NEW; END IF;
  SELECT count(DISTINCT d.approver_user_id) INTO readers FROM decision d
    WHERE d.request_id = NEW.request_id AND d.decision = 'approve' AND d.confirms IS NOT NULL;
  IF readers < 2 AND to_regclass('public.executive_release_word') IS NOT NULL THEN
    EXECUTE 'SELECT coalesce(max(n), 0) FROM (SELECT count(DISTINCT w.user_id) AS n FROM executive_release_word w
      WHERE w.request_id = $1 AND w.confirms IS NOT NULL GROUP BY w.release_id) AS words' INTO readers USING NEW.request_id;
  END IF;
  IF readers < 2 THEN
    RAISE EXCEPTION 'a paper order is attested by two who have read it' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION authorization_verification_guard() FROM PUBLIC;
CREATE TRIGGER authorization_verification_guard BEFORE INSERT ON authorization_verification
  FOR EACH ROW EXECUTE FUNCTION authorization_verification_guard();
ALTER TABLE authorization_verification ENABLE ALWAYS TRIGGER authorization_verification_guard;
CREATE CONSTRAINT TRIGGER authorization_verification_complete AFTER INSERT OR UPDATE OR DELETE ON authorization_verification
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION audit_require_entry('authorization:authorization_id', 'request:request_id');
ALTER TABLE authorization_verification ENABLE ALWAYS TRIGGER authorization_verification_complete;
CREATE TRIGGER authorization_verification_fixed BEFORE UPDATE OR DELETE ON authorization_verification
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authorization_verification ENABLE ALWAYS TRIGGER authorization_verification_fixed;
CREATE TRIGGER authorization_verification_kept BEFORE TRUNCATE ON authorization_verification
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authorization_verification ENABLE ALWAYS TRIGGER authorization_verification_kept;

-- The life of a legal authority (access.md "Authorizations"). Nothing is approved that was neither verified nor attested.
CREATE FUNCTION legal_authorization_is_draft() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'a legal authority begins as a draft' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION legal_authorization_is_draft() FROM PUBLIC;
CREATE TRIGGER legal_authorization_is_draft BEFORE INSERT ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_is_draft();
ALTER TABLE legal_authorization ENABLE ALWAYS TRIGGER legal_authorization_is_draft;

CREATE OR REPLACE FUNCTION legal_authorization_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  live constant text[] := ARRAY['submitted', 'signature_verified', 'legal_review', 'attested', 'approved', 'active'];
  ended constant text[] := ARRAY['exhausted', 'expired', 'revoked', 'suspended'];
  needed text;
BEGIN
  IF to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'a legal authority keeps its record' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF NOT ((OLD.state, NEW.state) IN (('draft', 'submitted'), ('submitted', 'signature_verified'), ('submitted', 'legal_review'),
        ('signature_verified', 'legal_review'), ('legal_review', 'attested'), ('legal_review', 'approved'),
        ('attested', 'approved'), ('approved', 'active'), ('active', 'exhausted'), ('suspended', 'revoked'))
      OR (OLD.state = ANY (live) AND NEW.state IN ('expired', 'revoked', 'suspended', 'closed'))
      OR (OLD.state = ANY (ended) AND NEW.state = 'closed')) THEN
    RAISE EXCEPTION 'a legal authority that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  needed := CASE
    WHEN NEW.state = 'signature_verified' THEN 'TOTAL-PASSED'
    WHEN NEW.state = 'attested' THEN 'ATTESTED'
    WHEN NEW.state = 'approved' AND OLD.state = 'legal_review' THEN 'TOTAL-PASSED' END;
  IF needed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM authorization_verification v
      WHERE v.authorization_id = NEW.id AND v.indication = needed) THEN
    RAISE EXCEPTION 'a legal authority is neither verified nor attested by being called so' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION legal_authorization_guard() FROM PUBLIC;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('authorization.attach', 'authorization_verification', 'INSERT'),
  ('request.submit', 'authorization_verification', 'INSERT'),
  ('request.decide', 'authorization_verification', 'INSERT'),
  ('request.continue', 'authorization_verification', 'INSERT'),
  ('request.release', 'authorization_verification', 'INSERT'),
  ('authorization.suspend', 'legal_authorization', 'UPDATE'),
  ('authorization.revoke', 'legal_authorization', 'UPDATE');

GRANT SELECT, INSERT ON authorization_verification TO sealport_app;
GRANT SELECT ON authorization_verification TO sealport_auditor;
