-- What is overdue is released by two executives (ADR 0027): the terms that both sign, and their two words.
CREATE TABLE executive_release (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  terms jsonb NOT NULL,
  nonce text NOT NULL,
  reason text NOT NULL,
  proposed_by uuid NOT NULL,
  proposed_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sign_until timestamptz(6) NOT NULL,
  CONSTRAINT executive_release_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX executive_release_nonce_key ON executive_release (nonce);
CREATE INDEX executive_release_request_id_id_idx ON executive_release (request_id, id);
ALTER TABLE executive_release ADD CONSTRAINT executive_release_request_fkey
  FOREIGN KEY (request_id) REFERENCES access_request (id);

CREATE TABLE executive_release_word (
  release_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  person text NOT NULL,
  comment text NOT NULL,
  confirms jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT executive_release_word_pkey PRIMARY KEY (release_id, user_id)
);
CREATE UNIQUE INDEX executive_release_word_release_id_person_key ON executive_release_word (release_id, person);
ALTER TABLE executive_release_word ADD CONSTRAINT executive_release_word_release_fkey
  FOREIGN KEY (release_id) REFERENCES executive_release (id);
ALTER TABLE executive_release_word ADD CONSTRAINT executive_release_word_proof_known CHECK
  (proof_kind IN ('passkey', 'ed25519', 'evaluation'));

-- `release_end`: what an executive or its holder signed to end a released grant before its time.
ALTER TABLE access_grant ADD COLUMN release_id uuid, ADD COLUMN release_end jsonb;
CREATE UNIQUE INDEX access_grant_release_id_key ON access_grant (release_id);
ALTER TABLE access_grant ADD CONSTRAINT access_grant_release_fkey
  FOREIGN KEY (release_id) REFERENCES executive_release (id);
ALTER TABLE access_grant ADD CONSTRAINT grant_of_release_of_request CHECK
  (release_id IS NULL OR (request_id IS NOT NULL AND authorization_id IS NOT NULL));

-- Only what is overdue is proposed.
CREATE FUNCTION executive_release_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
      AND r.state = 'overdue' AND r.digest = NEW.terms ->> 'request_digest' AND NEW.nonce = NEW.terms ->> 'nonce') THEN
    RAISE EXCEPTION 'executives release what is overdue' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION executive_release_guard() FROM PUBLIC;
CREATE TRIGGER executive_release_guard BEFORE INSERT ON executive_release
  FOR EACH ROW EXECUTE FUNCTION executive_release_guard();
ALTER TABLE executive_release ENABLE ALWAYS TRIGGER executive_release_guard;

-- A word is an active executive's of another organisation than the requester's, as long as the request is overdue.
CREATE FUNCTION executive_release_word_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM executive_release e JOIN access_request r ON r.id = e.request_id
      JOIN app_user u ON u.id = NEW.user_id AND u.handle = NEW.person AND u.state = 'active'
      JOIN duty d ON d.user_id = u.id AND d.duty = 'executive'
      WHERE e.id = NEW.release_id AND r.id = NEW.request_id AND r.state = 'overdue'
        AND u.id <> r.requester_user_id AND u.organisation_id <> r.organisation_id) THEN
    RAISE EXCEPTION 'an executive of another organisation releases what is overdue' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION executive_release_word_guard() FROM PUBLIC;
CREATE TRIGGER executive_release_word_guard BEFORE INSERT ON executive_release_word
  FOR EACH ROW EXECUTE FUNCTION executive_release_word_guard();
ALTER TABLE executive_release_word ENABLE ALWAYS TRIGGER executive_release_word_guard;

-- A released grant has two words behind it and is no wider than the terms; what it rests on never changes.
CREATE FUNCTION access_grant_of_release() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.release_id IS DISTINCT FROM OLD.release_id THEN
      RAISE EXCEPTION 'a grant keeps what it rests on' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.release_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM executive_release e
    WHERE e.id = NEW.release_id AND e.request_id = NEW.request_id
      AND (SELECT count(DISTINCT w.user_id) FROM executive_release_word w WHERE w.release_id = e.id) = 2
      AND to_jsonb(NEW.transactions) <@ (e.terms -> 'transactions') AND to_jsonb(NEW.groups) <@ (e.terms -> 'groups')
      AND NEW.level = e.terms ->> 'level' AND NEW.purpose = e.terms ->> 'purpose'
      AND NEW.not_before >= (e.terms ->> 'not_before')::timestamptz
      AND NEW.not_after <= (e.terms ->> 'not_after')::timestamptz
      AND NEW.max_views <= (e.terms ->> 'max_views')::int) THEN
    RAISE EXCEPTION 'no two executives released this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_grant_of_release() FROM PUBLIC;
CREATE TRIGGER access_grant_of_release BEFORE INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_release();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_of_release;

-- While terms wait for two words nobody decides, extends or asks: no other path leads away from what executives release.
CREATE FUNCTION access_request_release_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state = 'overdue' AND NEW.state NOT IN ('overdue', 'approved', 'withdrawn') AND EXISTS
    (SELECT 1 FROM executive_release e WHERE e.request_id = NEW.id AND e.sign_until > now()) THEN
    RAISE EXCEPTION 'executives are releasing this request' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_request_release_guard() FROM PUBLIC;
CREATE TRIGGER access_request_release_guard BEFORE UPDATE OF state ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_release_guard();
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_release_guard;

-- Both tables only grow, and each row with its entry.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['executive_release', 'executive_release_word'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry(%L)',
      t || '_complete', t, 'request:request_id');
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', t || '_fixed', t);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', t || '_kept', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_complete');
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_fixed');
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_kept');
  END LOOP;
END $$;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('request.propose-release', 'executive_release', 'INSERT'),
  ('request.release', 'executive_release_word', 'INSERT'), ('request.release', 'access_request', 'UPDATE'),
  ('request.release', 'access_grant', 'INSERT'), ('request.release', 'legal_authorization', 'UPDATE'),
  ('request.release', 'request_event', 'INSERT'), ('grant.end-release', 'request_event', 'INSERT'),
  ('grant.end-release', 'access_grant', 'UPDATE'), ('grant.end-release', 'access_request', 'UPDATE');

GRANT SELECT, INSERT ON executive_release, executive_release_word TO sealport_app;
GRANT SELECT ON executive_release, executive_release_word TO sealport_auditor;
