-- Keys of participants and of the escrow custodian: versions, proofs of possession, rotations and recoveries of lost
-- keys.

-- ---------------------------------------------------------------- Tables

-- `activated_at` is when a version first became active; only a version that was active once can be replaced.
CREATE TABLE key_version (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  participant_id text NOT NULL,
  version integer NOT NULL,
  suite text NOT NULL DEFAULT 'X25519',
  custody text NOT NULL,
  state text NOT NULL,
  public_key text NOT NULL,
  private_blob bytea,
  kek_id text,
  thumbprint text NOT NULL,
  instance_signature text,
  registration_entry_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  state_changed_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  activated_at timestamptz(6),
  CONSTRAINT key_version_state_known CHECK
    (state IN ('pre_active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed')),
  CONSTRAINT key_version_blob_where_managed CHECK
    (custody = 'client' OR state = 'destroyed' OR private_blob IS NOT NULL),
  -- A client-held key is used only after a proof of possession that the portal's keystore has signed.
  CONSTRAINT key_version_client_proven CHECK
    (custody = 'managed' OR state IN ('pre_active', 'destroyed') OR instance_signature IS NOT NULL)
);

CREATE TABLE escrow_epoch (
  epoch integer NOT NULL,
  tenant_id uuid NOT NULL,
  suite text NOT NULL DEFAULT 'X25519',
  public_key text NOT NULL,
  custodian_signature text NOT NULL,
  state text NOT NULL,
  registration_entry_id uuid,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (tenant_id, epoch),
  CONSTRAINT escrow_epoch_state_known CHECK (state IN ('active', 'deactivated', 'destroyed'))
);

CREATE TABLE key_challenge (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  key_version_id uuid NOT NULL,
  nonce bytea NOT NULL,
  context text NOT NULL,
  expected_tag bytea NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6)
);

-- A rotation of a compromised key is asked for by one person and agreed to by another.
CREATE TABLE key_rotation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  participant_id text NOT NULL,
  mode text NOT NULL,
  state text NOT NULL,
  old_version integer NOT NULL,
  new_version integer NOT NULL,
  rewrapped integer NOT NULL DEFAULT 0,
  total integer NOT NULL DEFAULT 0,
  started_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at timestamptz(6),
  compromised_key_id uuid,
  asked_by uuid,
  agreed_by uuid,
  CONSTRAINT key_rotation_compromised_key_fkey FOREIGN KEY (compromised_key_id) REFERENCES key_version (id),
  CONSTRAINT key_rotation_state_known CHECK (state IN ('asked', 'running', 'completed', 'failed')),
  CONSTRAINT key_rotation_by_two CHECK (agreed_by <> asked_by),
  CONSTRAINT key_rotation_agreed CHECK
    (compromised_key_id IS NULL OR (asked_by IS NOT NULL AND (state = 'asked') = (agreed_by IS NULL))),
  CONSTRAINT key_rotation_asked_for_compromise CHECK (state <> 'asked' OR compromised_key_id IS NOT NULL)
);

-- The escrow custodian wraps what is sealed with a lost client-held key for another key of the same participant, when
-- two people of its roster have signed (crypto.md, "Lost participant key").
CREATE TABLE key_recovery (
  id uuid PRIMARY KEY,
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
  CONSTRAINT key_recovery_old_key_fkey FOREIGN KEY (old_key_id) REFERENCES key_version (id),
  CONSTRAINT key_recovery_new_key_fkey FOREIGN KEY (new_key_id) REFERENCES key_version (id),
  CONSTRAINT key_recovery_two_keys CHECK (old_key_id <> new_key_id),
  CONSTRAINT key_recovery_state_known CHECK
    (state IN ('asked', 'running', 'completed', 'failed', 'withdrawn', 'refused', 'expired')),
  CONSTRAINT key_recovery_whole CHECK
    ((state IN ('asked', 'running')) = (ended_at IS NULL) AND (state <> 'running' OR started_at IS NOT NULL)
      AND (state NOT IN ('completed', 'failed') OR started_at IS NOT NULL))
);

