-- The log's life: how long entries and persons' keys are kept, erasure of one person, pruning, recovery after a
-- restore, and the end of one log with the start of another. Deletion has two doors, audit_erase and audit_prune;
-- only sealport_retention may go through them, and both write down what they refuse.

-- ------------------------------------------------------------------ how long
CREATE TABLE audit_retention (
  kind text NOT NULL,
  name text NOT NULL,
  days integer NOT NULL,
  CONSTRAINT audit_retention_pkey PRIMARY KEY (kind, name)
);
ALTER TABLE audit_retention ADD CONSTRAINT audit_retention_kind_known CHECK (kind IN ('role', 'class'));
ALTER TABLE audit_retention ADD CONSTRAINT audit_retention_days_sane CHECK (days BETWEEN 1 AND 36525);
-- What tells who a person is goes by the person's role, entries by their class; '*' stands for all others.
INSERT INTO audit_retention (kind, name, days) VALUES
  ('role', 'regulator', 2555), ('role', 'auditor', 1825), ('role', 'coordinator', 3650), ('role', '*', 365),
  ('class', '*', 2555);

CREATE FUNCTION audit_days(p_kind text, p_name text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT days FROM audit_retention WHERE kind = p_kind AND name IN (p_name, '*') ORDER BY (name = '*') LIMIT 1
$$;

-- ------------------------------------------------------------------ erasures and prunings
CREATE TABLE audit_erasure (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  compartment_id uuid NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'asked',
  asked_by uuid NOT NULL,
  asked_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  agreed_by uuid,
  agreed_at timestamptz(6),
  refused_by uuid,
  prepared jsonb,
  prepared_at timestamptz(6),
  try_after timestamptz(6),
  kept_back text,
  entry_id uuid,
  ended_at timestamptz(6),
  CONSTRAINT audit_erasure_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_erasure_tenant_id_state_id_idx ON audit_erasure (tenant_id, state, id);
CREATE INDEX audit_erasure_compartment_id_idx ON audit_erasure (compartment_id);
CREATE UNIQUE INDEX audit_erasure_one_live ON audit_erasure (compartment_id) WHERE state IN ('asked', 'agreed');
ALTER TABLE audit_erasure ADD CONSTRAINT audit_erasure_state_known CHECK
  (state IN ('asked', 'agreed', 'refused', 'done'));
ALTER TABLE audit_erasure ADD CONSTRAINT audit_erasure_by_two CHECK
  (agreed_by IS NULL OR agreed_by <> asked_by);
ALTER TABLE audit_erasure ADD CONSTRAINT audit_erasure_whole CHECK
  (num_nonnulls(agreed_by, agreed_at) IN (0, 2) AND (state NOT IN ('agreed', 'done') OR agreed_by IS NOT NULL)
   AND (state = 'refused') = (refused_by IS NOT NULL) AND (state = 'done') = (entry_id IS NOT NULL)
   AND (state IN ('refused', 'done')) = (ended_at IS NOT NULL));

CREATE TABLE audit_prune (
  entry_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  log text NOT NULL,
  minimum bigint NOT NULL,
  size bigint NOT NULL,
  removed bigint NOT NULL,
  kept bigint NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT audit_prune_pkey PRIMARY KEY (entry_id)
);
CREATE INDEX audit_prune_log_minimum_idx ON audit_prune (log, minimum);

-- ------------------------------------------------------------------ recoveries, and logs that are closed
CREATE TABLE audit_recovery (
  entry_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  log text NOT NULL,
  from_seq bigint NOT NULL,
  to_seq bigint NOT NULL,
  assurance text NOT NULL,
  statements jsonb NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT audit_recovery_pkey PRIMARY KEY (entry_id)
);
ALTER TABLE audit_head ADD COLUMN closed_at timestamptz(6);

-- ------------------------------------------------------------------ one live key a person, suspicion
-- A person who comes back after an erasure gets a key of his own again; the destroyed one stays as a row.
DROP INDEX audit_compartment_tenant_id_kind_subject_key;
CREATE UNIQUE INDEX audit_compartment_one_live ON audit_compartment (tenant_id, kind, subject)
  WHERE destroyed_at IS NULL;
CREATE INDEX audit_compartment_tenant_id_kind_subject_idx ON audit_compartment (tenant_id, kind, subject);
ALTER TABLE audit_index ADD COLUMN is_suspicion boolean NOT NULL DEFAULT false;

-- ------------------------------------------------------------------ the marks of the doors
-- The owner's functions mark their own transaction. Nobody else may delete, and nobody but the owner can mark: the
-- mark without the owner's rights opens nothing.
CREATE FUNCTION audit_is_through(p_door text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_user = 'sealport_owner'
     AND coalesce(current_setting('sealport.' || p_door, true), '') = pg_current_xact_id()::text
$$;

CREATE FUNCTION audit_refuse_but_pruning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND audit_is_through('prune') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;
CREATE FUNCTION audit_refuse_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND audit_is_through('erase') AND NEW.sealed_key IS NULL AND NEW.destroyed_at IS NOT NULL
     AND to_jsonb(NEW) - 'sealed_key' - 'destroyed_at' = to_jsonb(OLD) - 'sealed_key' - 'destroyed_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on % is refused: keys are only erased', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;
CREATE FUNCTION audit_refuse_but_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND audit_is_through('recovery') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;
DO $$
DECLARE
  t record;
  n text;
BEGIN
  FOR t IN SELECT * FROM (VALUES ('audit_entry', 'audit_refuse_but_pruning'), ('audit_part', 'audit_refuse_but_pruning'),
      ('audit_compartment', 'audit_refuse_but_erasing'), ('audit_leaf', 'audit_refuse_but_recovery')) AS v(name, fn) LOOP
    EXECUTE format('DROP TRIGGER %I ON %I', t.name || '_fixed', t.name);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %I()', t.name || '_fixed', t.name, t.fn);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t.name, t.name || '_fixed');
  END LOOP;
  FOREACH n IN ARRAY ARRAY['audit_prune', 'audit_recovery', 'audit_retention', 'audit_erasure', 'audit_index', 'auth_session',
      'request_event', 'api_key', 'key_rotation'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', n || '_kept', n);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', n, n || '_kept');
  END LOOP;
  FOREACH n IN ARRAY ARRAY['audit_prune', 'audit_recovery'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', n || '_fixed', n);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', n, n || '_fixed');
  END LOOP;
END $$;

-- A queue row leaves when its entry has a leaf, and not otherwise: whoever may empty the queue cannot lose an entry.
CREATE FUNCTION audit_queue_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM gone g LEFT JOIN audit_leaf l ON l.entry_id = g.entry_id WHERE l.entry_id IS NULL) THEN
    RAISE EXCEPTION 'an entry without a leaf stays queued' USING ERRCODE = 'SP004';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_queue_leaves AFTER DELETE ON audit_queue REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION audit_queue_leaves();
ALTER TABLE audit_queue ENABLE ALWAYS TRIGGER audit_queue_leaves;

-- One open log; its tree grows, and shrinks only where a restore left leaves that nobody signed (recovery).
CREATE FUNCTION audit_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM audit_head h WHERE (h.log <> NEW.log) = (h.closed_at IS NULL)) THEN
      RAISE EXCEPTION 'there is one open log, and a closed one is not opened again' USING ERRCODE = 'SP004';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.log <> OLD.log OR NEW.tenant_id <> OLD.tenant_id OR OLD.closed_at IS NOT NULL
     OR (NEW.size < OLD.size AND NOT audit_is_through('recovery'))
     OR (NEW.closed_at IS NOT NULL AND NOT audit_is_through('recovery')) THEN
    RAISE EXCEPTION 'the head of a log only goes forward' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_head_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_guard();
ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_guard;

-- As before; after a restore, entries whose leaf nobody signed go back into the queue.
CREATE OR REPLACE FUNCTION audit_queue_own_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = NEW.entry_id AND e.xid = NEW.xid)
     AND NOT audit_is_through('recovery') THEN
    RAISE EXCEPTION 'the queue row names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- As before; an entry that comes back from the signer's store has its leaf at once, and a closed log takes none.
