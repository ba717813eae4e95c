-- The end of a legal authority by the clock and by use (ADR 0038).

-- Numbers are typed with more or less between their letters: only those count.
CREATE FUNCTION order_text(given text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT lower(regexp_replace(given, '[[:space:][:punct:]]', '', 'g'))
$$;
REVOKE EXECUTE ON FUNCTION order_text(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_text(text) TO sealport_app;
CREATE INDEX legal_authorization_number ON legal_authorization (tenant_id, order_text(case_number));

-- Whether the order that this legal authority records has served another request of the same agency, where one of the two says
-- that it counts once. What goes on with the rest of a request is the same use. A request that came to nothing is none.
-- Other agencies are not looked at: that an order was used elsewhere is not for this one to know.
CREATE FUNCTION order_is_used(asked uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
  mine record;
BEGIN
  SELECT a.*, r.organisation_id, d.sha256 AS document_sha256,
      order_text(a.case_number) AS number, order_text(a.issuer) AS issuer_text
    INTO mine FROM legal_authorization a JOIN access_request r ON r.id = a.request_id LEFT JOIN document d ON d.id = a.document_id
    WHERE a.id = asked;
  IF NOT FOUND THEN RETURN false; END IF;
  -- Two requests that attach it at once come here one after the other, and the second sees the first.
  PERFORM pg_advisory_xact_lock(hashtextextended('order of ' || mine.organisation_id, 0));
  RETURN EXISTS (
    WITH RECURSIVE line AS (
      SELECT id, continues_id FROM access_request WHERE id = mine.request_id
      UNION SELECT r.id, r.continues_id FROM access_request r JOIN line l ON r.continues_id = l.id OR r.id = l.continues_id)
    SELECT 1 FROM legal_authorization o JOIN access_request r ON r.id = o.request_id LEFT JOIN document d ON d.id = o.document_id
    WHERE o.tenant_id = mine.tenant_id AND r.organisation_id = mine.organisation_id
      AND o.request_id NOT IN (SELECT id FROM line)
      AND (o.record ->> 'single_use' = 'true' OR mine.record ->> 'single_use' = 'true')
      AND (o.state NOT IN ('draft', 'closed') OR EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id))
      AND (CASE WHEN o.jws IS NOT NULL AND mine.jws IS NOT NULL THEN split_part(o.jws, '.', 2) = split_part(mine.jws, '.', 2)
        ELSE order_text(o.case_number) = mine.number AND order_text(o.issuer) = mine.issuer_text
          AND o.valid_from = mine.valid_from AND o.valid_until = mine.valid_until OR d.sha256 = mine.document_sha256 END));
END $$;
REVOKE EXECUTE ON FUNCTION order_is_used(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_is_used(uuid) TO sealport_app;

-- Beside the table of steps: an order that counts once goes to its reviewers once, and only such a one is used up, by a grant.
CREATE FUNCTION legal_authorization_used() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF OLD.state = 'draft' AND NEW.state <> 'closed' AND order_is_used(NEW.id) THEN
    RAISE EXCEPTION 'the order counts once, and has served another request' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'exhausted' AND NOT (NEW.record ->> 'single_use' IS NOT DISTINCT FROM 'true'
      AND EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = NEW.id)) THEN
    RAISE EXCEPTION 'only an order that counts once is used up, and by its grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION legal_authorization_used() FROM PUBLIC;
CREATE TRIGGER legal_authorization_used BEFORE UPDATE ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_used();
ALTER TABLE legal_authorization ENABLE ALWAYS TRIGGER legal_authorization_used;

INSERT INTO audit_action_rule (action, table_name, op) VALUES ('authorization.end', 'legal_authorization', 'UPDATE');

-- What the portal looks for by the clock.
CREATE INDEX legal_authorization_open ON legal_authorization (tenant_id, valid_until)
  WHERE state NOT IN ('draft', 'closed');
