-- Transactions, their sealed groups and wrapped keys, and disputes about them.

-- ---------------------------------------------------------------- Tables

CREATE TABLE transaction (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  job_id text NOT NULL,
  submitter text NOT NULL,
  status text NOT NULL,
  status_before_dispute text,
  confidential boolean NOT NULL,
  participants text[],
  digest_list text[],
  rd text,
  meta text NOT NULL,
  plain jsonb,
  occurred_at text,
  access_policies jsonb,
  created_at text NOT NULL,
  created_at_us bigint NOT NULL,
  version integer NOT NULL DEFAULT 1,
  create_entry_id uuid NOT NULL,
  retention_class text NOT NULL DEFAULT 'standard',
  hold_until timestamptz(6),
  CONSTRAINT transaction_status_known CHECK
    (status IN ('created', 'processing', 'completed', 'settled', 'failed', 'disputed')),
  -- For `extended` records the age limit of a role yields to an instrument that names the record (access.md).
  CONSTRAINT transaction_retention_class_known CHECK (retention_class IN ('standard', 'extended'))
);

CREATE TABLE transaction_participant (
  transaction_id uuid NOT NULL,
  participant_id text NOT NULL,
  tenant_id uuid NOT NULL,
  created_at_us bigint NOT NULL,
  PRIMARY KEY (transaction_id, participant_id)
);

CREATE TABLE transaction_group (
  transaction_id uuid NOT NULL,
  grp text NOT NULL,
  gen integer NOT NULL,
  tenant_id uuid NOT NULL,
  ep text NOT NULL,
  suite text NOT NULL DEFAULT 'cfx1',
  field_count integer NOT NULL,
  protected text NOT NULL,
  iv text NOT NULL,
  ciphertext text NOT NULL,
  tag text NOT NULL,
  bd text NOT NULL,
  entry_id uuid NOT NULL,
  commitment bytea,
  PRIMARY KEY (transaction_id, grp, gen)
);

CREATE TABLE transaction_version (
  transaction_id uuid NOT NULL,
  version integer NOT NULL,
  tenant_id uuid NOT NULL,
  change text NOT NULL,
  before jsonb,
  after jsonb,
  at text NOT NULL,
  by_user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  PRIMARY KEY (transaction_id, version)
);

-- Kind `former`: a reseal keeps the escrow wrap of the former generation until the custodian has confirmed that it opens the new one.
CREATE TABLE wrap (
  tenant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  grp text NOT NULL,
  gen integer NOT NULL,
  kind text NOT NULL,
  kid text NOT NULL,
  participant_id text,
  key_version_id uuid,
  epoch integer,
  position integer NOT NULL,
  suite text NOT NULL DEFAULT 'cfx1',
  epk text NOT NULL,
  encrypted_key text NOT NULL,
  rotation_batch_id uuid,
  PRIMARY KEY (transaction_id, grp, gen, kid)
);

-- Each sealed group has a row from the start (transaction_group_owed). `due_at` is when the custodian is asked next. It is empty when
-- nothing is owed: the custodian has signed, or the group has a newer generation.
CREATE TABLE escrow_registration (
  transaction_id uuid NOT NULL,
  grp text NOT NULL,
  gen integer NOT NULL,
  tenant_id uuid NOT NULL,
  bd text NOT NULL,
  kid text,
  signature text,
  problem text,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz(6) DEFAULT CURRENT_TIMESTAMP,
  registered_at timestamptz(6),
  PRIMARY KEY (transaction_id, grp, gen),
  CONSTRAINT escrow_registration_signed_whole CHECK
    (signature IS NULL OR (kid IS NOT NULL AND registered_at IS NOT NULL AND problem IS NULL AND due_at IS NULL))
);

