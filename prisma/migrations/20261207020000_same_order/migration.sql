-- Which filings are of the same order (ADR 0038). Two honest deciders retype what stands on the paper, and what they may type
-- otherwise than the officer without being refused (lib/access/decisions/retyped-facts.ts) must not make another order here.

-- A text without what nobody sees and what is typed with more or less of it: blanks, marks of punctuation, default ignorable
-- characters of Unicode. Letters by what they mean (NFKC) and in small; of Cyrillic and Greek ones those that look Latin as such.
DROP INDEX legal_authorization_number;
CREATE OR REPLACE FUNCTION order_text(given text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT normalize(translate(lower(regexp_replace(normalize(given, NFKC),
    '[[:space:][:punct:]\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u206F\u2212\u2800\u3000-\u3003\u3008-\u3011\u3014-\u301F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]',
    '', 'g')),
    'авекмнорстухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅҺԀԚԜαβεζηικμνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
    'abekmhopctyxijshdqwabekmhopctyxijshdqwabezhikmnoptyxabezhikmnoptyx'), NFC)
$$;
REVOKE EXECUTE ON FUNCTION order_text(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_text(text) TO sealport_app;
CREATE INDEX legal_authorization_number ON legal_authorization (tenant_id, order_text(case_number));

-- Whether two moments may be the beginning of one order: the same day where both are days, and else as near as a day in one
-- zone and a time in another can be.
CREATE FUNCTION order_begins_alike(one timestamptz, other timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN extract(epoch FROM one)::numeric % 86400 = 0 AND extract(epoch FROM other)::numeric % 86400 = 0 THEN one = other
    ELSE abs(extract(epoch FROM one - other)) < 36 * 3600 END
$$;
REVOKE EXECUTE ON FUNCTION order_begins_alike(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_begins_alike(timestamptz, timestamptz) TO sealport_app;

-- Whoever asks about one order, or for one organisation, does so one after the other until his transaction ends, so that each sees
-- what those before him did: two organisations of one agency share the number, and one document under two numbers its organisation.
CREATE FUNCTION order_hold(asked uuid) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
  mine record;
BEGIN
  SELECT a.tenant_id, r.organisation_id, order_text(a.case_number) AS number INTO mine
    FROM legal_authorization a JOIN access_request r ON r.id = a.request_id WHERE a.id = asked;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('order of ' || mine.organisation_id, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('order ' || mine.tenant_id || ' ' || mine.number, 0));
END $$;
REVOKE EXECUTE ON FUNCTION order_hold(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_hold(uuid) TO sealport_app;

-- Filings of the same order for other requests of the same agency. An end says nothing: an officer may type a later one, which
-- deciders narrow. Other agencies are not looked at: that an order was used elsewhere is not for this one to know. An
-- organisation is of the agency that a signed order names where that domain was verified for it.
CREATE FUNCTION orders_alike(asked uuid) RETURNS SETOF legal_authorization LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH mine AS (
    SELECT a.tenant_id, a.request_id, a.jws, a.valid_from, r.organisation_id, d.sha256 AS document_sha256,
      order_text(a.case_number) AS number, order_text(a.issuer) AS issuer, a.record #>> '{reach,agency}' AS agency,
      ARRAY(SELECT lower(domain) FROM agency g, unnest(g.email_domains) domain
        WHERE g.organisation_id = r.organisation_id AND g.state = 'active') AS domains
    FROM legal_authorization a JOIN access_request r ON r.id = a.request_id LEFT JOIN document d ON d.id = a.document_id
    WHERE a.id = asked)
  SELECT o.* FROM mine JOIN legal_authorization o ON o.tenant_id = mine.tenant_id AND o.request_id <> mine.request_id
    JOIN access_request r ON r.id = o.request_id LEFT JOIN document d ON d.id = o.document_id
  WHERE (r.organisation_id = mine.organisation_id OR o.record #>> '{reach,agency}' = ANY (mine.domains)
      OR EXISTS (SELECT 1 FROM agency g, unnest(g.email_domains) domain
        WHERE g.organisation_id = r.organisation_id AND g.state = 'active' AND lower(domain) = mine.agency))
    AND (CASE WHEN o.jws IS NOT NULL AND mine.jws IS NOT NULL THEN split_part(o.jws, '.', 2) = split_part(mine.jws, '.', 2)
      ELSE order_text(o.case_number) = mine.number AND order_text(o.issuer) = mine.issuer
          AND order_begins_alike(o.valid_from, mine.valid_from)
        OR d.sha256 = mine.document_sha256 END)
$$;
REVOKE EXECUTE ON FUNCTION orders_alike(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orders_alike(uuid) TO sealport_app;

-- Whether the order that this legal authority records has served another request of the same agency, where one of the two says
-- that it counts once. What goes on with the rest of a request is the same use. A request that came to nothing is none.
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
      AND (o.state NOT IN ('draft', 'closed') OR EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id)));
END $$;
REVOKE EXECUTE ON FUNCTION order_is_used(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_is_used(uuid) TO sealport_app;
