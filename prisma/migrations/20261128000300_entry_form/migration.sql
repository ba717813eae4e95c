-- What the portal's own login could write although it is no entry: it stood in the queue for ever, in every count of
-- what waits, and made pages, bundles and verifications say what is not so.

-- ------------------------------------------------------------------ the form of an entry
-- As before, and of the closed form v1 (lib/audit/entry/entry.ts) as far as one look at its members tells.
CREATE OR REPLACE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE said jsonb;
BEGIN
  IF octet_length(NEW.bytes) > 65535 THEN
    RAISE EXCEPTION 'the entry is longer than 65,535 bytes' USING ERRCODE = 'SP001';
  END IF;
  BEGIN
    said := convert_from(NEW.bytes, 'UTF8')::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (NEW.id::text, NEW.log, NEW.at, NEW.class, NEW.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  IF said -> 'v' IS DISTINCT FROM '1'::jsonb
     OR jsonb_typeof(said -> 'tenant') IS DISTINCT FROM 'string'
     OR jsonb_typeof(said -> 'sealed') IS DISTINCT FROM 'array'
     OR said - '{v,log,id,at,tenant,class,outcome,sealed,pub}'::text[] <> '{}'::jsonb
     OR NEW.at !~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z$'
     OR NEW.class NOT IN ('transaction', 'disclosure', 'access', 'key', 'policy', 'identity', 'admin', 'export', 'retention', 'log')
     OR NEW.outcome NOT IN ('intent', 'done', 'denied', 'failed') THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- ------------------------------------------------------------------ an entry has its search row
-- As before; an entry without one would be in the tree and in no list, and no row can be put beside it afterwards.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id)
     AND NOT (audit_is_through('recovery') AND EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id)) THEN
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
