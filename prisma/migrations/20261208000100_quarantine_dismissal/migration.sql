-- One person with a duty for it dismisses a quarantined entry with a reason, and that is logged. The entry stays in
-- quarantine; it is open again if its bytes change.
DROP TABLE audit_acknowledgement;
DROP FUNCTION audit_acknowledgement_guard();

CREATE TABLE "audit_dismissal" (
    "entry_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "by_user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "by_entry_id" UUID NOT NULL,

    CONSTRAINT "audit_dismissal_pkey" PRIMARY KEY ("entry_id", "digest")
);

CREATE FUNCTION audit_dismissal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_quarantine q WHERE q.entry_id = NEW.entry_id AND q.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'only a quarantined entry is dismissed' USING ERRCODE = 'SP002';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM app_user u JOIN duty d ON d.user_id = u.id WHERE u.id = NEW.by_user_id
      AND u.tenant_id = NEW.tenant_id AND u.role IN ('coordinator', 'admin') AND d.duty IN ('admin', 'compliance', 'legal')) THEN
    RAISE EXCEPTION 'a person with a duty for it dismisses a quarantined entry' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION audit_dismissal_guard() FROM PUBLIC;
CREATE TRIGGER audit_dismissal_guard BEFORE INSERT ON audit_dismissal
  FOR EACH ROW EXECUTE FUNCTION audit_dismissal_guard();
ALTER TABLE audit_dismissal ENABLE ALWAYS TRIGGER audit_dismissal_guard;
CREATE TRIGGER audit_dismissal_fixed BEFORE UPDATE OR DELETE ON audit_dismissal
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_dismissal ENABLE ALWAYS TRIGGER audit_dismissal_fixed;
CREATE TRIGGER audit_dismissal_kept BEFORE TRUNCATE ON audit_dismissal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_dismissal ENABLE ALWAYS TRIGGER audit_dismissal_kept;
CREATE CONSTRAINT TRIGGER audit_dismissal_complete AFTER INSERT OR UPDATE OR DELETE ON audit_dismissal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('quarantine:entry_id');
ALTER TABLE audit_dismissal ENABLE ALWAYS TRIGGER audit_dismissal_complete;
INSERT INTO audit_action_rule (action, table_name, op) VALUES ('quarantine.dismiss', 'audit_dismissal', 'INSERT');
GRANT SELECT ON audit_dismissal TO sealport_app, sealport_sequencer, sealport_auditor;
GRANT INSERT (entry_id, digest, tenant_id, reason, by_user_id, at, by_entry_id) ON audit_dismissal TO sealport_app;

-- As before, without the entry of an acknowledgement.
CREATE OR REPLACE FUNCTION audit_is_needed(p_entry uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
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
