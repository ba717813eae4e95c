-- An order that counts once is spent by what was opened or exported under its grant (ADR 0038). One whose grant has ended with
-- nothing opened, by one reviewer's word or by the clock, has served nobody, and nothing can be opened under that grant any more:
-- it may carry another request. While its request is answered, or its grant may still open something, it carries no other.
CREATE OR REPLACE FUNCTION order_is_used(asked uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
  -- In a statement of its own: what comes after it sees what was committed meanwhile.
  PERFORM order_hold(asked);
  RETURN EXISTS (
    WITH RECURSIVE line AS (
      SELECT r.id, r.continues_id FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE a.id = asked
      UNION SELECT r.id, r.continues_id FROM access_request r JOIN line l ON r.continues_id = l.id OR r.id = l.continues_id)
    SELECT 1 FROM legal_authorization mine, orders_alike(asked) o
    WHERE mine.id = asked AND o.request_id NOT IN (SELECT id FROM line)
      AND (o.record ->> 'single_use' = 'true' OR mine.record ->> 'single_use' = 'true')
      AND CASE WHEN EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id)
        THEN EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id
          AND (g.state IN ('pending', 'active') OR g.views_used > 0 OR g.exports_used > 0))
        ELSE o.state NOT IN ('draft', 'closed') END);
END $$;
REVOKE EXECUTE ON FUNCTION order_is_used(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_is_used(uuid) TO sealport_app;
