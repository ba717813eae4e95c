-- A sealed order is told to nobody of a party to its transactions, reviewers of a party's organisation included.

-- The accounts of one human (ADR 0037): this one, and those with one mailbox or one passkey.
CREATE FUNCTION same_human(who uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT who
  UNION SELECT u.id FROM app_user me JOIN app_user u
    ON u.tenant_id = me.tenant_id AND email_identity(u.email) = email_identity(me.email) WHERE me.id = who
  UNION SELECT c.user_id FROM credential mine JOIN credential c ON c.public_key = mine.public_key WHERE mine.user_id = who
$$;
REVOKE EXECUTE ON FUNCTION same_human(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION same_human(uuid) TO sealport_app;

-- The organisations of a human, by whichever account and by membership.
CREATE FUNCTION own_organisations(who uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT u.organisation_id FROM app_user u WHERE u.id IN (SELECT same_human(who))
  UNION SELECT m.organisation_id FROM membership m WHERE m.user_id IN (SELECT same_human(who))
$$;
REVOKE EXECUTE ON FUNCTION own_organisations(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_organisations(uuid) TO sealport_app;

-- Until when a request is under seal: the latest seal of its orders, and of the same orders in other requests that were sent.
CREATE FUNCTION request_seal(request uuid) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT max(same.sealed_until) FROM legal_authorization mine CROSS JOIN LATERAL (
    SELECT mine.sealed_until
    UNION ALL SELECT o.sealed_until FROM legal_authorization o
      WHERE o.tenant_id = mine.tenant_id AND o.state <> 'draft' AND order_text(o.case_number) = order_text(mine.case_number)
        AND order_text(o.issuer) = order_text(mine.issuer)) same
  WHERE mine.request_id = request
$$;
REVOKE EXECUTE ON FUNCTION request_seal(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_seal(uuid) TO sealport_app;
CREATE INDEX legal_authorization_sealed ON legal_authorization (tenant_id, sealed_until) WHERE sealed_until IS NOT NULL;

-- Requests under seal at a time: with an order of theirs, or by an order that an earlier filing sealed. A request that was told
-- of before stays told: to hide it when a later filing is sealed would tell of that one.
CREATE FUNCTION sealed_requests(tenant uuid, at timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  WITH seal AS MATERIALIZED (SELECT a.* FROM legal_authorization a WHERE a.tenant_id = tenant AND a.sealed_until > at)
  SELECT request_id FROM seal
  UNION SELECT o.request_id FROM seal s JOIN legal_authorization o ON o.tenant_id = tenant AND s.state <> 'draft'
    AND o.created_at > s.created_at AND order_text(o.case_number) = order_text(s.case_number)
    AND order_text(o.issuer) = order_text(s.issuer)
$$;
REVOKE EXECUTE ON FUNCTION sealed_requests(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_requests(uuid, timestamptz) TO sealport_app;

-- Staff of an organisation that is a party to one of these transactions.
CREATE FUNCTION staff_of_parties(tenant uuid, transactions text[]) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  WITH party AS MATERIALIZED (SELECT DISTINCT p.organisation_id FROM transaction_participant t
    JOIN participant p ON p.id = t.participant_id WHERE t.transaction_id = ANY (transactions::uuid[]))
  SELECT coalesce(array_agg(u.id), '{}') FROM app_user u WHERE u.tenant_id = tenant AND u.role = 'coordinator'
    AND EXISTS (SELECT 1 FROM own_organisations(u.id) AS own (id) JOIN party ON party.organisation_id = own.id)
$$;
REVOKE EXECUTE ON FUNCTION staff_of_parties(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staff_of_parties(uuid, text[]) TO sealport_app;

-- From whom a request is sealed at a time; from nobody where no seal runs. One's own is sealed from nobody.
CREATE FUNCTION sealed_from(request uuid, at timestamptz) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN r.id IN (SELECT sealed_requests(r.tenant_id, at))
    THEN array_remove(staff_of_parties(r.tenant_id, r.transactions), r.requester_user_id) ELSE '{}'::uuid[] END
  FROM access_request r WHERE r.id = request
$$;
REVOKE EXECUTE ON FUNCTION sealed_from(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_from(uuid, timestamptz) TO sealport_app;

-- The same the other way round: the cases that are sealed from one person, for lists and for the log. A legal hold has no
-- seal of its own; whoever belongs to a party learns of none that another organisation placed on the party's records.
CREATE FUNCTION cases_sealed_from(tenant uuid, who uuid, at timestamptz) RETURNS uuid[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  WITH own AS MATERIALIZED (SELECT own_organisations(who) AS id),
  found AS (
    SELECT r.id, r.transactions FROM access_request r
      WHERE r.id IN (SELECT sealed_requests(tenant, at)) AND r.requester_user_id <> who
    UNION ALL SELECT p.id, p.transactions FROM preservation p
      WHERE p.tenant_id = tenant AND (p.organisation_id IS NULL OR p.organisation_id NOT IN (SELECT id FROM own)))
  SELECT coalesce(array_agg(f.id), '{}') FROM found f
  WHERE EXISTS (SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
    WHERE t.transaction_id = ANY (f.transactions::uuid[]) AND p.organisation_id IN (SELECT id FROM own))
$$;
REVOKE EXECUTE ON FUNCTION cases_sealed_from(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_sealed_from(uuid, uuid, timestamptz) TO sealport_app;
