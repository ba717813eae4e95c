-- An entry that the sequencer took and the signer signed could not come back in a recovery, where the table's rules thought
-- otherwise of its form than the sequencer: one such entry kept a log from being recovered at all.

-- Length of a text as JavaScript counts it, by which the format bounds a tenant's name.
CREATE FUNCTION audit_utf16_length(t text) RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT length(t) + length(regexp_replace(t, '[\u0001-\uFFFF]', '', 'g'))
$$;

-- The form of an entry, as before; a tenant's name has the bound that the sequencer knows.
CREATE FUNCTION audit_require_form(e audit_entry) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  spelled text;
  said jsonb;
BEGIN
  IF octet_length(e.bytes) > 65535 THEN
    RAISE EXCEPTION 'the entry is longer than 65,535 bytes' USING ERRCODE = 'SP001';
  END IF;
  BEGIN
    spelled := convert_from(e.bytes, 'UTF8');
    said := spelled::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (e.id::text, e.log, e.at, e.class, e.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  IF (said -> 'v' = '1'::jsonb
      AND e.id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'
      AND e.at ~ '^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$'
      AND e.class IN ('transaction', 'disclosure', 'access', 'key', 'policy', 'identity', 'admin', 'export', 'retention', 'log')
      AND e.outcome IN ('intent', 'done', 'denied', 'failed')
      AND jsonb_typeof(said -> 'tenant') = 'string' AND audit_utf16_length(said ->> 'tenant') BETWEEN 1 AND 64
      AND jsonb_typeof(said -> 'sealed') = 'array') IS NOT TRUE THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  -- A day that does not exist.
  IF substr(e.at, 9, 2) > '28' AND substr(e.at, 9, 2)::int > extract(day FROM
      make_date(substr(e.at, 1, 4)::int, substr(e.at, 6, 2)::int, 1) + interval '1 month' - interval '1 day') THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF audit_entry_text(said) IS DISTINCT FROM spelled THEN
    RAISE EXCEPTION 'the entry is not spelled as one of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF said -> 'pub' ?| '{prune,recovery}'::text[] AND current_user <> 'sealport_owner' THEN
    RAISE EXCEPTION 'only the functions for it tell of a pruning or recovery' USING ERRCODE = 'SP001';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION audit_utf16_length(text), audit_require_form(audit_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_utf16_length(text), audit_require_form(audit_entry) TO sealport_app;

-- As before, but for a recovery: what it brings back is held by the leaf, once that is there.
CREATE OR REPLACE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT audit_is_through('recovery') THEN PERFORM audit_require_form(NEW); END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- As before; what a recovery brings back has the leaf of its very bytes, and what it writes itself has the form.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
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
