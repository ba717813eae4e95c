-- What the portal's own login could still write although the sequencer takes it for no entry, and what stood aside then:
-- bytes that are not JCS, a sealed list or public part of another form, a pruning or recovery that nothing did.

-- RFC 8785 of what an entry may hold: texts, whole numbers within 2^53, booleans, lists and objects whose names are
-- printable ASCII. What it may not hold is left out, so that the text is another one. PostgreSQL escapes in texts what
-- RFC 8785 does, as it does; jsonb keeps one member of a name, so that one that is repeated is told by the text as well.
CREATE FUNCTION audit_jcs(j jsonb, depth integer DEFAULT 0) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
  IF depth > 12 THEN RETURN NULL; END IF;
  CASE jsonb_typeof(j)
    WHEN 'object' THEN
      RETURN (SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':' || CASE WHEN jsonb_typeof(m.value) = 'string' THEN m.value::text
          ELSE audit_jcs(m.value, depth + 1) END, ',' ORDER BY m.key COLLATE "C"), '') || '}'
        FROM jsonb_each(j) m WHERE m.key ~ '^[ -~]*$' AND m.key <> '__proto__');
    WHEN 'array' THEN
      RETURN (SELECT '[' || coalesce(string_agg(CASE WHEN jsonb_typeof(m.value) = 'string' THEN m.value::text
          ELSE audit_jcs(m.value, depth + 1) END, ',' ORDER BY m.at), '') || ']'
        FROM jsonb_array_elements(j) WITH ORDINALITY m(value, at));
    WHEN 'number' THEN
      RETURN CASE WHEN j::text ~ '^(0|-?[1-9][0-9]{0,15})$' AND abs(j::numeric) <= 9007199254740991 THEN j::text END;
    WHEN 'null' THEN RETURN NULL;
    ELSE RETURN j::text;
  END CASE;
END $$;