CREATE OR REPLACE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = NEW.id)
     AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry is not queued for the tree' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS
    (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- ------------------------------------------------------------------ entries the database writes itself
-- JCS of a closed form: member names in order, text escaped as PostgreSQL and RFC 8785 both do. No sealed part: the
-- database holds no key. `p_pub` is JCS already, or null.
CREATE FUNCTION audit_write(p_outcome text, p_class text, p_action text, p_pub text, p_subjects text[]) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  h audit_head;
  pseudonym text;
  r text := replace(gen_random_uuid()::text, '-', '');
  now_at timestamptz := clock_timestamp();
  ms text := lpad(to_hex(floor(extract(epoch FROM now_at) * 1000)::bigint), 12, '0');
  id text := substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(r, 14, 3) || '-' || substr(r, 17, 4) || '-' || substr(r, 21, 12);
  at text := to_char(now_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
BEGIN
  SET CONSTRAINTS ALL DEFERRED;
  SELECT * INTO STRICT h FROM audit_head WHERE closed_at IS NULL;
  SELECT t.pseudonym INTO STRICT pseudonym FROM tenant t WHERE t.id = h.tenant_id;
  INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES (id::uuid, h.log, h.tenant_id, at, p_class, p_outcome,
    convert_to('{"at":' || to_json(at) || ',"class":' || to_json(p_class) || ',"id":' || to_json(id) || ',"log":' || to_json(h.log)
      || ',"outcome":' || to_json(p_outcome) || coalesce(',"pub":' || p_pub, '') || ',"sealed":[],"tenant":' || to_json(pseudonym) || ',"v":1}', 'UTF8'));
  INSERT INTO audit_queue (entry_id, tenant_id, subject, action)
    SELECT id::uuid, h.tenant_id, s, p_action FROM unnest(coalesce(p_subjects, ARRAY['entry:' || id])) AS s;
  INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
    VALUES (id::uuid, h.tenant_id, at, 'system:database', p_action, p_outcome);
  -- What is checked at COMMIT is checked here: there it would be asked with the rights of the caller's login.
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN id::uuid;
END $$;

-- ------------------------------------------------------------------ what keeps entries back
-- A legal hold on a transaction holds what was written about it, about requests for it and about grants over it.
CREATE FUNCTION audit_is_held(i audit_index) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM transaction t WHERE t.id = i.transaction_id AND t.hold_until > now())
    OR EXISTS (SELECT 1 FROM preservation p WHERE p.tenant_id = i.tenant_id AND p.released_at IS NULL AND p.until > now()
      AND (i.transaction_id::text = ANY (p.transactions)
        OR EXISTS (SELECT 1 FROM access_request q WHERE q.id = i.request_id AND q.transactions && p.transactions)
        OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND g.transactions && p.transactions)))
