-- ------------------------------------------------------------------ search rows against sealed parts
-- The worker holds no key; a portal holds the search rows against the sealed parts when the worker has ended, and
-- what it found stands beside the worker's report, written once like that.
ALTER TABLE audit_verification
  ADD COLUMN index_progress jsonb,
  ADD COLUMN index_claim uuid,
  ADD COLUMN index_lease_until timestamptz(6),
  ADD COLUMN index_report jsonb;
GRANT UPDATE (index_progress, index_claim, index_lease_until, index_report) ON audit_verification TO sealport_app;
CREATE OR REPLACE FUNCTION audit_verification_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (OLD.state IN ('done', 'failed') AND (NEW.state, NEW.report::text, NEW.finished_at)
       IS DISTINCT FROM (OLD.state, OLD.report::text, OLD.finished_at))
     OR (OLD.index_report IS NOT NULL AND NEW.index_report::text IS DISTINCT FROM OLD.index_report::text) THEN
    RAISE EXCEPTION 'the report of a verification is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- ------------------------------------------------------------------ what pruning spares
-- As before; also entry 0, which a new origin begins with, and what the log says of its own losses: recoveries,
-- prunings and erasures are told by their public part, also where a restore lost the rows about them. In JCS a quote
-- inside a text is escaped, so that these bytes are a member's name and nothing else.
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

-- ------------------------------------------------------------------ legal holds
-- Who asked belongs to the fence: another agency does not learn of a hold. What is held stays as it was asked; its
-- end may move away while it runs, and it ends once.
ALTER TABLE preservation ADD COLUMN organisation_id uuid;
ALTER TABLE preservation ADD CONSTRAINT preservation_state_known CHECK
  (state IN ('active', 'released') AND (state = 'released') = (released_at IS NOT NULL));
CREATE INDEX preservation_organisation_id_idx ON preservation (organisation_id);
CREATE INDEX preservation_tenant_id_id_idx ON preservation (tenant_id, id);
CREATE FUNCTION preservation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.until < OLD.until
     OR (NEW.id, NEW.tenant_id, NEW.requested_by, NEW.organisation_id, NEW.transactions, NEW.reason, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.requested_by, OLD.organisation_id, OLD.transactions, OLD.reason, OLD.created_at) THEN
    RAISE EXCEPTION 'a hold keeps what it holds, and ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER preservation_guard BEFORE UPDATE OR DELETE ON preservation
  FOR EACH ROW EXECUTE FUNCTION preservation_guard();
ALTER TABLE preservation ENABLE ALWAYS TRIGGER preservation_guard;
REVOKE EXECUTE ON FUNCTION preservation_guard() FROM PUBLIC;
REVOKE UPDATE ON preservation FROM sealport_app;
GRANT UPDATE (state, until, released_at) ON preservation TO sealport_app;
INSERT INTO audit_action_rule (action, table_name, op) VALUES ('preservation.renew', 'preservation', 'UPDATE');
