-- Changes of people's keys in the custodian's roster, and what was signed for a disclosure.

CREATE TABLE roster_change (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  passkey_id uuid,
  added text,
  removed text,
  base_version integer NOT NULL,
  base_digest text NOT NULL,
  roster jsonb NOT NULL,
  roster_digest text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  ended_by uuid,
  reason text,
  CONSTRAINT roster_change_pkey PRIMARY KEY (id)
);
CREATE INDEX roster_change_tenant_id_state_created_at_idx ON roster_change (tenant_id, state, created_at);
CREATE INDEX roster_change_user_id_idx ON roster_change (user_id);
ALTER TABLE roster_change ADD CONSTRAINT roster_change_kind_known CHECK (kind IN ('first', 'add', 'replace', 'remove'));
ALTER TABLE roster_change ADD CONSTRAINT roster_change_state_known CHECK
  (state IN ('pending', 'done', 'refused', 'withdrawn', 'superseded'));
ALTER TABLE roster_change ADD CONSTRAINT roster_change_says_what CHECK
  (num_nonnulls(passkey_id, added) = CASE WHEN kind = 'remove' THEN 0 ELSE 2 END
   AND (removed IS NOT NULL) = (kind IN ('replace', 'remove')));
ALTER TABLE roster_change ADD CONSTRAINT roster_change_end_whole CHECK ((ended_at IS NULL) = (state = 'pending'));

CREATE TABLE roster_agreement (
  change_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  person text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT roster_agreement_pkey PRIMARY KEY (change_id, user_id)
);

-- What was asked stays as it was asked, and ends once.
CREATE FUNCTION roster_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' THEN
      RAISE EXCEPTION 'a change of the roster begins by asking' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'pending' THEN
    RAISE EXCEPTION 'a change of the roster ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER roster_change_guard BEFORE INSERT OR UPDATE ON roster_change
  FOR EACH ROW EXECUTE FUNCTION roster_change_guard();
ALTER TABLE roster_change ENABLE ALWAYS TRIGGER roster_change_guard;

CREATE CONSTRAINT TRIGGER roster_change_complete AFTER INSERT OR UPDATE OR DELETE ON roster_change
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('roster_change:id');
ALTER TABLE roster_change ENABLE ALWAYS TRIGGER roster_change_complete;
CREATE TRIGGER roster_change_kept BEFORE TRUNCATE ON roster_change
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE roster_change ENABLE ALWAYS TRIGGER roster_change_kept;
CREATE CONSTRAINT TRIGGER roster_agreement_complete AFTER INSERT OR UPDATE OR DELETE ON roster_agreement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('roster_change:change_id');
ALTER TABLE roster_agreement ENABLE ALWAYS TRIGGER roster_agreement_complete;
CREATE TRIGGER roster_agreement_fixed BEFORE UPDATE OR DELETE ON roster_agreement
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE roster_agreement ENABLE ALWAYS TRIGGER roster_agreement_fixed;
CREATE TRIGGER roster_agreement_kept BEFORE TRUNCATE ON roster_agreement
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE roster_agreement ENABLE ALWAYS TRIGGER roster_agreement_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('roster.ask', 'roster_change', 'INSERT'), ('roster.ask', 'roster_agreement', 'INSERT'),
  ('roster.agree', 'roster_agreement', 'INSERT'),
  ('roster.change', 'roster_change', 'UPDATE'), ('roster.refuse', 'roster_change', 'UPDATE'),
  ('roster.withdraw', 'roster_change', 'UPDATE'), ('roster.supersede', 'roster_change', 'UPDATE');

GRANT SELECT, INSERT ON roster_change, roster_agreement TO sealport_app;
GRANT UPDATE (state, ended_at, ended_by, reason) ON roster_change TO sealport_app;
GRANT SELECT ON roster_change, roster_agreement TO sealport_auditor;

-- What was seen is what was signed: the statement and the requester's proof of it stand with the disclosure.
ALTER TABLE disclosure ADD COLUMN statement jsonb, ADD COLUMN proof jsonb, ADD COLUMN proof_kind text;
ALTER TABLE disclosure ADD CONSTRAINT disclosure_proof_whole CHECK
  (num_nonnulls(statement, proof, proof_kind) IN (0, 3));
