-- A transaction is told by more than its number. In a new cluster that a dump was loaded into, numbers begin again: with
-- an old entry, or a queue row that still waits, of the same number the portal's login could change a watched row without
-- a new entry, or put a part or a search row beside an old one. PostgreSQL itself keeps with each row which transaction
-- wrote it here (xmin), and no login sets that: a row that came with a dump is the loading transaction's, and older
-- (age > 0) than whatever began since. What this transaction wrote has age 0, in a savepoint a lower one.
-- A transaction that was open while the dump was loaded could have the number and be the older one; an entry with a leaf
-- is never its own.

-- As before, for the rest.
CREATE OR REPLACE FUNCTION audit_queue_own_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = NEW.entry_id AND e.xid = NEW.xid AND age(e.xmin) <= 0
                 AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id))
     AND NOT audit_is_through('recovery') THEN
    RAISE EXCEPTION 'the queue row names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_require_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  row_json jsonb;
  was jsonb;
  subjects text[] := '{}';
  arg text;
  label text;
  col text;
BEGIN
  row_json := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
  was := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  IF TG_OP = 'UPDATE' AND row_json ->> 'id' IS DISTINCT FROM was ->> 'id' THEN
    RAISE EXCEPTION 'a row of % keeps its id', TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  FOREACH arg IN ARRAY TG_ARGV LOOP
    label := split_part(arg, ':', 1);
    col := split_part(arg, ':', 2);
    -- The batch of a rotation is not what a row is about, but what moved it last.
    IF label <> 'rotation_batch' AND was ->> col IS NOT NULL AND row_json ->> col IS DISTINCT FROM was ->> col THEN
      RAISE EXCEPTION 'a row of % keeps what it is about', TG_TABLE_NAME USING ERRCODE = 'SP001';
    END IF;
    subjects := subjects || (label || ':' || coalesce(row_json ->> col, ''));
  END LOOP;
  IF NOT EXISTS (
    SELECT 1 FROM audit_queue q JOIN audit_action_rule r ON r.action = q.action
    WHERE q.xid = pg_current_xact_id() AND age(q.xmin) <= 0 AND q.subject = ANY (subjects)
      AND r.table_name = TG_TABLE_NAME AND r.op = TG_OP) THEN
    RAISE EXCEPTION '% on % has no audit entry', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_part_own_entry() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND age(e.xmin) <= 0
               AND e.tenant_id = m.tenant_id OFFSET 0)) THEN
    RAISE EXCEPTION 'the sealed part is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM made m WHERE EXISTS (SELECT 1 FROM audit_part p WHERE p.entry_id = m.entry_id OFFSET 4)) THEN
    RAISE EXCEPTION 'an entry has four sealed parts at most' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_index_own_entry() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND age(e.xmin) <= 0
               AND (e.tenant_id, e.at, e.outcome) IS NOT DISTINCT FROM (m.tenant_id, m.at, m.outcome) OFFSET 0)) THEN
    RAISE EXCEPTION 'the search row is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
