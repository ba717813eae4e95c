-- What a scanner says of a document (access.md "Document intake"): not scanned, pending, clean, infected. A document in
-- which it found something is put where no login of the program reads: its sealed bytes leave the row with the word.
ALTER TABLE document ADD CONSTRAINT document_scan_known CHECK (scan IN ('not scanned', 'pending', 'clean', 'infected'));
CREATE INDEX document_pending ON document (tenant_id, id) WHERE scan = 'pending';

CREATE TABLE document_quarantine (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  dek_sealed bytea NOT NULL,
  iv bytea NOT NULL,
  ciphertext bytea NOT NULL,
  tag bytea NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT document_quarantine_pkey PRIMARY KEY (id)
);
CREATE CONSTRAINT TRIGGER document_quarantine_complete AFTER INSERT OR UPDATE OR DELETE ON document_quarantine
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('document:id');
ALTER TABLE document_quarantine ENABLE ALWAYS TRIGGER document_quarantine_complete;
CREATE TRIGGER document_quarantine_fixed BEFORE UPDATE OR DELETE ON document_quarantine
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE document_quarantine ENABLE ALWAYS TRIGGER document_quarantine_fixed;
CREATE TRIGGER document_quarantine_kept BEFORE TRUNCATE ON document_quarantine
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE document_quarantine ENABLE ALWAYS TRIGGER document_quarantine_kept;
REVOKE ALL ON document_quarantine FROM PUBLIC, sealport_app, sealport_sequencer, sealport_retention, sealport_signer,
  sealport_custodian, sealport_auditor, sealport_jobs;
-- What is put there, the program does not see again.
GRANT INSERT (id, tenant_id, request_id, dek_sealed, iv, ciphertext, tag) ON document_quarantine TO sealport_app;

-- A word is given once, to a document that waits for it: nothing becomes clean that a scanner called otherwise, or that
-- none was asked about.
CREATE FUNCTION document_scan_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.scan = OLD.scan THEN RETURN NEW; END IF;
    IF OLD.scan <> 'pending' OR NEW.scan NOT IN ('clean', 'infected') THEN
      RAISE EXCEPTION 'a document that is % does not become %', OLD.scan, NEW.scan USING ERRCODE = 'SP002';
    END IF;
  END IF;
  IF NEW.scan = 'infected' THEN
    INSERT INTO document_quarantine (id, tenant_id, request_id, dek_sealed, iv, ciphertext, tag)
      VALUES (NEW.id, NEW.tenant_id, NEW.request_id, NEW.dek_sealed, NEW.iv, NEW.ciphertext, NEW.tag);
    NEW.dek_sealed := ''::bytea;
    NEW.iv := ''::bytea;
    NEW.ciphertext := ''::bytea;
    NEW.tag := ''::bytea;
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION document_scan_guard() FROM PUBLIC;
CREATE TRIGGER document_scan_guard BEFORE INSERT OR UPDATE ON document
  FOR EACH ROW EXECUTE FUNCTION document_scan_guard();
ALTER TABLE document ENABLE ALWAYS TRIGGER document_scan_guard;
-- Pages of the request are told when the scanner has spoken.
CREATE TRIGGER document_announced AFTER UPDATE OF scan ON document
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'request_id');

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('document.scan', 'access_request', 'UPDATE'), ('document.scan', 'request_event', 'INSERT'),
  ('document.quarantine', 'document', 'INSERT'), ('document.quarantine', 'document', 'UPDATE'),
  ('document.quarantine', 'document_quarantine', 'INSERT'),
  ('document.quarantine', 'access_request', 'UPDATE'), ('document.quarantine', 'request_event', 'INSERT');

-- Whoever waits for the scanner may take the request back.
INSERT INTO request_transition (from_state, to_state, event) VALUES ('document_check', 'withdrawn', 'withdraw')
  ON CONFLICT DO NOTHING;