CREATE TABLE dispute (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  opened_by uuid NOT NULL,
  party text NOT NULL,
  reason text NOT NULL,
  groups text[],
  state text NOT NULL,
  statement jsonb,
  opened_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  resolved_at timestamptz(6),
  resolution text,
  assurance text,
  nonce text,
  not_after timestamptz(6),
  resolved_by uuid,
  signature jsonb,
  taken_at timestamptz(6),
  taken_by uuid,
  ground text NOT NULL DEFAULT 'other',
  outcome text,
  -- Sealed by the keystore. The digests of the parties' figures are made with it, for this dispute alone.
  figures_key bytea,
  CONSTRAINT dispute_ground_known CHECK
    (ground IN ('amount', 'quantity', 'price', 'not_delivered', 'not_ordered', 'wrong_party', 'other')),
  CONSTRAINT dispute_outcome_known CHECK
    (outcome IN ('as_recorded', 'corrected', 'agreed', 'cancelled', 'unresolved', 'other') AND (outcome IS NULL OR state = 'resolved')),
  CONSTRAINT dispute_state_known CHECK (state IN ('open', 'taken', 'resolved', 'withdrawn')),
  -- The party's signed statement is complete, or the transaction has no sealed group.
  CONSTRAINT dispute_statement_whole CHECK
    (num_nonnulls(statement, signature, nonce, assurance, not_after) = CASE WHEN cardinality(groups) = 0 THEN 0 ELSE 5 END),
  CONSTRAINT dispute_taken_by_somebody CHECK
    (num_nonnulls(taken_by, taken_at) IN (0, 2) AND (state <> 'taken' OR taken_by IS NOT NULL)),
  CONSTRAINT dispute_end_whole CHECK
    (num_nonnulls(resolved_by, resolved_at, resolution) = CASE WHEN state IN ('open', 'taken') THEN 0 ELSE 3 END)
);

CREATE TABLE dispute_note (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  dispute_id uuid NOT NULL,
  by_user_id uuid NOT NULL,
  text text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- What a party says a field is, once for each field: a digest that only this dispute's key can make, and how the field
-- compares with the record where the portal could open it. Never the figure itself.
CREATE TABLE dispute_figure (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  dispute_id uuid NOT NULL,
  party text NOT NULL,
  field text NOT NULL,
  digest bytea NOT NULL,
  record_digest bytea,
  relation text,
  by_user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT dispute_figure_relation_known CHECK (relation IN ('equal', 'differs', 'higher', 'lower')),
  CONSTRAINT dispute_figure_compared_whole CHECK ((relation IS NULL) = (record_digest IS NULL))
);

-- ---------------------------------------------------------------- Indexes

CREATE INDEX transaction_tenant_id_created_at_us_id_idx ON transaction (tenant_id, created_at_us, id);
CREATE INDEX transaction_tenant_id_status_created_at_us_id_idx ON transaction (tenant_id, status, created_at_us, id);
CREATE INDEX transaction_tenant_id_job_id_idx ON transaction (tenant_id, job_id);
CREATE INDEX transaction_create_entry ON transaction (create_entry_id);
CREATE INDEX transaction_hold_until_idx ON transaction (hold_until) WHERE hold_until IS NOT NULL;
CREATE INDEX transaction_participant_participant_id_created_at_us_transa_idx
  ON transaction_participant (participant_id, created_at_us, transaction_id);
CREATE INDEX transaction_group_entry ON transaction_group (entry_id);
CREATE INDEX wrap_key_version_id_idx ON wrap (key_version_id);
CREATE INDEX wrap_former ON wrap (transaction_id) WHERE kind = 'former';
CREATE INDEX wrap_escrow_epoch ON wrap (epoch, transaction_id) WHERE kind <> 'participant';
-- The worker reads this every second. Rows leave it when they are signed.
CREATE INDEX escrow_registration_owed ON escrow_registration (due_at, transaction_id, grp)
  WHERE signature IS NULL AND due_at IS NOT NULL;
CREATE INDEX dispute_transaction_id_idx ON dispute (transaction_id);
CREATE UNIQUE INDEX dispute_nonce_key ON dispute (nonce);
CREATE INDEX dispute_tenant_id_state_id_idx ON dispute (tenant_id, state, id);
CREATE UNIQUE INDEX dispute_one_live ON dispute (transaction_id) WHERE state IN ('open', 'taken');
CREATE UNIQUE INDEX dispute_figure_once ON dispute_figure (dispute_id, party, field);
CREATE INDEX dispute_note_dispute_id_id_idx ON dispute_note (dispute_id, id);

-- ---------------------------------------------------------------- Functions

-- A transaction keeps what it was made with; only its status and holds change. The record digests bind every group,
-- so a new list could put another body in place of a sealed one.
CREATE FUNCTION transaction_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.tenant_id, NEW.job_id, NEW.submitter, NEW.confidential, NEW.participants, NEW.digest_list, NEW.rd,
      NEW.meta, NEW.plain, NEW.occurred_at, NEW.created_at, NEW.created_at_us, NEW.create_entry_id)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.job_id, OLD.submitter, OLD.confidential, OLD.participants, OLD.digest_list, OLD.rd,
      OLD.meta, OLD.plain, OLD.occurred_at, OLD.created_at, OLD.created_at_us, OLD.create_entry_id) THEN
    RAISE EXCEPTION 'a transaction cannot change' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- A sealed body never changes. A reseal is a new row of the next generation; a re-wrap changes entry_id only.
