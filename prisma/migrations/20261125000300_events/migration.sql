-- Live updates. A change says which row it touched on the channel `sealport_changed`, in the transaction that makes it,
-- so that nothing is announced that was rolled back. The message is `kind:id` and nothing more: every role may LISTEN.
-- Portals read state and readers of the row themselves. PostgreSQL folds equal messages of one transaction.

-- Arguments: the kind, and the column that holds the id.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sealport_changed', TG_ARGV[0] || ':' || (to_jsonb(NEW) ->> TG_ARGV[1]));
  RETURN NULL;
END $$;

CREATE TRIGGER access_request_announced AFTER INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'id');
CREATE TRIGGER request_event_announced AFTER INSERT ON request_event
  FOR EACH ROW EXECUTE FUNCTION announce_change('request', 'request_id');
CREATE TRIGGER access_grant_announced AFTER INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION announce_change('grant', 'id');
CREATE TRIGGER dispute_announced AFTER INSERT OR UPDATE ON dispute
  FOR EACH ROW EXECUTE FUNCTION announce_change('dispute', 'id');
CREATE TRIGGER dispute_note_announced AFTER INSERT ON dispute_note
  FOR EACH ROW EXECUTE FUNCTION announce_change('dispute', 'dispute_id');
CREATE TRIGGER transaction_announced AFTER UPDATE OF status ON transaction
  FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION announce_change('transaction', 'id');

-- What reviewers' homes and rails ask at each visit: the grants in force, soonest end first.
CREATE INDEX access_grant_in_force ON access_grant (tenant_id, not_after) WHERE state = 'active';
