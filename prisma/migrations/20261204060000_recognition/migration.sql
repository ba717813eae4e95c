-- By what a legal authority counts here (access.md "Authorizations"): it is of a home jurisdiction, it states a basis, or
-- whoever decides in its place as a lawyer records one. Written with the decision that weighs it; nothing is granted
-- under an authority that nobody weighed.
CREATE TABLE recognition (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  standing text NOT NULL,
  jurisdiction text NOT NULL,
  homes text[] NOT NULL,
  members_as_of text NOT NULL,
  is_third_country boolean NOT NULL,
  basis text,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT recognition_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX recognition_authorization_id_key ON recognition (authorization_id);
ALTER TABLE recognition ADD CONSTRAINT recognition_authorization_fkey
  FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id);
ALTER TABLE recognition ADD CONSTRAINT recognition_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id);
ALTER TABLE recognition ADD CONSTRAINT recognition_standing_known CHECK
  (standing IN ('home', 'stated', 'recorded') AND (standing = 'home') = (basis IS NULL) AND basis IS DISTINCT FROM '');

CREATE FUNCTION recognition_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  legal legal_authorization;
  requester uuid;
BEGIN
  SELECT * INTO legal FROM legal_authorization a WHERE a.id = NEW.authorization_id;
  SELECT r.requester_user_id INTO requester FROM access_request r WHERE r.id = NEW.request_id;
  IF legal.request_id IS DISTINCT FROM NEW.request_id OR legal.tenant_id <> NEW.tenant_id
     OR legal.jurisdiction <> NEW.jurisdiction OR requester IS NOT DISTINCT FROM NEW.user_id
     OR (NEW.standing = 'stated' AND NEW.basis IS DISTINCT FROM legal.recognition_basis)
     OR (NEW.standing = 'recorded' AND legal.recognition_basis IS NOT NULL)
     OR (NEW.standing = 'home' AND NOT (NEW.jurisdiction = ANY (NEW.homes) OR 'EU' = ANY (NEW.homes))) THEN
    RAISE EXCEPTION 'a legal authority is recognised as its record says, by somebody who did not ask' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION recognition_guard() FROM PUBLIC;
CREATE TRIGGER recognition_guard BEFORE INSERT ON recognition FOR EACH ROW EXECUTE FUNCTION recognition_guard();
ALTER TABLE recognition ENABLE ALWAYS TRIGGER recognition_guard;
CREATE CONSTRAINT TRIGGER recognition_complete AFTER INSERT OR UPDATE OR DELETE ON recognition
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('request:request_id');
ALTER TABLE recognition ENABLE ALWAYS TRIGGER recognition_complete;
CREATE TRIGGER recognition_fixed BEFORE UPDATE OR DELETE ON recognition
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE recognition ENABLE ALWAYS TRIGGER recognition_fixed;
CREATE TRIGGER recognition_kept BEFORE TRUNCATE ON recognition FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE recognition ENABLE ALWAYS TRIGGER recognition_kept;

-- Whatever the portal believes: a grant rests on an authority that was weighed.
CREATE FUNCTION access_grant_recognised() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM recognition r WHERE r.authorization_id = NEW.authorization_id) THEN
    RAISE EXCEPTION 'nothing is granted under a legal authority that nobody has recognised' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION access_grant_recognised() FROM PUBLIC;
CREATE TRIGGER access_grant_recognised BEFORE INSERT ON access_grant
  FOR EACH ROW WHEN (NEW.authorization_id IS NOT NULL) EXECUTE FUNCTION access_grant_recognised();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_recognised;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('request.decide', 'recognition', 'INSERT'),
  ('request.propose-release', 'recognition', 'INSERT');

GRANT SELECT, INSERT ON recognition TO sealport_app;
GRANT SELECT ON recognition TO sealport_auditor;