CREATE FUNCTION transaction_group_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - 'entry_id' IS DISTINCT FROM to_jsonb(OLD) - 'entry_id' THEN
    RAISE EXCEPTION 'a sealed group keeps its body' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- Sealed groups owe a registration with the escrow custodian, whatever statement inserts them. A former generation has no entries any
-- more, so it owes none.
CREATE FUNCTION transaction_group_owed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO escrow_registration (transaction_id, grp, gen, tenant_id, bd)
    SELECT m.transaction_id, m.grp, m.gen, m.tenant_id, m.bd FROM made m;
  IF EXISTS (SELECT 1 FROM made m WHERE m.gen > 1) THEN
    UPDATE escrow_registration r SET due_at = NULL FROM made m
      WHERE r.transaction_id = m.transaction_id AND r.grp = m.grp AND r.gen < m.gen AND r.due_at IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

-- The statement and its signature stay. Support takes a dispute, and another person may take it again; it ends once.
CREATE FUNCTION dispute_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a dispute begins open' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.tenant_id, NEW.transaction_id, NEW.opened_by, NEW.party, NEW.reason, NEW.groups, NEW.statement,
      NEW.signature, NEW.nonce, NEW.assurance, NEW.not_after, NEW.opened_at, NEW.ground, NEW.figures_key)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.transaction_id, OLD.opened_by, OLD.party, OLD.reason, OLD.groups, OLD.statement,
      OLD.signature, OLD.nonce, OLD.assurance, OLD.not_after, OLD.opened_at, OLD.ground, OLD.figures_key) THEN
    RAISE EXCEPTION 'the terms of a dispute cannot change' USING ERRCODE = 'SP004';
  END IF;
  IF OLD.state NOT IN ('open', 'taken') OR NEW.state = 'open' THEN
    RAISE EXCEPTION 'a dispute cannot change from % to %', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A transaction stays disputed while it has a live dispute.
CREATE FUNCTION transaction_dispute_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.status = 'disputed' AND NEW.status <> 'disputed' AND EXISTS
    (SELECT 1 FROM dispute d WHERE d.transaction_id = NEW.id AND d.state IN ('open', 'taken')) THEN
    RAISE EXCEPTION 'the transaction is in dispute' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns whether a living record is checked against an entry, which pruning then keeps. It also keeps entry 0, with which a log begins,