-- The one spelling of an entry of format v1, or none where what it holds is not of that form. A member that has no place
-- in it, or is of another type, is told by the text, which is another one then. No query: every entry is spelled so.
CREATE FUNCTION audit_entry_text(said jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
  digest constant text := '^[A-Za-z0-9_-]*$';
  parts constant jsonb := said -> 'sealed';
  pub constant jsonb := said -> 'pub';
  one jsonb;
  name text;
  word text;
  before text := '';
  gen numeric := -1;
  sealed text := '';
  seals text := '';
  spelled text := '';
BEGIN
  FOR i IN 0 .. jsonb_array_length(parts) - 1 LOOP
    one := parts -> i;
    word := one ->> 'c';
    IF (word > before COLLATE "C" AND (word = 'org' OR (length(word) = 11 AND word ~ '^[A-Za-z0-9_-]*[AEIMQUYcgkosw048]$'))
        AND length(one ->> 'd') = 43 AND one ->> 'd' ~ digest) IS NOT TRUE THEN
      RETURN NULL;
    END IF;
    sealed := sealed || CASE WHEN i > 0 THEN ',' ELSE '' END || '{"c":"' || word || '","d":"' || (one ->> 'd') || '"}';
    before := word;
  END LOOP;
  IF pub IS NOT NULL THEN
    FOREACH name IN ARRAY ARRAY['checkpoint', 'envelopes', 'meta', 'policy', 'prune', 'rd', 'recovery', 'thumbprint'] LOOP
      one := pub -> name;
      CONTINUE WHEN one IS NULL;
      IF name IN ('checkpoint', 'prune', 'recovery') THEN
        word := audit_jcs(one);
      ELSIF name <> 'envelopes' THEN
        word := one #>> '{}';
        word := CASE WHEN length(word) = 43 AND word ~ digest THEN '"' || word || '"' END;
      ELSE
        IF jsonb_typeof(one) <> 'array' OR jsonb_array_length(one) = 0 THEN RETURN NULL; END IF;
        before := '';
        FOR i IN 0 .. jsonb_array_length(one) - 1 LOOP
          word := one -> i ->> 'grp';
          IF (length(word) BETWEEN 1 AND 64 AND word ~ '^[ -~]*$' AND one -> i ->> 'gen' ~ '^(0|[1-9][0-9]*)$'
              AND length(one -> i ->> 'gen') <= 16 AND length(one -> i ->> 'bd') = 43 AND one -> i ->> 'bd' ~ digest
              AND length(one -> i ->> 'rl') = 43 AND one -> i ->> 'rl' ~ digest) IS NOT TRUE THEN
            RETURN NULL;
          END IF;
          IF (one -> i ->> 'gen')::numeric > 9007199254740991 OR word < before COLLATE "C"
             OR (word = before AND (one -> i ->> 'gen')::numeric <= gen) THEN
            RETURN NULL;
          END IF;
          before := word;
          gen := (one -> i ->> 'gen')::numeric;
          seals := seals || CASE WHEN i > 0 THEN ',' ELSE '' END || '{"bd":"' || (one -> i ->> 'bd') || '","gen":'
            || (one -> i ->> 'gen') || ',"grp":' || (one -> i -> 'grp')::text || ',"rl":"' || (one -> i ->> 'rl') || '"}';
        END LOOP;
        word := '[' || seals || ']';
      END IF;
      IF word IS NULL THEN RETURN NULL; END IF;
      spelled := spelled || CASE WHEN spelled = '' THEN '' ELSE ',' END || '"' || name || '":' || word;
    END LOOP;
    spelled := ',"pub":{' || spelled || '}';
  END IF;
  RETURN '{"at":' || (said -> 'at')::text || ',"class":' || (said -> 'class')::text || ',"id":' || (said -> 'id')::text
    || ',"log":' || (said -> 'log')::text || ',"outcome":' || (said -> 'outcome')::text || spelled
    || ',"sealed":[' || sealed || '],"tenant":' || (said -> 'tenant')::text || ',"v":1}';
END $$;
REVOKE EXECUTE ON FUNCTION audit_jcs(jsonb, integer), audit_entry_text(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_jcs(jsonb, integer), audit_entry_text(jsonb) TO sealport_app;

-- As before; and of the closed form v1 wholly, in the one spelling that is hashed.
CREATE OR REPLACE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  spelled text;
  said jsonb;
BEGIN
  IF octet_length(NEW.bytes) > 65535 THEN
    RAISE EXCEPTION 'the entry is longer than 65,535 bytes' USING ERRCODE = 'SP001';
  END IF;
  BEGIN
    spelled := convert_from(NEW.bytes, 'UTF8');
    said := spelled::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION 'the entry is not JSON' USING ERRCODE = 'SP001';
  END;
  IF (said ->> 'id', said ->> 'log', said ->> 'at', said ->> 'class', said ->> 'outcome')
     IS DISTINCT FROM (NEW.id::text, NEW.log, NEW.at, NEW.class, NEW.outcome) THEN
    RAISE EXCEPTION 'the entry says something else than its row' USING ERRCODE = 'SP001';
  END IF;
  IF (said -> 'v' = '1'::jsonb
      AND NEW.id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'
      AND NEW.at ~ '^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$'
      AND NEW.class IN ('transaction', 'disclosure', 'access', 'key', 'policy', 'identity', 'admin', 'export', 'retention', 'log')
      AND NEW.outcome IN ('intent', 'done', 'denied', 'failed')
      AND jsonb_typeof(said -> 'tenant') = 'string' AND octet_length(said ->> 'tenant') BETWEEN 1 AND 64
      AND jsonb_typeof(said -> 'sealed') = 'array') IS NOT TRUE THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  -- A day that does not exist.
  IF substr(NEW.at, 9, 2) > '28' AND substr(NEW.at, 9, 2)::int > extract(day FROM
      make_date(substr(NEW.at, 1, 4)::int, substr(NEW.at, 6, 2)::int, 1) + interval '1 month' - interval '1 day') THEN
    RAISE EXCEPTION 'the entry is not of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF audit_entry_text(said) IS DISTINCT FROM spelled THEN
    RAISE EXCEPTION 'the entry is not spelled as one of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF said -> 'pub' ?| '{prune,recovery}'::text[] AND current_user <> 'sealport_owner' THEN
    RAISE EXCEPTION 'only the functions for it tell of a pruning or recovery' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- As before; rows that tell of a pruning or recovery, or whose bytes are no entry, are not in their form.
CREATE OR REPLACE FUNCTION audit_insert_prepared(e audit_erasure) RETURNS uuid LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE made uuid;
BEGIN
  IF jsonb_array_length(e.prepared -> 'entry') <> 1 OR e.prepared #>> '{entry,0,class}' <> 'retention'
     OR e.prepared #>> '{entry,0,outcome}' <> 'done' OR NOT (e.prepared -> 'queue') @> jsonb_build_array(jsonb_build_object(
       'subject', 'compartment:' || e.compartment_id, 'action', 'compartment.erase')) THEN
    RETURN NULL;
  END IF;
  -- It is written with the owner's rights here, which alone may tell of the one or the other.
  IF convert_from(decode(e.prepared #>> '{entry,0,bytes}', 'base64'), 'UTF8')::jsonb -> 'pub' ?| '{prune,recovery}'::text[] THEN
    RETURN NULL;
  END IF;
  INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
    SELECT id, log, tenant_id, at, class, outcome, decode(bytes, 'base64') FROM jsonb_to_recordset(e.prepared -> 'entry')
      AS r(id uuid, log text, tenant_id uuid, at text, class text, outcome text, bytes text) RETURNING id INTO made;
  INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
    SELECT made, c, tenant_id, compartment_id, decode(stored, 'base64') FROM jsonb_to_recordset(e.prepared -> 'parts')
      AS r(c text, tenant_id uuid, compartment_id uuid, stored text);
  INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
    SELECT made, tenant_id, subject, action FROM jsonb_to_recordset(e.prepared -> 'queue')
      AS r(tenant_id uuid, subject text, action text);
  INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
    SELECT made, tenant_id, at, actor, action, outcome FROM jsonb_to_recordset(e.prepared -> 'index')
      AS r(tenant_id uuid, at text, actor text, action text, outcome text);
  RETURN made;
EXCEPTION WHEN data_exception OR SQLSTATE 'SP001' THEN
  RETURN NULL;
END $$;
