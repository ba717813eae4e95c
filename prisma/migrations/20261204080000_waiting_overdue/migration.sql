-- Silence is not refusal while a scanner is kept away either: what waits for it becomes overdue at its date, and whoever
-- is told of an overdue answer is told of it. It is read, decided and released by nobody until the scanner has spoken: then
-- its review begins, or it goes back to who asked, with a document to replace and dates of its own to come.
INSERT INTO request_transition (from_state, to_state, event) VALUES
  ('document_check', 'overdue', 'overdue'),
  ('overdue', 'stage_1', 'checked'),
  ('overdue', 'draft', 'refuse_document');

DROP INDEX access_request_response_due;
CREATE INDEX access_request_response_due ON access_request (tenant_id, response_due_at)
  WHERE state IN ('document_check', 'stage_1', 'stage_2', 'extended', 'objected');

CREATE OR REPLACE FUNCTION access_request_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  moves boolean;
  beside constant text[] := ARRAY['needs_information', 'overdue', 'extended', 'objected'];
  stages constant text[] := ARRAY['stage_1', 'stage_2'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'an access request begins as a draft' USING ERRCODE = 'SP002';
    END IF;
    IF num_nonnulls(NEW.last_event, NEW.stage_before, NEW.escalated_to, NEW.due_at, NEW.response_due_at) > 0
       OR NEW.reminders <> 0 OR NEW.extensions <> 0 THEN
      RAISE EXCEPTION 'nothing has happened to a new request' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  moves := NEW.state <> OLD.state;
  IF moves AND NOT EXISTS (SELECT 1 FROM request_transition t
      WHERE t.from_state = OLD.state AND t.to_state = NEW.state AND t.event = NEW.last_event) THEN
    RAISE EXCEPTION 'access request % to % by % is not allowed', OLD.state, NEW.state, NEW.last_event USING ERRCODE = 'SP002';
  END IF;
  IF NOT moves AND NEW.last_event IS DISTINCT FROM OLD.last_event THEN
    RAISE EXCEPTION 'an event that moves nothing is no move' USING ERRCODE = 'SP002';
  END IF;
  IF (NEW.reference, NEW.created_at, NEW.continues_id, NEW.requester_user_id)
     IS DISTINCT FROM (OLD.reference, OLD.created_at, OLD.continues_id, OLD.requester_user_id) THEN
    RAISE EXCEPTION 'a request keeps its name and its requester' USING ERRCODE = 'SP002';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.transactions, NEW.groups, NEW.purpose, NEW.level, NEW.digest, NEW.justification,
       NEW.legal_basis, NEW."from", NEW.until, NEW.max_views, NEW.max_exports, NEW.query)
     IS DISTINCT FROM (OLD.transactions, OLD.groups, OLD.purpose, OLD.level, OLD.digest, OLD.justification,
       OLD.legal_basis, OLD."from", OLD.until, OLD.max_views, OLD.max_exports, OLD.query) THEN
    RAISE EXCEPTION 'what was asked does not change after submission' USING ERRCODE = 'SP002';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.due_at, NEW.response_due_at) IS DISTINCT FROM (OLD.due_at, OLD.response_due_at)
     AND (NOT moves OR NEW.last_event NOT IN ('answer', 'extend') OR NEW.due_at < OLD.due_at
       OR NEW.response_due_at < OLD.response_due_at OR (NEW.response_due_at IS NULL) <> (OLD.response_due_at IS NULL)) THEN
    RAISE EXCEPTION 'a date moves forward, by an answer or an extension' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.extensions <> OLD.extensions + (moves AND NEW.last_event = 'extend')::int THEN
    RAISE EXCEPTION 'extensions are counted' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.reminders < OLD.reminders AND NOT (moves AND NEW.last_event = 'extend') THEN
    RAISE EXCEPTION 'reminders are counted' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND OLD.state = 'overdue' AND NEW.state <> 'withdrawn'
     AND (OLD.stage_before IS NULL) <> (NEW.last_event IN ('checked', 'refuse_document')) THEN
    RAISE EXCEPTION 'what waits for the scanner goes on by its word, and nothing else does' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.escalated_to IS DISTINCT FROM OLD.escalated_to
     AND NOT (moves AND NEW.last_event = 'refuse_document' AND NEW.escalated_to IS NULL)
     AND (NEW.state <> 'overdue' OR coalesce(OLD.escalated_to, '') = 'executive' OR NEW.escalated_to IS NULL) THEN
    RAISE EXCEPTION 'what is overdue is escalated, upwards' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND NEW.state = 'expired_unreviewed' AND num_nonnulls(NEW.response_due_at, NEW.authorization_digest) > 0 THEN
    RAISE EXCEPTION 'silence is not refusal: what must be answered does not lapse' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND NEW.state = 'overdue' AND NEW.response_due_at IS NULL THEN
    RAISE EXCEPTION 'only what must be answered becomes overdue' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND OLD.state = ANY (beside) AND NEW.state = ANY (stages) AND NEW.state <> coalesce(OLD.stage_before, NEW.state) THEN
    RAISE EXCEPTION 'the review goes on where it stood' USING ERRCODE = 'SP002';
  END IF;
  NEW.stage_before := CASE
    WHEN moves AND NEW.state = ANY (stages) THEN NULL
    WHEN moves AND OLD.state = ANY (stages) THEN OLD.state
    ELSE OLD.stage_before END;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_request_guard() FROM PUBLIC;