-- and the public facts of prunings, recoveries and erasures. In JCS a quote inside a text is escaped, so these bytes can only be a member's
-- name. SQL functions are checked when they are made, so it is here and not in 2_audit.
CREATE FUNCTION audit_is_needed(p_entry uuid) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM transaction WHERE create_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM transaction_group WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM key_version WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM escrow_epoch WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_erasure WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_prune WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_recovery WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = p_entry AND seq = 0)
    OR EXISTS (SELECT 1 FROM audit_entry WHERE id = p_entry AND class IN ('log', 'retention') AND outcome = 'done'
      AND position(convert_to(',"pub":{', 'UTF8') IN bytes) > 0)
$$;

-- Sealing for an epoch locks its row until commit. Destroying the epoch waits, and then sees what was sealed. Entries that move to another
-- epoch are checked row by row, new ones once for each epoch of a statement, in one order for all statements.
CREATE FUNCTION wrap_epoch_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE found_state text;
BEGIN
  SELECT e.state INTO found_state FROM escrow_epoch e
    WHERE e.tenant_id = NEW.tenant_id AND e.epoch = NEW.epoch FOR SHARE;
  IF found_state = 'destroyed' THEN
    RAISE EXCEPTION 'the key of this epoch was erased' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION wrap_epochs_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  sealed record;
  found_state text;
BEGIN
  FOR sealed IN SELECT DISTINCT m.tenant_id, m.epoch FROM made m WHERE m.kind <> 'participant' ORDER BY 1, 2 LOOP
    SELECT e.state INTO found_state FROM escrow_epoch e
      WHERE e.tenant_id = sealed.tenant_id AND e.epoch = sealed.epoch FOR SHARE;
    IF found_state = 'destroyed' THEN
      RAISE EXCEPTION 'the key of this epoch is gone' USING ERRCODE = 'SP003';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE TRIGGER transaction_guard BEFORE UPDATE ON transaction FOR EACH ROW EXECUTE FUNCTION transaction_guard();
CREATE TRIGGER transaction_dispute_guard BEFORE UPDATE OF status ON transaction
  FOR EACH ROW EXECUTE FUNCTION transaction_dispute_guard();
CREATE TRIGGER transaction_group_guard BEFORE UPDATE ON transaction_group
  FOR EACH ROW EXECUTE FUNCTION transaction_group_guard();
CREATE TRIGGER transaction_group_owed AFTER INSERT ON transaction_group REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION transaction_group_owed();
CREATE TRIGGER wrap_epochs_guard AFTER INSERT ON wrap REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION wrap_epochs_guard();
CREATE TRIGGER wrap_epoch_guard BEFORE UPDATE OF epoch ON wrap
  FOR EACH ROW WHEN (NEW.kind <> 'participant') EXECUTE FUNCTION wrap_epoch_guard();
CREATE TRIGGER dispute_guard BEFORE INSERT OR UPDATE ON dispute FOR EACH ROW EXECUTE FUNCTION dispute_guard();

-- ---------------------------------------------------------------- Grants

GRANT SELECT, INSERT, UPDATE ON transaction TO sealport_app;
GRANT SELECT ON transaction TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT ON transaction_participant TO sealport_app;
GRANT SELECT ON transaction_participant TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON transaction_group TO sealport_app;
GRANT SELECT ON transaction_group TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT ON transaction_version TO sealport_app;
GRANT SELECT ON transaction_version TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON wrap TO sealport_app;
GRANT SELECT ON wrap TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON escrow_registration TO sealport_app;
GRANT SELECT ON escrow_registration TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON dispute TO sealport_app;
GRANT SELECT ON dispute TO sealport_auditor;
GRANT SELECT, INSERT ON dispute_note TO sealport_app;
GRANT SELECT ON dispute_note TO sealport_auditor;
GRANT SELECT, INSERT ON dispute_figure TO sealport_app;
GRANT SELECT ON dispute_figure TO sealport_auditor;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