$$;
-- What a living record is checked against stays as long as the record.
CREATE FUNCTION audit_is_needed(p_entry uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM transaction WHERE create_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM transaction_group WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM key_version WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM escrow_epoch WHERE registration_entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_erasure WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_prune WHERE entry_id = p_entry)
    OR EXISTS (SELECT 1 FROM audit_recovery WHERE entry_id = p_entry)
$$;
CREATE INDEX transaction_create_entry ON transaction (create_entry_id);
CREATE INDEX transaction_group_entry ON transaction_group (entry_id);

-- ------------------------------------------------------------------ door one: one person's key
-- Why an erasure may not be carried out now, and when to ask again; null where it may.
CREATE FUNCTION audit_erasure_bar(e audit_erasure, k audit_compartment, OUT bar text, OUT due timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE person app_user;
BEGIN
  SELECT * INTO person FROM app_user u WHERE u.pseudonym = k.subject AND u.tenant_id = k.tenant_id;
  IF e.state <> 'agreed' OR e.agreed_by = e.asked_by THEN bar := 'two_persons'; RETURN; END IF;
  IF k.kind <> 'subject' OR k.destroyed_at IS NOT NULL THEN bar := 'compartment'; RETURN; END IF;
  IF person.id IN (e.asked_by, e.agreed_by) OR (SELECT count(DISTINCT d.user_id) FROM duty d JOIN app_user u ON u.id = d.user_id
      WHERE d.user_id IN (e.asked_by, e.agreed_by) AND d.duty IN ('privacy', 'compliance') AND u.role = 'coordinator') <> 2 THEN
    bar := 'two_persons'; RETURN;
  END IF;
  SELECT max(n.at)::timestamptz + make_interval(days => audit_days('role', person.role)) INTO due
    FROM audit_part p JOIN audit_entry n ON n.id = p.entry_id WHERE p.compartment_id = k.id;
  IF due > now() THEN bar := 'date'; RETURN; END IF;
  IF EXISTS (SELECT 1 FROM audit_part p JOIN audit_index i ON i.entry_id = p.entry_id
      WHERE p.compartment_id = k.id AND audit_is_held(i)) THEN
    bar := 'hold'; due := now() + interval '1 day';
  END IF;
END $$;

-- The prepared rows must be of this erasure: an entry of class retention that names compartment and erasure.
CREATE FUNCTION audit_insert_prepared(e audit_erasure) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE made uuid;
BEGIN
  IF jsonb_array_length(e.prepared -> 'entry') <> 1 OR e.prepared #>> '{entry,0,class}' <> 'retention'
     OR e.prepared #>> '{entry,0,outcome}' <> 'done' OR NOT (e.prepared -> 'queue') @> jsonb_build_array(jsonb_build_object(
       'subject', 'compartment:' || e.compartment_id, 'action', 'compartment.erase')) THEN
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
END $$;

