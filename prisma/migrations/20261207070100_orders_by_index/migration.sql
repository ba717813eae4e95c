-- Filings of the same order are looked for by number and by document, each by an index, and not among all filings of the tenant:
-- the search is done while others wait for it (order_hold). Which of them are of the same order is as before.
CREATE INDEX "document_tenant_id_sha256_idx" ON "document" ("tenant_id", "sha256");
CREATE INDEX "legal_authorization_document_id_idx" ON "legal_authorization" ("document_id");

CREATE OR REPLACE FUNCTION orders_alike(asked uuid) RETURNS SETOF legal_authorization LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH mine AS MATERIALIZED (
    SELECT a.tenant_id, a.request_id, a.jws, a.valid_from, r.organisation_id, d.sha256 AS document_sha256,
      order_text(a.case_number) AS number, order_text(a.issuer) AS issuer, a.record #>> '{reach,agency}' AS agency,
      ARRAY(SELECT lower(domain) FROM agency g, unnest(g.email_domains) domain
        WHERE g.organisation_id = r.organisation_id AND g.state = 'active') AS domains
    FROM legal_authorization a JOIN access_request r ON r.id = a.request_id LEFT JOIN document d ON d.id = a.document_id
    WHERE a.id = asked),
  -- Two signed orders with one payload have one number, since what is attached says what the payload says.
  near AS MATERIALIZED (
    SELECT o.id FROM mine JOIN legal_authorization o ON o.tenant_id = mine.tenant_id AND order_text(o.case_number) = mine.number
    UNION SELECT o.id FROM mine JOIN document d ON d.tenant_id = mine.tenant_id AND d.sha256 = mine.document_sha256
      JOIN legal_authorization o ON o.document_id = d.id)
  SELECT o.* FROM mine CROSS JOIN near JOIN legal_authorization o ON o.id = near.id AND o.request_id <> mine.request_id
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
