-- The form of an entry, as before; and its log is a text of the length that the format bounds. A number, null or a list that
-- reads like the row's log was taken, where no log had been started yet that it could be held against.
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
      AND jsonb_typeof(said -> 'log') = 'string' AND e.log <> ''
      AND (octet_length(e.log) <= 255 OR audit_utf16_length(e.log) <= 255)
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
