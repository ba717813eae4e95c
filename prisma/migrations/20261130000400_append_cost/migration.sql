-- What an append costs: what each entry is held against stays as it was, in fewer and steadier statements.

-- As before. The plan of a statement trigger is kept: one that was made for a short table and many rows read the whole
-- table at each append after it. A subquery with OFFSET is looked up row by row, by the primary key.
CREATE OR REPLACE FUNCTION audit_part_own_entry() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND e.tenant_id = m.tenant_id OFFSET 0)) THEN
    RAISE EXCEPTION 'the sealed part is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_index_own_entry() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id()
               AND (e.tenant_id, e.at, e.outcome) IS NOT DISTINCT FROM (m.tenant_id, m.at, m.outcome) OFFSET 0)) THEN
    RAISE EXCEPTION 'the search row is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_queue_leaves() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM gone g WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = g.entry_id OFFSET 0)) THEN
    RAISE EXCEPTION 'an entry without a leaf stays queued' USING ERRCODE = 'SP004';
  END IF;
  RETURN NULL;
END $$;

-- As before; what nearly every entry meets is asked for at once, and only what does not is looked at for why. A recovery
-- is always looked at: it is the owner's, and nobody else's.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user <> 'sealport_owner'
     AND EXISTS (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL
       AND EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id OFFSET 0)
       AND EXISTS (SELECT 1 FROM audit_index i WHERE i.entry_id = NEW.id OFFSET 0)) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id) THEN
    IF audit_is_through('recovery') THEN PERFORM audit_require_form(NEW); END IF;
  ELSIF NOT (audit_is_through('recovery') AND EXISTS (SELECT 1 FROM audit_leaf l
      WHERE l.entry_id = NEW.id AND l.leaf_hash = sha256('\x00'::bytea || NEW.bytes))) THEN
    RAISE EXCEPTION 'the entry is not queued for the tree' USING ERRCODE = 'SP001';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM audit_index i WHERE i.entry_id = NEW.id) AND NOT audit_is_through('recovery') THEN
    RAISE EXCEPTION 'the entry has no search row' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS
    (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- As before. An instant is held against itself read and written again: an expression with counted repeats costs more
-- than all the rest, and this tells of days and hours that do not exist as well.
CREATE OR REPLACE FUNCTION audit_require_form(e audit_entry) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  spelled text;
  said jsonb;
  written text;
BEGIN
  IF octet_length(e.bytes) > 65535 THEN
    RAISE EXCEPTION 'the entry is longer than 65,535 bytes' USING ERRCODE = 'SP001';
  END IF;
  BEGIN
    spelled := convert_from(e.bytes, 'UTF8');
    said := spelled::jsonb;
    written := to_char(e.at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  EXCEPTION WHEN OTHERS THEN
    IF said IS NULL THEN
      RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
    END IF;
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (e.id::text, e.log, e.at, e.class, e.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  IF (said -> 'v' = '1'::jsonb
      AND substr(e.id::text, 15, 1) = '7' AND substr(e.id::text, 20, 1) IN ('8', '9', 'a', 'b')
      AND written = e.at AND e.at >= '1970' COLLATE "C" AND length(e.at) = 27
      AND e.class IN ('transaction', 'disclosure', 'access', 'key', 'policy', 'identity', 'admin', 'export', 'retention', 'log')
      AND e.outcome IN ('intent', 'done', 'denied', 'failed')
      AND jsonb_typeof(said -> 'tenant') = 'string' AND said ->> 'tenant' <> ''
      AND (octet_length(said ->> 'tenant') <= 64 OR audit_utf16_length(said ->> 'tenant') <= 64)
      AND jsonb_typeof(said -> 'sealed') = 'array') IS NOT TRUE THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF audit_entry_text(said) IS DISTINCT FROM spelled THEN
    RAISE EXCEPTION 'the entry is not spelled as one of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF said -> 'pub' ?| '{prune,recovery}'::text[] AND current_user <> 'sealport_owner' THEN
    RAISE EXCEPTION 'only the functions for it tell of a pruning or recovery' USING ERRCODE = 'SP001';
  END IF;
END $$;