-- Destroys the key of one person's compartment with its entry, or says why not and writes that down.
CREATE FUNCTION audit_erase(p_erasure uuid) RETURNS TABLE (outcome text, reason text, entry uuid, again timestamptz)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  e audit_erasure;
  k audit_compartment;
  b record;
  made uuid;
BEGIN
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
    made := audit_write('denied', 'retention', 'compartment.erase', NULL, ARRAY['erasure:' || e.id]);
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

-- ------------------------------------------------------------------ door two: entries past their time
-- First sequence number whose entry is not past its time: nothing from there on may be pruned.
CREATE FUNCTION audit_first_kept(p_log text, p_below bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT l.seq FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
  WHERE l.log = p_log AND l.seq < p_below
    AND e.at::timestamptz + make_interval(days => audit_days('class', e.class)) > now()
  ORDER BY l.seq LIMIT 1
$$;

-- Removes bytes, parts and index rows below a minimum index, but for what a hold or a living record keeps; leaf
-- hashes, tiles and checkpoints stay. Says how many a hold keeps back and where the first is.
CREATE FUNCTION audit_prune(p_minimum bigint)
RETURNS TABLE (outcome text, reason text, seq bigint, entry uuid, removed bigint, held bigint, first_held bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  h audit_head;
  before bigint;
  early bigint;
  why text;
  made uuid;
  ids uuid[];
  kept bigint;
  held_count bigint;
  held_first bigint;
BEGIN
  SELECT * INTO STRICT h FROM audit_head WHERE closed_at IS NULL FOR UPDATE;
  before := coalesce((SELECT max(p.minimum) FROM audit_prune p WHERE p.log = h.log), 0);
  IF p_minimum IS NULL OR p_minimum < before OR p_minimum < 1 THEN why := 'minimum';
  ELSIF p_minimum > coalesce((SELECT max(c.size) FROM audit_checkpoint c WHERE c.log = h.log), 0) THEN why := 'unsigned';
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
    translate(rtrim(encode(h.root, 'base64'), '='), '+/', '-_'), h.size, p_minimum), NULL);
  INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept)
    VALUES (made, h.tenant_id, h.log, p_minimum, h.size, cardinality(ids), kept);
  RETURN QUERY SELECT 'done', NULL::text, NULL::bigint, made, cardinality(ids)::bigint, held_count, held_first;
END $$;

-- ------------------------------------------------------------------ settings
-- For the owner's login only; the entry binds the whole table of days by its digest.
CREATE FUNCTION audit_set_retention(p_kind text, p_name text, p_days integer) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE digest text;
BEGIN
  INSERT INTO audit_retention (kind, name, days) VALUES (p_kind, p_name, p_days)
    ON CONFLICT (kind, name) DO UPDATE SET days = EXCLUDED.days;
  SELECT translate(rtrim(encode(sha256(convert_to(string_agg(kind || ' ' || name || ' ' || days, E'\n' ORDER BY kind, name), 'UTF8')),
    'base64'), '='), '+/', '-_') INTO digest FROM audit_retention;
  RETURN audit_write('done', 'policy', 'retention.change', format('{"policy":"%s"}', digest), ARRAY['retention:' || p_name]);
END $$;

