-- Two addresses of one mailbox, as far as that is known of every provider: letters' case and width, what follows a plus, and
-- the dots of the one large provider that documents that it ignores them. Other providers' dots tell people apart.
CREATE FUNCTION email_identity(address text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN d.domain IN ('gmail.com', 'googlemail.com') THEN replace(d.mailbox, '.', '') || '@gmail.com'
    ELSE d.mailbox || '@' || d.domain END
  FROM (SELECT lower(normalize(btrim(address), NFKC)) AS plain) a,
    LATERAL (SELECT regexp_replace(a.plain, '@[^@]*$', '') AS local, rtrim(regexp_replace(a.plain, '^.*@', ''), '.') AS domain) p,
    LATERAL (SELECT coalesce(nullif(regexp_replace(p.local, '\+.*$', ''), ''), p.local) AS mailbox, p.domain) d
$$;
REVOKE EXECUTE ON FUNCTION email_identity(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION email_identity(text) TO sealport_app;
CREATE INDEX app_user_email_identity_idx ON app_user (tenant_id, email_identity(email));
CREATE INDEX credential_public_key_idx ON credential (public_key) WHERE public_key IS NOT NULL;
CREATE INDEX membership_organisation_id_idx ON membership (organisation_id);
