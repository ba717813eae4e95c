-- A step that holds alone keep back is refused once and not at each try: pruning is tried every hour, and by the number of
-- refusals everybody could tell that there is a hold, and how long.

-- How far pruning had gone when such a step was refused last. No login reads it.
CREATE TABLE audit_prune_refusal (
  log text NOT NULL,
  minimum bigint NOT NULL,
  CONSTRAINT audit_prune_refusal_pkey PRIMARY KEY (log)
);

-- As before; what is left of a step being held is written down once until pruning goes on.
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
  PERFORM audit_lock_holds();
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
    INSERT INTO audit_prune_refusal AS r (log, minimum) VALUES (h.log, before)
      ON CONFLICT (log) DO UPDATE SET minimum = before WHERE r.minimum <> before;
    IF FOUND THEN made := audit_write('denied', 'retention', 'log.prune', NULL, NULL); END IF;
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