CREATE TABLE key_recovery_statement (
  recovery_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  person text NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (recovery_id, user_id),
  CONSTRAINT key_recovery_statement_recovery_fkey FOREIGN KEY (recovery_id) REFERENCES key_recovery (id),
  CONSTRAINT key_recovery_statement_proof_known CHECK (proof_kind IN ('passkey', 'ed25519', 'evaluation'))
);

-- ---------------------------------------------------------------- Indexes

CREATE UNIQUE INDEX key_version_public_key_key ON key_version (tenant_id, public_key);
CREATE UNIQUE INDEX key_version_participant_id_version_key ON key_version (tenant_id, participant_id, version);
CREATE UNIQUE INDEX key_version_one_active ON key_version (tenant_id, participant_id) WHERE state = 'active';
CREATE UNIQUE INDEX escrow_epoch_public_key_key ON escrow_epoch (tenant_id, public_key);
CREATE UNIQUE INDEX escrow_epoch_one_active ON escrow_epoch (tenant_id) WHERE state = 'active';
CREATE UNIQUE INDEX key_challenge_nonce_key ON key_challenge (nonce);
CREATE INDEX key_challenge_key ON key_challenge (key_version_id);
CREATE INDEX key_rotation_participant_id_idx ON key_rotation (participant_id);
CREATE UNIQUE INDEX key_rotation_one_open ON key_rotation (tenant_id, participant_id) WHERE state IN ('asked', 'running');
CREATE INDEX key_recovery_old_key_id_id_idx ON key_recovery (old_key_id, id);
CREATE INDEX key_recovery_tenant_id_state_idx ON key_recovery (tenant_id, state);
CREATE UNIQUE INDEX key_recovery_nonce_key ON key_recovery (nonce);
CREATE UNIQUE INDEX key_recovery_one_open ON key_recovery (tenant_id, participant_id) WHERE state IN ('asked', 'running');
CREATE UNIQUE INDEX key_recovery_statement_recovery_id_person_key ON key_recovery_statement (recovery_id, person);

-- ---------------------------------------------------------------- Functions

-- NIST SP 800-57 part 1, section 7: only the transitions of crypto.md.
CREATE FUNCTION key_version_state_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF (OLD.state, NEW.state) NOT IN (
    ('pre_active', 'active'), ('pre_active', 'destroyed'), ('active', 'suspended'), ('suspended', 'active'),
    ('active', 'deactivated'), ('active', 'compromised'), ('suspended', 'deactivated'), ('suspended', 'compromised'),
    ('deactivated', 'compromised'), ('deactivated', 'destroyed'), ('compromised', 'destroyed')) THEN
    RAISE EXCEPTION 'key state % to % is not allowed', OLD.state, NEW.state USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- A rotation keeps what it began with, is agreed to once and ends once.
CREATE FUNCTION key_rotation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('asked', 'running') OR NEW.agreed_by IS NOT NULL
       OR (NEW.state = 'asked') <> (NEW.compromised_key_id IS NOT NULL) THEN
      RAISE EXCEPTION 'a rotation begins as running, or as requested for a compromised key' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.tenant_id, NEW.participant_id, NEW.mode, NEW.old_version, NEW.started_at, NEW.compromised_key_id, NEW.asked_by)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.participant_id, OLD.mode, OLD.old_version, OLD.started_at, OLD.compromised_key_id, OLD.asked_by)
     OR (OLD.agreed_by IS NOT NULL AND NEW.agreed_by IS DISTINCT FROM OLD.agreed_by)
     OR (OLD.state <> 'asked' AND (NEW.new_version, NEW.total) IS DISTINCT FROM (OLD.new_version, OLD.total))
     OR NOT ((OLD.state, NEW.state) IN (('asked', 'running'), ('running', 'completed'), ('running', 'failed'))) THEN
    RAISE EXCEPTION 'the terms of a rotation cannot change, and it ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- An epoch keeps its key and moves one way. It is destroyed only when no wrap uses it.
