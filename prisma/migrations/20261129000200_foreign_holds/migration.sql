-- A hold of whoever it is keeps everything it is about, from the moment it was answered, and nobody learns of it by how a
-- deletion goes who may not know of it otherwise.

-- ------------------------------------------------------------------ what a hold keeps
-- As before; also an entry that names the case of a request alone, as reads of one do, and the entries of the hold itself.
CREATE OR REPLACE FUNCTION audit_is_held(i audit_index) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM transaction t WHERE t.hold_until > now() AND (t.id = i.transaction_id
        OR EXISTS (SELECT 1 FROM access_request q WHERE q.id IN (i.request_id, i.case_id) AND t.id::text = ANY (q.transactions))
        OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND t.id::text = ANY (g.transactions))))
    OR EXISTS (SELECT 1 FROM preservation p WHERE p.tenant_id = i.tenant_id AND p.released_at IS NULL AND p.until > now()
      AND (p.id = i.case_id OR i.transaction_id::text = ANY (p.transactions)
        OR EXISTS (SELECT 1 FROM access_request q WHERE q.id IN (i.request_id, i.case_id) AND q.transactions && p.transactions)
        OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND g.transactions && p.transactions)))
$$;
CREATE INDEX "transaction_hold_until_idx" ON "transaction"("hold_until");

-- A hold that was answered before a deletion commits is seen by it: one that is being placed is waited for, and one that
-- comes later waits. What an older snapshot shows is no answer.
CREATE FUNCTION audit_lock_holds() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'holds are looked at as they are now' USING ERRCODE = 'SP004';
  END IF;
  LOCK TABLE preservation IN SHARE MODE;
END $$;
REVOKE EXECUTE ON FUNCTION audit_lock_holds() FROM PUBLIC;

-- ------------------------------------------------------------------ door one, as before
-- A refusal for the date, a hold or an entry that is not ready is written down once and not at each new try: a hold is
-- tried each day and a date once, and by the number of refusals everybody could tell one from the other.
CREATE OR REPLACE FUNCTION audit_erase(p_erasure uuid) RETURNS TABLE (outcome text, reason text, entry uuid, again timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  e audit_erasure;
  k audit_compartment;
  b record;
  made uuid;
BEGIN
  PERFORM audit_lock_holds();
  SELECT * INTO e FROM audit_erasure WHERE id = p_erasure FOR UPDATE;
  IF e.state IN ('refused', 'done') THEN
    RETURN QUERY SELECT 'waiting', 'ended', NULL::uuid, NULL::timestamptz; RETURN;
  END IF;
  IF e.id IS NULL THEN
    made := audit_write('denied', 'retention', 'compartment.erase', NULL, NULL);
    RETURN QUERY SELECT 'denied', 'two_persons', made, NULL::timestamptz; RETURN;
  END IF;
  SELECT * INTO k FROM audit_compartment WHERE id = e.compartment_id FOR UPDATE;
  SELECT * INTO b FROM audit_erasure_bar(e, k);
  IF b.bar IS NULL AND (e.prepared IS NULL OR e.prepared_at < now() - interval '60 seconds') THEN
    RETURN QUERY SELECT 'waiting', 'prepared', NULL::uuid, NULL::timestamptz; RETURN;
  END IF;
  IF b.bar IS NULL THEN
    PERFORM set_config('sealport.erase', pg_current_xact_id()::text, true);
    made := audit_insert_prepared(e);
    IF made IS NULL THEN b.bar := 'prepared'; b.due := now() + interval '1 hour'; END IF;
  END IF;
  IF b.bar IS NOT NULL THEN
    IF b.bar NOT IN ('date', 'hold', 'prepared') OR coalesce(e.kept_back, '') NOT IN ('date', 'hold', 'prepared') THEN
      made := audit_write('denied', 'retention', 'compartment.erase', NULL, ARRAY['erasure:' || e.id]);
    END IF;
    UPDATE audit_erasure SET try_after = coalesce(b.due, now() + interval '1 day'), kept_back = b.bar, prepared = NULL,
      prepared_at = NULL WHERE id = e.id;
    RETURN QUERY SELECT 'denied', b.bar, made, b.due; RETURN;
  END IF;
  UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = k.id;
  UPDATE audit_erasure SET state = 'done', entry_id = made, ended_at = now(), prepared = NULL, prepared_at = NULL,
    kept_back = NULL, try_after = NULL WHERE id = e.id;
  PERFORM set_config('sealport.erase', '', true);
  SET CONSTRAINTS ALL IMMEDIATE;
  PERFORM pg_notify('sealport_erased', k.id::text);
  RETURN QUERY SELECT 'done', NULL::text, made, NULL::timestamptz;
END $$;

-- ------------------------------------------------------------------ door two, as before
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
