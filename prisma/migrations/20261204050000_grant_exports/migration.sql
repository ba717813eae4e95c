-- Exports under a grant (ADR 0038). What an export rests on is asked again with every chunk that is made or handed out, in
-- the statement that keeps or reads it, so that no answer of a moment ago lets one more through.

-- Whether the maker may still read what he might when it was asked for: the account, its organisation and participant are
-- active, and role, duties and organisation are those of then (lib/audit/export/reader-standing.ts says it the same way).
CREATE FUNCTION export_maker_stands(x audit_export) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app_user u JOIN organisation o ON o.id = u.organisation_id LEFT JOIN participant p ON p.id = u.participant_id
    WHERE u.id = x.by_user_id AND u.state = 'active' AND o.state = 'active' AND coalesce(p.state, 'active') = 'active'
      AND (x.fence IS NULL OR x.fence = concat_ws(' ', u.role,
        (SELECT string_agg(d.duty, ' ' ORDER BY d.duty COLLATE "C") FROM duty d WHERE d.user_id = u.id), u.organisation_id::text)))
$$;
REVOKE EXECUTE ON FUNCTION export_maker_stands(audit_export) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION export_maker_stands(audit_export) TO sealport_app;

-- Whether the grant that an export was asked for under is in force at this moment; true where there is none. Views and uses
-- that are spent take nothing back of what was asked for before; an end by time, a revocation, a suspension or a revoked
-- key does.
CREATE FUNCTION export_grant_stands(x audit_export, at timestamptz) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT NOT x.filter ? 'grant_id' OR EXISTS (SELECT 1 FROM access_grant g LEFT JOIN legal_authorization a ON a.id = g.authorization_id
    WHERE g.id::text = x.filter ->> 'grant_id' AND g.tenant_id = x.tenant_id AND g.subject_user_id = x.by_user_id
      AND g.state IN ('active', 'exhausted') AND g.revoked_at IS NULL AND g.not_before <= at AND at < g.not_after
      AND (g.authorization_id IS NULL OR (a.state IN ('signature_verified', 'attested', 'approved', 'active', 'exhausted')
        AND a.valid_from <= at AND at < a.valid_until
        AND NOT EXISTS (SELECT 1 FROM authorization_verification v JOIN authority k ON k.id = v.authority_id
          WHERE v.authorization_id = a.id AND k.state = 'revoked'))))
$$;
REVOKE EXECUTE ON FUNCTION export_grant_stands(audit_export, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION export_grant_stands(audit_export, timestamptz) TO sealport_app;

-- Finished files under a grant are few, and looked for when one of them may have ended.
CREATE INDEX audit_export_under_grant ON audit_export (id) WHERE filter ? 'grant_id' AND kind = 'job' AND state = 'done';
