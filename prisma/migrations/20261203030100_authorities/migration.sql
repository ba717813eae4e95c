-- Keys that authorities sign orders with: one person registers, another confirms, and after
-- a while it is in force. A registration never changes; it is confirmed once and ends once.
CREATE TABLE authority (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  issuer text NOT NULL,
  jurisdiction text NOT NULL,
  kid text NOT NULL,
  public_key text NOT NULL,
  digest text NOT NULL,
  valid_from timestamptz(6) NOT NULL,
  valid_until timestamptz(6) NOT NULL,
  state text NOT NULL DEFAULT 'proposed',
  proposed_by uuid NOT NULL,
  proposed_at timestamptz(6) NOT NULL,
  confirmed_by uuid,
  confirmed_at timestamptz(6),
  in_force_from timestamptz(6),
  ended_by uuid,
  ended_at timestamptz(6),
  end_reason text,
  CONSTRAINT authority_pkey PRIMARY KEY (id)
);
CREATE INDEX authority_tenant_id_state_idx ON authority (tenant_id, state);
-- A key id means one key for ever, also after its end: an old order stays an order of that key.
CREATE UNIQUE INDEX authority_kid_key ON authority (tenant_id, kid) WHERE state <> 'withdrawn';
ALTER TABLE authority ADD CONSTRAINT authority_kind_known CHECK (kind = 'key');
ALTER TABLE authority ADD CONSTRAINT authority_state_known CHECK
  (state IN ('proposed', 'confirmed', 'revoked', 'withdrawn'));
ALTER TABLE authority ADD CONSTRAINT authority_times CHECK (valid_from < valid_until);
ALTER TABLE authority ADD CONSTRAINT authority_two_people CHECK
  ((confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_at IS NULL) = (in_force_from IS NULL)
   AND confirmed_by IS DISTINCT FROM proposed_by AND in_force_from >= confirmed_at
   AND (state IN ('confirmed', 'revoked')) = (confirmed_by IS NOT NULL)
   AND (state IN ('revoked', 'withdrawn')) = (ended_at IS NOT NULL)
   AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL));

CREATE FUNCTION authority_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'an authority is registered before it is confirmed' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - 'state' - 'confirmed_by' - 'confirmed_at' - 'in_force_from' - 'ended_by' - 'ended_at' - 'end_reason'
        IS DISTINCT FROM
        to_jsonb(OLD) - 'state' - 'confirmed_by' - 'confirmed_at' - 'in_force_from' - 'ended_by' - 'ended_at' - 'end_reason'
     OR (OLD.state, NEW.state) NOT IN (('proposed', 'confirmed'), ('proposed', 'withdrawn'), ('confirmed', 'revoked'))
     OR (OLD.state = 'confirmed' AND (NEW.confirmed_by, NEW.confirmed_at, NEW.in_force_from)
         IS DISTINCT FROM (OLD.confirmed_by, OLD.confirmed_at, OLD.in_force_from)) THEN
    RAISE EXCEPTION 'an authority keeps what was registered and goes one way' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION authority_guard() FROM PUBLIC;
CREATE TRIGGER authority_guard BEFORE INSERT OR UPDATE OR DELETE ON authority
  FOR EACH ROW EXECUTE FUNCTION authority_guard();
ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_guard;
CREATE CONSTRAINT TRIGGER authority_complete AFTER INSERT OR UPDATE OR DELETE ON authority
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('authority:id');
ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_complete;
CREATE TRIGGER authority_kept BEFORE TRUNCATE ON authority
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE authority ENABLE ALWAYS TRIGGER authority_kept;

-- Which registration a verification rests on.
ALTER TABLE authorization_verification ADD COLUMN authority_id uuid;
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_authority_fkey
  FOREIGN KEY (authority_id) REFERENCES authority (id);
-- What passed rests on a registration, and on one alone.
ALTER TABLE authorization_verification ADD CONSTRAINT authorization_verification_rests CHECK
  (indication <> 'TOTAL-PASSED' OR authority_id IS NOT NULL);
CREATE INDEX authorization_verification_authority_id_idx ON authorization_verification (authority_id) WHERE authority_id IS NOT NULL;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('authority.register', 'authority', 'INSERT'),
  ('authority.confirm', 'authority', 'UPDATE'),
  ('authority.withdraw', 'authority', 'UPDATE'),
  ('authority.revoke', 'authority', 'UPDATE');

GRANT SELECT, INSERT ON authority TO sealport_app;
GRANT UPDATE (state, confirmed_by, confirmed_at, in_force_from, ended_by, ended_at, end_reason) ON authority TO sealport_app;
GRANT SELECT ON authority TO sealport_auditor;