CREATE FUNCTION escrow_epoch_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.epoch, NEW.tenant_id, NEW.public_key, NEW.custodian_signature, NEW.created_at)
     IS DISTINCT FROM (OLD.epoch, OLD.tenant_id, OLD.public_key, OLD.custodian_signature, OLD.created_at)
     OR (OLD.state, NEW.state) NOT IN (('active', 'active'), ('active', 'deactivated'), ('deactivated', 'deactivated'),
       ('deactivated', 'destroyed'), ('destroyed', 'destroyed')) THEN
    RAISE EXCEPTION 'an escrow epoch keeps its key and cannot return to an earlier state' USING ERRCODE = 'SP003';
  END IF;
  IF OLD.state <> 'destroyed' AND NEW.state = 'destroyed' AND EXISTS (
    SELECT 1 FROM wrap w WHERE w.tenant_id = NEW.tenant_id AND w.epoch = NEW.epoch AND w.kind <> 'participant') THEN
    RAISE EXCEPTION 'envelopes are still sealed for this epoch' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- A recovery keeps what was asked, begins with signatures of two people outside the participant's organisation, and
-- ends once.
CREATE FUNCTION key_recovery_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE signers integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' OR (SELECT count(*) FROM key_version k WHERE k.id IN (NEW.old_key_id, NEW.new_key_id)
        AND k.participant_id = NEW.participant_id AND k.custody = 'client') <> 2 THEN
      RAISE EXCEPTION 'a recovery begins as a request, between two client-held keys of one participant' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  -- The time of the next attempt may change, and nothing else with it.
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'try_after' = to_jsonb(OLD) - 'try_after' THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.tenant_id, NEW.participant_id, NEW.old_key_id, NEW.new_key_id, NEW.transactions, NEW.nonce, NEW.reason, NEW.asked_by,
         NEW.asked_at, NEW.not_after)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.participant_id, OLD.old_key_id, OLD.new_key_id, OLD.transactions, OLD.nonce, OLD.reason,
         OLD.asked_by, OLD.asked_at, OLD.not_after)
     OR (OLD.state, NEW.state) NOT IN (('asked', 'running'), ('asked', 'withdrawn'), ('asked', 'refused'), ('asked', 'expired'),
       ('running', 'completed'), ('running', 'failed')) THEN
    RAISE EXCEPTION 'the terms of a recovery cannot change, and it cannot return to an earlier state' USING ERRCODE = 'SP003';
  END IF;
  IF NEW.state = 'running' THEN
    SELECT count(*) INTO signers FROM key_recovery_statement s JOIN app_user u ON u.id = s.user_id AND u.handle = s.person
      WHERE s.recovery_id = NEW.id AND u.organisation_id IS DISTINCT FROM
        (SELECT p.organisation_id FROM participant p WHERE p.id = NEW.participant_id);
    IF signers < 2 THEN
      RAISE EXCEPTION 'a recovery needs two people of other organisations' USING ERRCODE = 'SP003';
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE TRIGGER key_version_state_guard BEFORE UPDATE OF state ON key_version
  FOR EACH ROW EXECUTE FUNCTION key_version_state_guard();
CREATE TRIGGER escrow_epoch_guard BEFORE UPDATE ON escrow_epoch FOR EACH ROW EXECUTE FUNCTION escrow_epoch_guard();
CREATE TRIGGER key_rotation_guard BEFORE INSERT OR UPDATE ON key_rotation
  FOR EACH ROW EXECUTE FUNCTION key_rotation_guard();
CREATE TRIGGER key_recovery_guard BEFORE INSERT OR UPDATE OR DELETE ON key_recovery
  FOR EACH ROW EXECUTE FUNCTION key_recovery_guard();

-- ---------------------------------------------------------------- Grants

GRANT SELECT, INSERT, UPDATE ON key_version TO sealport_app;
GRANT SELECT ON key_version TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON escrow_epoch TO sealport_app;
GRANT SELECT ON escrow_epoch TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON key_challenge TO sealport_app;
GRANT SELECT ON key_challenge TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON key_rotation TO sealport_app;
GRANT SELECT ON key_rotation TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, total, remaining, started_at, ended_at, ended_by, end_reason, try_after)
  ON key_recovery TO sealport_app;
GRANT SELECT ON key_recovery TO sealport_auditor;
GRANT SELECT, INSERT ON key_recovery_statement TO sealport_app;
GRANT SELECT ON key_recovery_statement TO sealport_auditor;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