-- ------------------------------------------------------------------ completeness
CREATE CONSTRAINT TRIGGER audit_retention_complete AFTER INSERT OR UPDATE OR DELETE ON audit_retention
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('retention:name');
-- Preparing and waiting are no acts of their own; asking, agreeing, refusing and erasing are.
CREATE CONSTRAINT TRIGGER audit_erasure_complete AFTER INSERT OR DELETE OR UPDATE OF
  id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at, refused_by, entry_id, ended_at ON audit_erasure
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('erasure:id', 'compartment:compartment_id');
-- A compartment is made on first use by the entry that needs it; what must be vouched for is its end.
CREATE CONSTRAINT TRIGGER audit_compartment_complete AFTER UPDATE OR DELETE ON audit_compartment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('compartment:id');
CREATE CONSTRAINT TRIGGER request_event_complete AFTER INSERT OR UPDATE OR DELETE ON request_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('request:request_id');
CREATE CONSTRAINT TRIGGER key_rotation_complete AFTER INSERT OR UPDATE OR DELETE ON key_rotation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('rotation:id');
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_retention', 'audit_erasure', 'audit_compartment', 'request_event', 'key_rotation'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_complete');
  END LOOP;
  -- Rules of state and of form hold whatever a session says its replication role is.
  FOREACH t IN ARRAY ARRAY['key_version:key_version_state_guard', 'access_request:access_request_guard'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', split_part(t, ':', 1), split_part(t, ':', 2));
  END LOOP;
END $$;

-- What was agreed to stays as it was agreed, and ends once.
CREATE FUNCTION audit_erasure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' THEN RAISE EXCEPTION 'an erasure begins by asking' USING ERRCODE = 'SP002'; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state IN ('refused', 'done')
     OR (NEW.id, NEW.tenant_id, NEW.compartment_id, NEW.reason, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.compartment_id, OLD.reason, OLD.asked_by, OLD.asked_at)
     OR (OLD.agreed_by IS NOT NULL AND NEW.agreed_by IS DISTINCT FROM OLD.agreed_by)
     OR (NEW.state = 'done' AND NOT audit_is_through('erase')) THEN
    RAISE EXCEPTION 'an erasure keeps what was agreed and ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_erasure_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_erasure
  FOR EACH ROW EXECUTE FUNCTION audit_erasure_guard();
ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_guard;

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('erasure.ask', 'audit_erasure', 'INSERT'), ('erasure.agree', 'audit_erasure', 'UPDATE'),
  ('erasure.refuse', 'audit_erasure', 'UPDATE'), ('compartment.erase', 'audit_erasure', 'UPDATE'),
  ('compartment.erase', 'audit_compartment', 'UPDATE'),
  ('retention.change', 'audit_retention', 'INSERT'), ('retention.change', 'audit_retention', 'UPDATE'),
  ('log.recovery', 'tenant', 'UPDATE'), ('key.rotate', 'key_rotation', 'INSERT'), ('key.rotate', 'key_rotation', 'UPDATE'),
  ('request.comment', 'request_event', 'INSERT');
INSERT INTO audit_action_rule (action, table_name, op)
  SELECT DISTINCT action, 'request_event', 'INSERT' FROM audit_action_rule WHERE table_name = 'access_request';

-- ------------------------------------------------------------------ functions look nowhere but here
-- Names in them are found in this schema before anything a caller could put in front, temporary tables included.
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', f);
  END LOOP;
END $$;

-- ------------------------------------------------------------------ grants
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase(uuid), audit_prune(bigint) TO sealport_retention;
GRANT EXECUTE ON FUNCTION audit_is_through(text) TO sealport_app, sealport_sequencer, sealport_retention, sealport_signer,
  sealport_custodian, sealport_auditor, sealport_jobs;
GRANT EXECUTE ON FUNCTION audit_first_kept(text, bigint), audit_days(text, text) TO sealport_app;
GRANT SELECT ON audit_erasure, audit_retention, audit_prune, audit_recovery TO sealport_app, sealport_auditor;
GRANT INSERT ON audit_erasure TO sealport_app;
GRANT UPDATE (state, agreed_by, agreed_at, refused_by, ended_at, prepared, prepared_at, try_after) ON audit_erasure TO sealport_app;
GRANT SELECT ON audit_prune, audit_recovery TO sealport_sequencer, sealport_signer, sealport_custodian;
