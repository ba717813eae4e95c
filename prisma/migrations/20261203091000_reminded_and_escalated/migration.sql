-- A reminder, and an overdue answer that comes to the executive, change no state; whom they are for is told all the same
-- (ADR 0034). Until then an executive knows nothing of the request and is told of it by nothing else.
CREATE CONSTRAINT TRIGGER access_request_pressed_told AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IS NOT DISTINCT FROM OLD.state
    AND (NEW.reminders > OLD.reminders OR NEW.escalated_to IS DISTINCT FROM OLD.escalated_to))
  EXECUTE FUNCTION notify_change('request', 'id', 'state');
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_pressed_told;
