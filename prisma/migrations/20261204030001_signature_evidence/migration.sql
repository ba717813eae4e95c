-- What a look at a signature rested on, kept as it came: the CMS beside the document, and every revocation list that was
-- looked at. Sealed as documents are, each under a key of its own: a list tells whose order it is.
CREATE TABLE authorization_evidence (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  kind text NOT NULL,
  sha256 text NOT NULL,
  bytes integer NOT NULL,
  dek_sealed bytea NOT NULL,
  iv bytea NOT NULL,
  ciphertext bytea NOT NULL,
  tag bytea NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT authorization_evidence_pkey PRIMARY KEY (id),
  CONSTRAINT authorization_evidence_kind_known CHECK (kind IN ('cms', 'crl'))
);
CREATE UNIQUE INDEX authorization_evidence_once ON authorization_evidence (authorization_id, kind, sha256);
CREATE UNIQUE INDEX authorization_evidence_one_cms ON authorization_evidence (authorization_id) WHERE kind = 'cms';
ALTER TABLE authorization_evidence ADD CONSTRAINT authorization_evidence_authorization_fkey
  FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id);

CREATE FUNCTION authorization_evidence_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM legal_authorization a WHERE a.id = NEW.authorization_id
      AND a.request_id = NEW.request_id AND a.tenant_id = NEW.tenant_id
      AND (NEW.kind <> 'cms' OR (a.state = 'draft' AND a.record -> 'signature' ->> 'sha256' = NEW.sha256))) THEN
    RAISE EXCEPTION 'evidence is of the legal authority of its request, and its signature the one of its record' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION authorization_evidence_guard() FROM PUBLIC;
CREATE TRIGGER authorization_evidence_guard BEFORE INSERT ON authorization_evidence
  FOR EACH ROW EXECUTE FUNCTION authorization_evidence_guard();
ALTER TABLE authorization_evidence ENABLE ALWAYS TRIGGER authorization_evidence_guard;
CREATE CONSTRAINT TRIGGER authorization_evidence_complete AFTER INSERT OR UPDATE OR DELETE ON authorization_evidence
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION audit_require_entry('authorization:authorization_id', 'request:request_id');
ALTER TABLE authorization_evidence ENABLE ALWAYS TRIGGER authorization_evidence_complete;
CREATE TRIGGER authorization_evidence_fixed BEFORE UPDATE OR DELETE ON authorization_evidence
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authorization_evidence ENABLE ALWAYS TRIGGER authorization_evidence_fixed;
CREATE TRIGGER authorization_evidence_kept BEFORE TRUNCATE ON authorization_evidence
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authorization_evidence ENABLE ALWAYS TRIGGER authorization_evidence_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('authorization.attach', 'authorization_evidence', 'INSERT'),
  ('request.submit', 'authorization_evidence', 'INSERT'),
  ('request.decide', 'authorization_evidence', 'INSERT'),
  ('request.continue', 'authorization_evidence', 'INSERT'),
  ('request.release', 'authorization_evidence', 'INSERT');

GRANT SELECT, INSERT ON authorization_evidence TO sealport_app;
