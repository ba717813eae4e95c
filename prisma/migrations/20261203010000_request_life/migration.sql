-- The life of a request (ADR 0026): every move is bound to its event, a request keeps the stage it left, silence is
-- never refusal, and dates only move forward and for a reason.
ALTER TABLE access_request
  ADD COLUMN response_due_at timestamptz(6),
  ADD COLUMN stage_before text,
  ADD COLUMN last_event text,
  ADD COLUMN escalated_to text,
  ADD COLUMN escalated_at timestamptz(6),
  ADD COLUMN reminders integer NOT NULL DEFAULT 0,
  ADD COLUMN extensions integer NOT NULL DEFAULT 0,
  ADD COLUMN continues_id uuid;

-- Requests that were under way: the date that both sides were shown is the one the answer is due, and the events say
-- where a question found them.
ALTER TABLE access_request DISABLE TRIGGER access_request_complete;
UPDATE access_request r SET
  response_due_at = CASE WHEN r.authorization_digest IS NOT NULL THEN r.due_at END,
  stage_before = CASE WHEN r.state IN ('needs_information', 'overdue') THEN
    (SELECT e.from_state FROM request_event e WHERE e.request_id = r.id AND e.to_state = r.state
      ORDER BY e.at DESC, e.id DESC LIMIT 1) END,
  last_event = (SELECT e.kind FROM request_event e WHERE e.request_id = r.id AND e.to_state = r.state
    AND e.from_state IS NOT NULL ORDER BY e.at DESC, e.id DESC LIMIT 1);
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_complete;

ALTER TABLE access_request ADD CONSTRAINT access_request_stage_before_known CHECK
  (stage_before IN ('stage_1', 'stage_2'));
ALTER TABLE access_request ADD CONSTRAINT access_request_escalated CHECK
  (escalated_to IN ('compliance', 'executive') AND escalated_at IS NOT NULL
   OR escalated_to IS NULL AND escalated_at IS NULL);
ALTER TABLE access_request ADD CONSTRAINT access_request_reminders_sane CHECK (reminders BETWEEN 0 AND 2);
-- A second extension would be silence by instalments.
ALTER TABLE access_request ADD CONSTRAINT access_request_one_extension CHECK (extensions BETWEEN 0 AND 1);
ALTER TABLE access_request ADD CONSTRAINT access_request_continues_another CHECK (continues_id <> id);
ALTER TABLE access_request ADD CONSTRAINT access_request_continues_fkey
  FOREIGN KEY (continues_id) REFERENCES access_request (id);
CREATE UNIQUE INDEX access_request_continues_id_key ON access_request (continues_id);

-- What the portal looks for by the clock, and what people search by.
CREATE INDEX access_request_response_due ON access_request (tenant_id, response_due_at)
  WHERE state IN ('stage_1', 'stage_2', 'extended', 'objected');
CREATE INDEX access_request_review_due ON access_request (tenant_id, due_at)
  WHERE state IN ('stage_1', 'stage_2', 'extended', 'objected');
CREATE INDEX access_request_ended ON access_request (tenant_id, updated_at)
  WHERE state IN ('expired', 'revoked', 'exhausted', 'denied');
CREATE INDEX access_request_in_part ON access_request (tenant_id, id) WHERE state = 'partial';
CREATE INDEX access_request_overdue ON access_request (tenant_id, escalated_at) WHERE state = 'overdue';
CREATE INDEX access_request_transactions ON access_request USING gin (transactions);
CREATE INDEX access_request_organisation_id_id_idx ON access_request (organisation_id, id);

INSERT INTO request_transition (from_state, to_state, event) VALUES
  ('needs_information', 'stage_2', 'answer'),
  ('approved', 'expired', 'expire'),
  ('partial', 'expired', 'expire'),
  ('partial', 'revoked', 'revoke'),
  ('partial', 'exhausted', 'exhaust'),
  ('overdue', 'withdrawn', 'withdraw'),
  ('extended', 'withdrawn', 'withdraw'),
  ('objected', 'withdrawn', 'withdraw'),
  ('stage_2', 'extended', 'extend'),
  ('extended', 'stage_2', 'resume'),
  ('objected', 'stage_2', 'resume'),
  ('extended', 'objected', 'object'),
  ('extended', 'overdue', 'overdue'),
  ('objected', 'overdue', 'overdue');

-- A move is one of the table, event included; beside a stage the request keeps where it stood and goes on there.
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
  IF NEW.escalated_to IS DISTINCT FROM OLD.escalated_to
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

-- And the timeline says so: no move without its event, made in the same instant.
CREATE FUNCTION access_request_told() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM request_event e WHERE e.request_id = NEW.id
      AND e.kind = NEW.last_event AND e.from_state = OLD.state AND e.to_state = NEW.state AND e.at = NEW.updated_at) THEN
    RAISE EXCEPTION 'access request % to % has no event', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION access_request_told() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER access_request_told AFTER UPDATE ON access_request
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_request_told();
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_told;

INSERT INTO audit_action_rule (action, table_name, op)
SELECT a.action, t.name, t.op FROM (VALUES ('request.overdue'), ('request.escalate'), ('request.remind'), ('request.lapse'),
  ('request.close'), ('request.extend'), ('request.object'), ('request.resume'), ('request.answer-partly'),
  ('request.continue')) AS a(action)
CROSS JOIN (VALUES ('access_request', 'UPDATE'), ('request_event', 'INSERT')) AS t(name, op);
-- The rest of what was answered in part goes on in a request of its own, under the same order.
INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('request.continue', 'access_request', 'INSERT'), ('request.continue', 'legal_authorization', 'INSERT'),
  ('request.continue', 'legal_authorization', 'UPDATE');
