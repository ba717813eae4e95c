-- A seal holds for what is sent after the filing that names it was sent, whichever of the two was begun first: what is told to
-- nobody before it is sent is not told afterwards either, and what was told of does not vanish. Each request is asked from its
-- own side, and who has no records is asked nothing, so that no answer takes longer by the number of seals.

-- When a request was sent; nothing of a draft. One that goes on with the rest of another is sent as it is made.
CREATE FUNCTION request_sent_at(request uuid) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT min(e.at) FROM request_event e WHERE e.request_id = r.id AND e.kind = 'submit'), r.created_at)
  FROM access_request r WHERE r.id = request AND r.digest IS NOT NULL
$$;
REVOKE EXECUTE ON FUNCTION request_sent_at(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_sent_at(uuid) TO sealport_app;

CREATE OR REPLACE FUNCTION sealed_requests(tenant uuid, at timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  WITH seal AS MATERIALIZED (SELECT a.*, request_sent_at(a.request_id) AS sent_at FROM legal_authorization a
    WHERE a.tenant_id = tenant AND a.sealed_until > at)
  SELECT request_id FROM seal
  UNION SELECT o.request_id FROM seal s JOIN legal_authorization o ON o.tenant_id = tenant AND o.request_id <> s.request_id
    AND order_text(o.case_number) = order_text(s.case_number)
  WHERE order_text(o.issuer) = order_text(s.issuer) AND request_sent_at(o.request_id) >= s.sent_at
$$;
REVOKE EXECUTE ON FUNCTION sealed_requests(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_requests(uuid, timestamptz) TO sealport_app;

-- Whether one request is among them.
CREATE FUNCTION request_is_sealed(request uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM legal_authorization mine WHERE mine.request_id = request AND (mine.sealed_until > at
    OR EXISTS (SELECT 1 FROM legal_authorization s WHERE s.tenant_id = mine.tenant_id AND s.request_id <> mine.request_id
      AND order_text(s.case_number) = order_text(mine.case_number) AND s.sealed_until > at
      AND order_text(s.issuer) = order_text(mine.issuer) AND request_sent_at(request) >= request_sent_at(s.request_id))))
$$;
REVOKE EXECUTE ON FUNCTION request_is_sealed(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_is_sealed(uuid, timestamptz) TO sealport_app;

CREATE OR REPLACE FUNCTION sealed_from(request uuid, at timestamptz) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN request_is_sealed(r.id, at)
    THEN array_remove(staff_of_parties(r.tenant_id, r.transactions), r.requester_user_id) ELSE '{}'::uuid[] END
  FROM access_request r WHERE r.id = request
$$;
REVOKE EXECUTE ON FUNCTION sealed_from(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_from(uuid, timestamptz) TO sealport_app;

CREATE OR REPLACE FUNCTION cases_sealed_from(tenant uuid, who uuid, at timestamptz) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  WITH own AS MATERIALIZED (SELECT own_organisations(who) AS id),
  party AS MATERIALIZED (SELECT p.id FROM participant p WHERE p.organisation_id IN (SELECT id FROM own)
    AND EXISTS (SELECT 1 FROM transaction_participant t WHERE t.participant_id = p.id))
  SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM party) THEN '{}'::uuid[] ELSE (
    SELECT coalesce(array_agg(f.id), '{}') FROM (
      SELECT r.id, r.transactions FROM access_request r
        WHERE r.id IN (SELECT sealed_requests(tenant, at)) AND r.requester_user_id <> who
      UNION ALL SELECT p.id, p.transactions FROM preservation p
        WHERE p.tenant_id = tenant AND (p.organisation_id IS NULL OR p.organisation_id NOT IN (SELECT id FROM own))) f
    WHERE EXISTS (SELECT 1 FROM transaction_participant t
      WHERE t.transaction_id = ANY (f.transactions::uuid[]) AND t.participant_id IN (SELECT id FROM party))) END
$$;
REVOKE EXECUTE ON FUNCTION cases_sealed_from(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_sealed_from(uuid, uuid, timestamptz) TO sealport_app;
