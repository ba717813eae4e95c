-- Which number an officer was called back at: one of the agency's record, as it was then. Earlier checks name none.
ALTER TABLE identity_check ADD COLUMN called_number text;

CREATE FUNCTION identity_check_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.called_number_from_record AND NOT EXISTS (SELECT 1 FROM app_user u JOIN agency a ON a.organisation_id = u.organisation_id
      WHERE u.id = NEW.officer_user_id AND a.contacts @> jsonb_build_array(jsonb_build_object('number', NEW.called_number))) THEN
    RAISE EXCEPTION 'an officer is called back at a number from the agency''s record' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.domain_verified AND NOT EXISTS (SELECT 1 FROM app_user u JOIN agency a ON a.organisation_id = u.organisation_id
      WHERE u.id = NEW.officer_user_id
        AND lower(rtrim(regexp_replace(u.email, '^.*@', ''), '.')) = ANY (SELECT lower(d) FROM unnest(a.email_domains) d)) THEN
    RAISE EXCEPTION 'an officer''s address is of a domain of the agency' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.checked_by_user_id = NEW.officer_user_id THEN
    RAISE EXCEPTION 'nobody checks his own identity' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION identity_check_guard() FROM PUBLIC;
CREATE TRIGGER identity_check_guard BEFORE INSERT ON identity_check FOR EACH ROW EXECUTE FUNCTION identity_check_guard();
ALTER TABLE identity_check ENABLE ALWAYS TRIGGER identity_check_guard;
