-- Deciders take away exports too (ADR 0048): how many one leaves stands beside what he signs, since `decision` of crypto.md has
-- no member for it, and the grant gives no more than the request asked for and each of its approvals left.
ALTER TABLE decision ADD COLUMN max_exports integer,
  ADD CONSTRAINT decision_max_exports CHECK (max_exports IS NULL OR decision = 'approve' AND max_exports BETWEEN 0 AND 100);
-- What was laid out for a signature is what the decision says that comes with it.
ALTER TABLE statement_nonce ADD COLUMN max_exports integer,
  ADD CONSTRAINT statement_nonce_max_exports CHECK (max_exports IS NULL OR kind = 'decision' AND max_exports BETWEEN 0 AND 100);

CREATE FUNCTION access_grant_exports() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  most integer;
BEGIN
  IF NEW.request_id IS NULL THEN RETURN NEW; END IF;
  SELECT max_exports INTO most FROM access_request WHERE id = NEW.request_id;
  -- Executives release what was asked for, whatever a decider left before nobody answered (ADR 0027).
  IF NEW.release_id IS NULL THEN
    SELECT LEAST(most, min(max_exports)) INTO most FROM decision
      WHERE request_id = NEW.request_id AND decision = 'approve';
  END IF;
  IF NEW.max_exports > most THEN
    RAISE EXCEPTION 'a grant gives no more exports than were asked for and left by each decider' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_grant_exports() FROM PUBLIC;
CREATE TRIGGER access_grant_exports BEFORE INSERT ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_exports();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_exports;
