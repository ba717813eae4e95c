-- One reviewer suspends an order, and nothing is decided on it from then on. What he cannot do is keep an overdue answer from
-- the executives: two of them release on a suspended order, by their signed words, and by nothing else is it taken up again.
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
      OR (OLD.state = ANY (ended) AND NEW.state = 'closed')
      OR (OLD.state = 'suspended' AND NEW.state IN ('attested', 'approved') AND EXISTS (SELECT 1 FROM executive_release e
        JOIN executive_release_word w ON w.release_id = e.id
        WHERE e.request_id = NEW.request_id GROUP BY e.id HAVING count(DISTINCT w.user_id) = 2))) THEN
    RAISE EXCEPTION 'a legal authority that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  needed := CASE
    WHEN NEW.state = 'signature_verified' THEN 'TOTAL-PASSED'
    WHEN NEW.state = 'attested' THEN 'ATTESTED'
    WHEN NEW.state = 'approved' AND OLD.state IN ('legal_review', 'suspended') THEN 'TOTAL-PASSED' END;
  IF needed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM authorization_verification v
      WHERE v.authorization_id = NEW.id AND v.indication = needed) THEN
    RAISE EXCEPTION 'a legal authority is neither verified nor attested by being called so' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION legal_authorization_guard() FROM PUBLIC;
