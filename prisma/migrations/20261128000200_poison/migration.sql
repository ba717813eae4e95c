-- What keeps the log from being hidden or stopped: a pruning names a tree that was signed, a place in the tree is taken
-- once for ever, and what the sequencer cannot take stands aside and is told.

-- ------------------------------------------------------------------ rows that get no leaf
-- A waiting row that is no entry of its log stays in the queue, as evidence; here stands that it was seen, and why.
CREATE TABLE "audit_quarantine" (
    "entry_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_quarantine_pkey" PRIMARY KEY ("entry_id")
);
CREATE TRIGGER audit_quarantine_fixed BEFORE UPDATE OR DELETE ON audit_quarantine
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_quarantine ENABLE ALWAYS TRIGGER audit_quarantine_fixed;
CREATE TRIGGER audit_quarantine_kept BEFORE TRUNCATE ON audit_quarantine
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_quarantine ENABLE ALWAYS TRIGGER audit_quarantine_kept;
GRANT SELECT ON audit_quarantine TO sealport_app, sealport_sequencer, sealport_auditor;
GRANT INSERT (entry_id, tenant_id, reason) ON audit_quarantine TO sealport_sequencer;

-- How long a row waits is told by the database's clock: what an entry says of its own time may lie in the future.
ALTER TABLE "audit_queue" ADD COLUMN "queued_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- ------------------------------------------------------------------ a place is taken once
-- As before; an id that has its place in the tree is not written again, also when its bytes were pruned, and whoever
-- writes: what stood there is told by the leaf, and other bytes would stand in for it.
CREATE OR REPLACE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE said jsonb;
BEGIN
  BEGIN
    said := convert_from(NEW.bytes, 'UTF8')::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (NEW.id::text, NEW.log, NEW.at, NEW.class, NEW.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- As before; an entry that is not queued has its leaf only where a recovery brings it back.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id)
     AND NOT (audit_is_through('recovery') AND EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id)) THEN
    RAISE EXCEPTION 'the entry is not queued for the tree' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS
    (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- ------------------------------------------------------------------ a pruning names what was signed
-- As before; the tree it names is that of the newest checkpoint and not of the head, which nobody may have signed yet:
-- the signer signs no pruning that names another (lib/audit/signer).
-- Removes bytes, parts and index rows below a minimum index, but for what a hold or a living record keeps; leaf
-- hashes, tiles and checkpoints stay. Says how many a hold keeps back and where the first is.
CREATE OR REPLACE FUNCTION audit_prune(p_minimum bigint)
RETURNS TABLE (outcome text, reason text, seq bigint, entry uuid, removed bigint, held bigint, first_held bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  h audit_head;
  c audit_checkpoint;
  before bigint;
  early bigint;
  why text;
  made uuid;
  ids uuid[];
  kept bigint;
  held_count bigint;
  held_first bigint;
BEGIN
  SELECT * INTO STRICT h FROM audit_head WHERE closed_at IS NULL FOR UPDATE;
  SELECT * INTO c FROM audit_checkpoint n WHERE n.log = h.log ORDER BY n.size DESC LIMIT 1;
  before := coalesce((SELECT max(p.minimum) FROM audit_prune p WHERE p.log = h.log), 0);
  IF p_minimum IS NULL OR p_minimum < before OR p_minimum < 1 THEN why := 'minimum';
  ELSIF p_minimum > coalesce(c.size, 0) THEN why := 'unsigned';
  ELSE
    early := audit_first_kept(h.log, p_minimum);
    IF early IS NOT NULL THEN why := 'date'; END IF;
  END IF;
  IF why IS NOT NULL THEN
    made := audit_write('denied', 'retention', 'log.prune', NULL, NULL);
    RETURN QUERY SELECT 'denied', why, early, made, 0::bigint, 0::bigint, NULL::bigint; RETURN;
  END IF;
  SELECT array_agg(t.entry_id) FILTER (WHERE NOT t.is_held AND NOT t.is_needed), count(*) FILTER (WHERE t.is_held OR t.is_needed),
         count(*) FILTER (WHERE t.is_held), min(t.seq) FILTER (WHERE t.is_held)
    INTO ids, kept, held_count, held_first
    FROM (SELECT l.seq, l.entry_id, coalesce(audit_is_held(i), false) AS is_held, audit_is_needed(l.entry_id) AS is_needed
          FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
          WHERE l.log = h.log AND l.seq < p_minimum) t;
  IF ids IS NULL AND held_count = 0 THEN
    RETURN QUERY SELECT 'nothing', NULL::text, NULL::bigint, NULL::uuid, 0::bigint, 0::bigint, NULL::bigint; RETURN;
  END IF;
  IF ids IS NULL THEN
    made := audit_write('denied', 'retention', 'log.prune', NULL, NULL);
    RETURN QUERY SELECT 'denied', 'hold', held_first, made, 0::bigint,
      held_count, held_first; RETURN;
  END IF;
  PERFORM set_config('sealport.prune', pg_current_xact_id()::text, true);
  DELETE FROM audit_part p WHERE p.entry_id = ANY (ids);
  DELETE FROM audit_index i WHERE i.entry_id = ANY (ids);
  DELETE FROM audit_entry n WHERE n.id = ANY (ids);
  PERFORM set_config('sealport.prune', '', true);
  made := audit_write('done', 'retention', 'log.prune', format('{"prune":{"checkpoint":{"root":"%s","size":%s},"minimum":%s}}',
    translate(rtrim(encode(c.root, 'base64'), '='), '+/', '-_'), c.size, p_minimum), NULL);
  INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept)
    VALUES (made, h.tenant_id, h.log, p_minimum, c.size, cardinality(ids), kept);
  RETURN QUERY SELECT 'done', NULL::text, NULL::bigint, made, cardinality(ids)::bigint, held_count, held_first;
END $$;
