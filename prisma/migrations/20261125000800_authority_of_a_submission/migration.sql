-- Submission freezes the legal authority with what was asked: its record's digest stands in the request, nothing is
-- attached afterwards, and what was attached keeps its record.
ALTER TABLE access_request ADD COLUMN authorization_digest text;
ALTER TABLE access_request DISABLE TRIGGER access_request_complete;
UPDATE access_request r SET authorization_digest =
  (SELECT a.record_digest FROM legal_authorization a WHERE a.request_id = r.id ORDER BY a.id DESC LIMIT 1)
  WHERE r.digest IS NOT NULL;
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_complete;

CREATE FUNCTION access_request_authority_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND NEW.authorization_digest IS DISTINCT FROM OLD.authorization_digest THEN
    RAISE EXCEPTION 'the legal authority does not change after submission' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_request_authority_guard BEFORE UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_authority_guard();
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_authority_guard;

-- The request's row is locked, so that a submission that has begun is waited for and seen.
CREATE FUNCTION attach_to_draft_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE request_state text;
BEGIN
  SELECT state INTO request_state FROM access_request WHERE id = NEW.request_id FOR UPDATE;
  IF request_state IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION '% belongs to a draft', TG_TABLE_NAME USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER legal_authorization_of_draft BEFORE INSERT ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION attach_to_draft_only();
ALTER TABLE legal_authorization ENABLE ALWAYS TRIGGER legal_authorization_of_draft;
CREATE TRIGGER document_of_draft BEFORE INSERT ON document
  FOR EACH ROW EXECUTE FUNCTION attach_to_draft_only();
ALTER TABLE document ENABLE ALWAYS TRIGGER document_of_draft;

-- Only its state moves.
CREATE FUNCTION legal_authorization_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'a legal authority keeps its record' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER legal_authorization_guard BEFORE UPDATE ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_guard();
ALTER TABLE legal_authorization ENABLE ALWAYS TRIGGER legal_authorization_guard;

-- Attaching is a change of the draft: its version says so.
INSERT INTO audit_action_rule (action, table_name, op) VALUES ('authorization.attach', 'access_request', 'UPDATE');
