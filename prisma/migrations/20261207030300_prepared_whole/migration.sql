-- An entry that lies ready is written with its part and its search row or not at all: the portal's login may write what lies
-- ready, and had a key destroyed by an entry without its part, so that the person's parts were told as taken for ever.
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
  -- One part, the organisation's, which the entry binds and which lies there, and the search row by which it is found: without
  -- them the key would go and nothing would explain it.
  IF jsonb_array_length(e.prepared -> 'parts') <> 1 OR jsonb_array_length(e.prepared -> 'index') <> 1
     OR e.prepared #>> '{index,0,action}' <> 'compartment.erase' OR e.prepared #>> '{index,0,outcome}' <> 'done'
     OR num_nulls(e.prepared #>> '{index,0,action}', e.prepared #>> '{index,0,outcome}', e.prepared #>> '{parts,0,stored}') <> 0
     OR (convert_from(decode(e.prepared #>> '{entry,0,bytes}', 'base64'), 'UTF8')::jsonb -> 'sealed')
       IS DISTINCT FROM jsonb_build_array(jsonb_build_object('c', e.prepared #>> '{parts,0,c}', 'd',
         rtrim(translate(encode(sha256(decode(e.prepared #>> '{parts,0,stored}', 'base64')), 'base64'), '+/', '-_'), '=')))
     OR NOT EXISTS (SELECT 1 FROM audit_compartment k WHERE k.id = (e.prepared #>> '{parts,0,compartment_id}')::uuid
       AND k.kind = 'org' AND k.tenant_id = e.tenant_id AND k.sealed_key IS NOT NULL) THEN
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
REVOKE EXECUTE ON FUNCTION audit_insert_prepared(audit_erasure) FROM PUBLIC;
