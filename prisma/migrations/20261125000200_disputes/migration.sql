-- A dispute in which a party lets support see masked fields, and grants that rest on one instead of a request.

ALTER TABLE "dispute" ADD COLUMN     "assurance" TEXT,
ADD COLUMN     "nonce" TEXT,
ADD COLUMN     "not_after" TIMESTAMPTZ(6),
ADD COLUMN     "resolved_by" UUID,
ADD COLUMN     "signature" JSONB,
ADD COLUMN     "taken_at" TIMESTAMPTZ(6),
ADD COLUMN     "taken_by" UUID;
CREATE UNIQUE INDEX "dispute_nonce_key" ON "dispute"("nonce");
CREATE INDEX "dispute_tenant_id_state_id_idx" ON "dispute"("tenant_id", "state", "id");
CREATE INDEX "dispute_note_dispute_id_id_idx" ON "dispute_note"("dispute_id", "id");

ALTER TABLE "access_grant" ADD COLUMN     "dispute_id" UUID,
ALTER COLUMN "request_id" DROP NOT NULL;
CREATE INDEX "access_grant_dispute_id_idx" ON "access_grant"("dispute_id");

-- ------------------------------------------------------------------ disputes
ALTER TABLE dispute ADD CONSTRAINT dispute_state_known CHECK (state IN ('open', 'taken', 'resolved', 'withdrawn'));
-- What the party signed is there whole, or nothing of the transaction is sealed.
ALTER TABLE dispute ADD CONSTRAINT dispute_statement_whole CHECK
  (num_nonnulls(statement, signature, nonce, assurance, not_after) = CASE WHEN cardinality(groups) = 0 THEN 0 ELSE 5 END);
ALTER TABLE dispute ADD CONSTRAINT dispute_taken_by_somebody CHECK
  (num_nonnulls(taken_by, taken_at) IN (0, 2) AND (state <> 'taken' OR taken_by IS NOT NULL));
ALTER TABLE dispute ADD CONSTRAINT dispute_end_whole CHECK
  (num_nonnulls(resolved_by, resolved_at, resolution) = CASE WHEN state IN ('open', 'taken') THEN 0 ELSE 3 END);
CREATE UNIQUE INDEX dispute_one_live ON dispute (transaction_id) WHERE state IN ('open', 'taken');

-- What was said and signed stays; a dispute is taken, perhaps by somebody else again, and ends once.
CREATE FUNCTION dispute_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a dispute begins open' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.tenant_id, NEW.transaction_id, NEW.opened_by, NEW.party, NEW.reason, NEW.groups, NEW.statement,
      NEW.signature, NEW.nonce, NEW.assurance, NEW.not_after, NEW.opened_at)
     IS DISTINCT FROM
     (OLD.id, OLD.tenant_id, OLD.transaction_id, OLD.opened_by, OLD.party, OLD.reason, OLD.groups, OLD.statement,
      OLD.signature, OLD.nonce, OLD.assurance, OLD.not_after, OLD.opened_at) THEN
    RAISE EXCEPTION 'a dispute keeps what it was opened with' USING ERRCODE = 'SP004';
  END IF;
  IF OLD.state NOT IN ('open', 'taken') OR NEW.state = 'open' THEN
    RAISE EXCEPTION 'a dispute % does not become %', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dispute_guard BEFORE INSERT OR UPDATE ON dispute FOR EACH ROW EXECUTE FUNCTION dispute_guard();
ALTER TABLE dispute ENABLE ALWAYS TRIGGER dispute_guard;

-- A transaction stays disputed as long as somebody disputes it.
CREATE FUNCTION transaction_dispute_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'disputed' AND NEW.status <> 'disputed' AND EXISTS
    (SELECT 1 FROM dispute d WHERE d.transaction_id = NEW.id AND d.state IN ('open', 'taken')) THEN
    RAISE EXCEPTION 'the transaction is in dispute' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transaction_dispute_guard BEFORE UPDATE OF status ON transaction
  FOR EACH ROW EXECUTE FUNCTION transaction_dispute_guard();
ALTER TABLE transaction ENABLE ALWAYS TRIGGER transaction_dispute_guard;

-- ------------------------------------------------------------------ grants
ALTER TABLE access_grant ADD CONSTRAINT grant_rests_on_one CHECK (num_nonnulls(request_id, dispute_id) = 1);
ALTER TABLE access_grant ADD CONSTRAINT grant_of_dispute_masked CHECK
  (dispute_id IS NULL OR (level = 'masked' AND purpose = 'dispute' AND authorization_id IS NULL AND max_exports = 0));
CREATE UNIQUE INDEX access_grant_one_live_of_dispute ON access_grant (dispute_id)
  WHERE dispute_id IS NOT NULL AND state IN ('pending', 'active');

-- As before, and what a grant rests on never changes.
CREATE OR REPLACE FUNCTION access_grant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.not_after > OLD.not_after OR NEW.not_before < OLD.not_before OR NEW.max_views > OLD.max_views
     OR NOT (NEW.transactions <@ OLD.transactions) OR NOT (NEW.groups <@ OLD.groups)
     OR NEW.level <> OLD.level OR NEW.subject_user_id <> OLD.subject_user_id OR NEW.purpose <> OLD.purpose
     OR NEW.views_used < OLD.views_used OR NEW.exports_used < OLD.exports_used OR NEW.max_exports > OLD.max_exports
     OR (NEW.id, NEW.tenant_id, NEW.request_id, NEW.dispute_id, NEW.authorization_id, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.request_id, OLD.dispute_id, OLD.authorization_id, OLD.created_at)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
     OR (OLD.state IN ('revoked', 'expired', 'exhausted') AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a grant may only be narrowed' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A dispute's grant is no wider than what the party signed, and for the person who took the dispute.
CREATE FUNCTION access_grant_of_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.dispute_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dispute d
    WHERE d.id = NEW.dispute_id AND d.tenant_id = NEW.tenant_id AND d.state = 'taken'
      AND d.taken_by = NEW.subject_user_id AND NEW.transactions = ARRAY[d.transaction_id::text]
      AND NEW.groups <@ d.groups AND NEW.not_after <= d.not_after) THEN
    RAISE EXCEPTION 'no taken dispute allows this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_grant_of_dispute BEFORE INSERT ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_dispute();
ALTER TABLE access_grant ENABLE ALWAYS TRIGGER access_grant_of_dispute;

-- ------------------------------------------------------------------ audit: completeness
INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('dispute.open', 'transaction', 'UPDATE'), ('dispute.open', 'transaction_version', 'INSERT'),
  ('dispute.take', 'dispute', 'UPDATE'),
  ('dispute.take', 'access_grant', 'INSERT'), ('dispute.take', 'access_grant', 'UPDATE'),
  ('dispute.resolve', 'transaction', 'UPDATE'), ('dispute.resolve', 'transaction_version', 'INSERT'),
  ('dispute.resolve', 'access_grant', 'UPDATE');
