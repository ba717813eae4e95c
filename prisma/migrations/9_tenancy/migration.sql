-- The second wall between tenants: a session sees and changes only the rows of the tenant that it names in the setting
-- sealport.tenant. Statements name their tenant as well; this wall holds where one forgets it. A session that names no
-- tenant finds no row. It does not hold against a program that holds a login and names another tenant itself.
--
-- A table of a later file calls tenant_wall. lib/db/tenancy.integration.test.ts compares the policies with the tables.

-- Puts the wall around a table with a column tenant_id. Its owner is behind it too, because functions that run with the
-- owner's rights act for the tenant of their caller. A session of the owner's own that names no tenant, in a migration or a dump,
-- sees all rows.
--
-- The setting is read once for each scan and not for each row: the planner puts the statement's tenant, the row's and
-- the session's into one class. Where an index is on an expression, or compares by a function that could reveal its
-- arguments, it is not used behind a policy. Make a generated column for it.
CREATE FUNCTION tenant_wall(walled regclass) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  session CONSTANT text := 'nullif(current_setting(''sealport.tenant'', true), '''')';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
  EXECUTE format('CREATE POLICY tenant_wall ON %s USING (tenant_id = %s::uuid)', walled, session);
  EXECUTE format('CREATE POLICY tenant_owner ON %s TO sealport_owner USING (%s IS NULL AND pg_has_role(session_user, ''sealport_owner'', ''USAGE''))',
    walled, session);
END $$;

DO $$
DECLARE walled regclass;
BEGIN
  FOR walled IN SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace LOOP
    PERFORM tenant_wall(walled);
  END LOOP;
END $$;

-- Every login may read which tenants there are and what their logs are called: both are in the public instance files, and
-- a part that is started with another tenant or log than this database's must see it. Only the tenant's own session writes.
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON tenant FOR SELECT USING (true);
CREATE POLICY tenant_made ON tenant FOR INSERT WITH CHECK (id = nullif(current_setting('sealport.tenant', true), '')::uuid);
CREATE POLICY tenant_changed ON tenant FOR UPDATE USING (id = nullif(current_setting('sealport.tenant', true), '')::uuid);
CREATE POLICY tenant_owner ON tenant TO sealport_owner
  USING (nullif(current_setting('sealport.tenant', true), '') IS NULL AND pg_has_role(session_user, 'sealport_owner', 'USAGE'));

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
