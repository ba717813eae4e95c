-- A way out of the alarm about a row that stands aside: two persons say that they looked at it. The row stays, is listed,
-- and is told as acknowledged; what was said counts for those very bytes and with the portal's signature only, which
-- neither the portal's database login nor the owner's can make.
CREATE TABLE "audit_acknowledgement" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "entry_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'asked',
    "asked_by" UUID NOT NULL,
    "asked_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "agreed_by" UUID,
    "refused_by" UUID,
    "ended_at" TIMESTAMPTZ(6),
    "agreed_entry_id" UUID,
    "signature" TEXT,

    CONSTRAINT "audit_acknowledgement_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_acknowledgement_entry_id_idx" ON "audit_acknowledgement"("entry_id");
CREATE INDEX "audit_acknowledgement_agreed_entry_id_idx" ON "audit_acknowledgement"("agreed_entry_id");
CREATE UNIQUE INDEX audit_acknowledgement_one_asked ON audit_acknowledgement (entry_id) WHERE state = 'asked';
ALTER TABLE audit_acknowledgement ADD CONSTRAINT audit_acknowledgement_state_known CHECK
  (state IN ('asked', 'agreed', 'refused'));
ALTER TABLE audit_acknowledgement ADD CONSTRAINT audit_acknowledgement_by_two CHECK (agreed_by <> asked_by);
ALTER TABLE audit_acknowledgement ADD CONSTRAINT audit_acknowledgement_whole CHECK
  ((state = 'agreed') = (agreed_by IS NOT NULL) AND (state = 'refused') = (refused_by IS NOT NULL)
   AND (state = 'asked') = (ended_at IS NULL) AND num_nonnulls(agreed_by, agreed_entry_id, signature) IN (0, 3));

-- What is said is said of a row that stands aside, stays as it was said, and ends once; who says it has a duty for it.
CREATE FUNCTION audit_acknowledgement_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' OR NOT EXISTS (SELECT 1 FROM audit_quarantine a WHERE a.entry_id = NEW.entry_id AND a.tenant_id = NEW.tenant_id) THEN
      RAISE EXCEPTION 'an acknowledgement begins by asking, about a row that stands aside' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state <> 'asked'
     OR (NEW.id, NEW.tenant_id, NEW.entry_id, NEW.digest, NEW.reason, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.entry_id, OLD.digest, OLD.reason, OLD.asked_by, OLD.asked_at) THEN
    RAISE EXCEPTION 'an acknowledgement keeps what was said and ends once' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'agreed' AND (SELECT count(DISTINCT u.id) FROM app_user u JOIN duty d ON d.user_id = u.id
      WHERE u.id IN (NEW.asked_by, NEW.agreed_by) AND u.tenant_id = NEW.tenant_id AND u.role IN ('coordinator', 'admin')
        AND d.duty IN ('admin', 'compliance', 'legal')) <> 2 THEN
    RAISE EXCEPTION 'two persons with the duty acknowledge' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION audit_acknowledgement_guard() FROM PUBLIC;
CREATE TRIGGER audit_acknowledgement_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_acknowledgement
  FOR EACH ROW EXECUTE FUNCTION audit_acknowledgement_guard();
ALTER TABLE audit_acknowledgement ENABLE ALWAYS TRIGGER audit_acknowledgement_guard;
CREATE CONSTRAINT TRIGGER audit_acknowledgement_complete AFTER INSERT OR UPDATE OR DELETE ON audit_acknowledgement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('acknowledgement:id');
ALTER TABLE audit_acknowledgement ENABLE ALWAYS TRIGGER audit_acknowledgement_complete;
CREATE TRIGGER audit_acknowledgement_kept BEFORE TRUNCATE ON audit_acknowledgement
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_acknowledgement ENABLE ALWAYS TRIGGER audit_acknowledgement_kept;
INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('aside.ask', 'audit_acknowledgement', 'INSERT'), ('aside.agree', 'audit_acknowledgement', 'UPDATE'),
  ('aside.refuse', 'audit_acknowledgement', 'UPDATE');
GRANT SELECT ON audit_acknowledgement TO sealport_app, sealport_sequencer, sealport_auditor;
GRANT INSERT (id, tenant_id, entry_id, digest, reason, asked_by, asked_at) ON audit_acknowledgement TO sealport_app;
GRANT UPDATE (state, agreed_by, refused_by, ended_at, agreed_entry_id, signature) ON audit_acknowledgement TO sealport_app;

-- ------------------------------------------------------------------ what pruning spares
-- As before; also the entry of an acknowledgement, for as long as its row stands.
CREATE OR REPLACE FUNCTION audit_is_needed(p_entry uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM transaction WHERE create_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM transaction_group WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM key_version WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM escrow_epoch WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_erasure WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_prune WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_recovery WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_acknowledgement WHERE agreed_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = p_entry AND seq = 0)
    OR EXISTS (SELECT 1 FROM audit_entry WHERE id = p_entry AND class IN ('log', 'retention') AND outcome = 'done'
      AND position(convert_to(',"pub":{', 'UTF8') IN bytes) > 0)
$$;
