-- Recoveries of lost keys: what lies under a key that its participant held and lost is wrapped for another one of his by
-- the escrow custodian, when two persons of its roster said so (crypto.md "Lost participant key").
CREATE TABLE key_recovery (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  participant_id text NOT NULL,
  old_key_id uuid NOT NULL,
  new_key_id uuid NOT NULL,
  transactions text[],
  nonce text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'asked',
  total integer NOT NULL DEFAULT 0,
  remaining integer NOT NULL DEFAULT 0,
  asked_by uuid NOT NULL,
  asked_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  not_after timestamptz(6) NOT NULL,
  started_at timestamptz(6),
  ended_at timestamptz(6),
  ended_by uuid,
  end_reason text,
  try_after timestamptz(6),
  CONSTRAINT key_recovery_pkey PRIMARY KEY (id)
);
CREATE INDEX key_recovery_old_key_id_id_idx ON key_recovery (old_key_id, id);
CREATE INDEX key_recovery_tenant_id_state_idx ON key_recovery (tenant_id, state);
CREATE UNIQUE INDEX key_recovery_nonce_key ON key_recovery (nonce);
CREATE UNIQUE INDEX key_recovery_one_open ON key_recovery (participant_id) WHERE state IN ('asked', 'running');
ALTER TABLE key_recovery ADD CONSTRAINT key_recovery_old_key_fkey FOREIGN KEY (old_key_id) REFERENCES key_version (id);
ALTER TABLE key_recovery ADD CONSTRAINT key_recovery_new_key_fkey FOREIGN KEY (new_key_id) REFERENCES key_version (id);
ALTER TABLE key_recovery ADD CONSTRAINT key_recovery_two_keys CHECK (old_key_id <> new_key_id);
ALTER TABLE key_recovery ADD CONSTRAINT key_recovery_state_known CHECK
  (state IN ('asked', 'running', 'completed', 'failed', 'withdrawn', 'refused', 'expired'));
ALTER TABLE key_recovery ADD CONSTRAINT key_recovery_whole CHECK
  ((state IN ('asked', 'running')) = (ended_at IS NULL) AND (state <> 'running' OR started_at IS NOT NULL)
   AND (state NOT IN ('completed', 'failed') OR started_at IS NOT NULL));

CREATE TABLE key_recovery_statement (
  recovery_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  person text NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT key_recovery_statement_pkey PRIMARY KEY (recovery_id, user_id)
);
CREATE UNIQUE INDEX key_recovery_statement_recovery_id_person_key ON key_recovery_statement (recovery_id, person);
ALTER TABLE key_recovery_statement ADD CONSTRAINT key_recovery_statement_recovery_fkey
  FOREIGN KEY (recovery_id) REFERENCES key_recovery (id);
ALTER TABLE key_recovery_statement ADD CONSTRAINT key_recovery_statement_proof_known CHECK
  (proof_kind IN ('passkey', 'ed25519', 'evaluation'));

