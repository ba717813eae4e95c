-- Beside keys: certificates of authorities that sign by certificate, and their revocation lists. Nothing is ever fetched.
ALTER TABLE authority ALTER COLUMN kid DROP NOT NULL, ALTER COLUMN public_key DROP NOT NULL, ADD COLUMN certificate bytea;
ALTER TABLE authority DROP CONSTRAINT authority_kind_known;
ALTER TABLE authority ADD CONSTRAINT authority_kind_known CHECK
  ((kind = 'key' AND kid IS NOT NULL AND public_key IS NOT NULL AND certificate IS NULL)
   OR (kind = 'anchor' AND kid IS NULL AND public_key IS NULL AND certificate IS NOT NULL));
-- One certificate may be the anchor of several issuers, once for each; what has ended does not come back.
CREATE UNIQUE INDEX authority_anchor_key ON authority (tenant_id, digest, issuer, jurisdiction)
  WHERE kind = 'anchor' AND state <> 'withdrawn';

CREATE TABLE authority_crl (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  authority_id uuid NOT NULL,
  -- Who signed the list: the anchor, or one under it, whose certificate then stands here too.
  issuer_digest text NOT NULL,
  issuer text NOT NULL,
  issuer_certificate bytea,
  list bytea NOT NULL,
  sha256 text NOT NULL,
  number text,
  this_update timestamptz(6) NOT NULL,
  next_update timestamptz(6) NOT NULL,
  uploaded_by uuid NOT NULL,
  uploaded_at timestamptz(6) NOT NULL,
  CONSTRAINT authority_crl_pkey PRIMARY KEY (id),
  CONSTRAINT authority_crl_times CHECK (this_update < next_update)
);
CREATE UNIQUE INDEX authority_crl_one ON authority_crl (authority_id, issuer_digest, sha256);
CREATE INDEX authority_crl_newest ON authority_crl (authority_id, issuer_digest, this_update);
ALTER TABLE authority_crl ADD CONSTRAINT authority_crl_authority_fkey FOREIGN KEY (authority_id) REFERENCES authority (id);

CREATE FUNCTION authority_crl_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM authority a WHERE a.id = NEW.authority_id AND a.tenant_id = NEW.tenant_id
      AND a.kind = 'anchor' AND a.state = 'confirmed') THEN
    RAISE EXCEPTION 'a revocation list is of a trust anchor that two people registered' USING ERRCODE = 'SP003';
  END IF;
  IF EXISTS (SELECT 1 FROM authority_crl c WHERE c.authority_id = NEW.authority_id
      AND c.issuer_digest = NEW.issuer_digest AND c.this_update > NEW.this_update) THEN
    RAISE EXCEPTION 'a revocation list does not go back' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION authority_crl_guard() FROM PUBLIC;
CREATE TRIGGER authority_crl_guard BEFORE INSERT ON authority_crl FOR EACH ROW EXECUTE FUNCTION authority_crl_guard();
ALTER TABLE authority_crl ENABLE ALWAYS TRIGGER authority_crl_guard;
CREATE CONSTRAINT TRIGGER authority_crl_complete AFTER INSERT OR UPDATE OR DELETE ON authority_crl
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('authority:authority_id');
ALTER TABLE authority_crl ENABLE ALWAYS TRIGGER authority_crl_complete;
CREATE TRIGGER authority_crl_fixed BEFORE UPDATE OR DELETE ON authority_crl
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authority_crl ENABLE ALWAYS TRIGGER authority_crl_fixed;
CREATE TRIGGER authority_crl_kept BEFORE TRUNCATE ON authority_crl
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authority_crl ENABLE ALWAYS TRIGGER authority_crl_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES ('authority.crl', 'authority_crl', 'INSERT');

GRANT SELECT, INSERT ON authority_crl TO sealport_app;
GRANT SELECT ON authority_crl TO sealport_auditor;
