-- A case is a request, a hold or an organisation's own business, and its id says whose it is. One id in two of these
-- tables would let two organisations into one case: the portal's login could make a hold of its own with the id of a
-- foreign request.
CREATE FUNCTION case_id_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_TABLE_NAME <> 'access_request' AND EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.id))
     OR (TG_TABLE_NAME <> 'preservation' AND EXISTS (SELECT 1 FROM preservation p WHERE p.id = NEW.id))
     OR (TG_TABLE_NAME <> 'organisation' AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = NEW.id)) THEN
    RAISE EXCEPTION 'the id is that of another case' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
DO $$
DECLARE n text;
BEGIN
  FOREACH n IN ARRAY ARRAY['access_request', 'preservation', 'organisation'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION case_id_is_new()', n || '_case_id', n);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', n, n || '_case_id');
  END LOOP;
END $$;

-- And whose it is does not change.
CREATE FUNCTION access_request_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.tenant_id, NEW.organisation_id) IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.organisation_id) THEN
    RAISE EXCEPTION 'a request stays with its organisation' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_request_stays BEFORE UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_stays();
ALTER TABLE access_request ENABLE ALWAYS TRIGGER access_request_stays;
REVOKE EXECUTE ON FUNCTION case_id_is_new(), access_request_stays() FROM PUBLIC;