-- What people sign stays as it was asked, begins with the word of two who are not the participant's, and ends once.
CREATE FUNCTION key_recovery_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE signers integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' OR (SELECT count(*) FROM key_version k WHERE k.id IN (NEW.old_key_id, NEW.new_key_id)
        AND k.participant_id = NEW.participant_id AND k.custody = 'client') <> 2 THEN
      RAISE EXCEPTION 'a recovery begins by asking, between two held keys of one participant' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  -- When it is taken up again after a failure is no act: nothing else may change with it.
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'try_after' = to_jsonb(OLD) - 'try_after' THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.tenant_id, NEW.participant_id, NEW.old_key_id, NEW.new_key_id, NEW.transactions, NEW.nonce, NEW.reason, NEW.asked_by,
         NEW.asked_at, NEW.not_after)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.participant_id, OLD.old_key_id, OLD.new_key_id, OLD.transactions, OLD.nonce, OLD.reason,
         OLD.asked_by, OLD.asked_at, OLD.not_after)
     OR (OLD.state, NEW.state) NOT IN (('asked', 'running'), ('asked', 'withdrawn'), ('asked', 'refused'), ('asked', 'expired'),
       ('running', 'completed'), ('running', 'failed')) THEN
    RAISE EXCEPTION 'a recovery keeps what was asked and goes one way' USING ERRCODE = 'SP003';
  END IF;
  IF NEW.state = 'running' THEN
    SELECT count(*) INTO signers FROM key_recovery_statement s JOIN app_user u ON u.id = s.user_id AND u.handle = s.person
      WHERE s.recovery_id = NEW.id AND u.organisation_id IS DISTINCT FROM
        (SELECT p.organisation_id FROM participant p WHERE p.id = NEW.participant_id);
    IF signers < 2 THEN
      RAISE EXCEPTION 'two persons of other organisations agree to a recovery' USING ERRCODE = 'SP003';
    END IF;
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION key_recovery_guard() FROM PUBLIC;
CREATE TRIGGER key_recovery_guard BEFORE INSERT OR UPDATE OR DELETE ON key_recovery
  FOR EACH ROW EXECUTE FUNCTION key_recovery_guard();
ALTER TABLE key_recovery ENABLE ALWAYS TRIGGER key_recovery_guard;
CREATE CONSTRAINT TRIGGER key_recovery_complete AFTER INSERT OR DELETE OR UPDATE OF
  id, tenant_id, participant_id, old_key_id, new_key_id, transactions, nonce, reason, state, total, remaining, asked_by, asked_at,
  not_after, started_at, ended_at, ended_by, end_reason ON key_recovery
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('key_recovery:id');
ALTER TABLE key_recovery ENABLE ALWAYS TRIGGER key_recovery_complete;
CREATE TRIGGER key_recovery_kept BEFORE TRUNCATE ON key_recovery
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE key_recovery ENABLE ALWAYS TRIGGER key_recovery_kept;
CREATE CONSTRAINT TRIGGER key_recovery_statement_complete AFTER INSERT OR UPDATE OR DELETE ON key_recovery_statement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('key_recovery:recovery_id');
ALTER TABLE key_recovery_statement ENABLE ALWAYS TRIGGER key_recovery_statement_complete;
CREATE TRIGGER key_recovery_statement_fixed BEFORE UPDATE OR DELETE ON key_recovery_statement
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE key_recovery_statement ENABLE ALWAYS TRIGGER key_recovery_statement_fixed;
CREATE TRIGGER key_recovery_statement_kept BEFORE TRUNCATE ON key_recovery_statement
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE key_recovery_statement ENABLE ALWAYS TRIGGER key_recovery_statement_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('key.recover-ask', 'key_recovery', 'INSERT'), ('key.recover-ask', 'key_version', 'UPDATE'),
  ('key.recover-sign', 'key_recovery_statement', 'INSERT'),
  ('key.recover-begin', 'key_recovery', 'UPDATE'), ('key.recover-begin', 'key_version', 'UPDATE'),
  ('key.recover-end', 'key_recovery', 'UPDATE'),
  ('disclosure.rewrap', 'wrap', 'UPDATE'), ('disclosure.rewrap', 'transaction_group', 'UPDATE');

-- Pages of the old key are told when something becomes of its recovery.
CREATE TRIGGER key_recovery_announced AFTER INSERT OR UPDATE OF state ON key_recovery
  FOR EACH ROW EXECUTE FUNCTION announce_change('key', 'old_key_id');

GRANT SELECT, INSERT ON key_recovery, key_recovery_statement TO sealport_app;
GRANT UPDATE (state, total, remaining, started_at, ended_at, ended_by, end_reason, try_after) ON key_recovery TO sealport_app;
GRANT SELECT ON key_recovery, key_recovery_statement TO sealport_auditor;
