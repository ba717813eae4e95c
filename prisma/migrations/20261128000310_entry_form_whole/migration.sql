-- As before; and what the sequencer would refuse for one look less: a day or a year that the format does not have, an id
-- that is no UUIDv7, a public part that is no object, a tenant of another length. What lies deeper, and that the bytes are
-- JCS, the sequencer judges (lib/audit/sequencer/quarantine.ts).
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
  IF (said -> 'v' = '1'::jsonb
      AND said - '{v,log,id,at,tenant,class,outcome,sealed,pub}'::text[] = '{}'::jsonb
      AND NEW.id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'
      AND NEW.at ~ '^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$'
      AND NEW.class IN ('transaction', 'disclosure', 'access', 'key', 'policy', 'identity', 'admin', 'export', 'retention', 'log')
      AND NEW.outcome IN ('intent', 'done', 'denied', 'failed')
      AND jsonb_typeof(said -> 'tenant') = 'string' AND length(said ->> 'tenant') BETWEEN 1 AND 64
      AND jsonb_typeof(said -> 'sealed') = 'array'
      AND coalesce(jsonb_typeof(said -> 'pub'), 'object') = 'object') IS NOT TRUE THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  -- A day that does not exist.
  IF substr(NEW.at, 9, 2) > '28' AND substr(NEW.at, 9, 2)::int > extract(day FROM
      make_date(substr(NEW.at, 1, 4)::int, substr(NEW.at, 6, 2)::int, 1) + interval '1 month' - interval '1 day') THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;
