-- The audit log: entries, sealed parts and their keys, the tree, checkpoints, the index that people search, exports, self-checks,
-- retention, erasure and recovery (docs/formats, docs/invariants.md). Only the bytes of an entry are trusted. Columns and index rows only
-- help to find it. The portal's login may append; it cannot change or delete. Only two functions delete, audit_erase and audit_prune (the
-- doors), and only sealport_retention may call them.

-- ---------------------------------------------------------------- Tables

CREATE TABLE audit_head (
  log text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  size bigint NOT NULL DEFAULT 0,
  root bytea NOT NULL,
  chain bytea NOT NULL,
  frontier bytea[],
  updated_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  closed_at timestamptz(6)
);

-- `xid` names the writing transaction. No INSERT grant includes it, and a trigger overwrites any given value.
CREATE TABLE audit_entry (
  id uuid PRIMARY KEY,
  log text NOT NULL,
  tenant_id uuid NOT NULL,
  at text NOT NULL,
  class text NOT NULL,
  outcome text NOT NULL,
  bytes bytea NOT NULL,
  xid xid8
);

CREATE TABLE audit_part (
  entry_id uuid NOT NULL,
  c text NOT NULL,
  tenant_id uuid NOT NULL,
  compartment_id uuid NOT NULL,
  stored bytea NOT NULL,
  PRIMARY KEY (entry_id, c),
  -- A reader of a bundle takes four parts and their entry in one line (lib/crypto/log/audit-part.ts). A longer part would
  -- make every bundle of the log unreadable.
  CONSTRAINT audit_part_stored_fits CHECK (octet_length(stored) <= 655360)
);

-- Keys of sealed parts. A destroyed key keeps its row, without the key. `nth`: if a compartment does not open, the next number may have
-- another one; the portal uses the first that opens. Otherwise the portal's login could block a name by making its compartment first.
CREATE TABLE audit_compartment (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  sealed_key bytea,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  destroyed_at timestamptz(6),
  nth integer NOT NULL DEFAULT 0,
  -- No reader can name a part of any other kind.
  CONSTRAINT audit_compartment_kind_known CHECK (kind IN ('org', 'case', 'subject', 'suspicion')),
  -- A sealed key is 61 bytes long.
  CONSTRAINT audit_compartment_key_fits CHECK (octet_length(sealed_key) <= 1024),
  -- A person has one compartment, because an erasure destroys one key.
  CONSTRAINT audit_compartment_one_a_person CHECK
    (nth = 0 OR (nth > 0 AND kind IN ('org', 'case', 'suspicion')))
);

-- Entries that wait for their leaf. `queued_at` is the database's time: the time in an entry may be in the future.
CREATE TABLE audit_queue (
  id bigserial PRIMARY KEY,
  entry_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  subject text NOT NULL,
  action text NOT NULL,
  xid xid8,
  queued_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE audit_leaf (
  log text NOT NULL,
  seq bigint NOT NULL,
  entry_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  leaf_hash bytea NOT NULL,
  chain bytea NOT NULL,
  integrated_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (log, seq)
);

CREATE TABLE audit_tile (
  log text NOT NULL,
  level integer NOT NULL,
  index bigint NOT NULL,
  tenant_id uuid NOT NULL,
  width integer NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (log, level, index)
);

-- `time_stamped_at` is the time in the token, so that pages need not parse it.
CREATE TABLE audit_checkpoint (
  log text NOT NULL,
  size bigint NOT NULL,
  tenant_id uuid NOT NULL,
  root bytea NOT NULL,
  note text NOT NULL,
  witnesses jsonb NOT NULL DEFAULT '[]',
  time_stamp bytea,
  published_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  time_stamped_at timestamptz(6),
  PRIMARY KEY (log, size)
);

-- The newest checkpoint that each witness has cosigned, so that a silent witness is found quickly.
CREATE TABLE audit_witness (
  log text NOT NULL,
  name text NOT NULL,
  tenant_id uuid NOT NULL,
  size bigint NOT NULL,
  timestamp bigint NOT NULL,
  PRIMARY KEY (log, name)
);

CREATE TABLE audit_index (
  entry_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  at text NOT NULL,
  actor text,
  action text NOT NULL,
  outcome text NOT NULL,
  purpose text,
  transaction_id uuid,
  participant_id text,
  request_id uuid,
  grant_id uuid,
  case_id uuid,
  is_access boolean NOT NULL DEFAULT false,
  is_suspicion boolean NOT NULL DEFAULT false
);

CREATE TABLE audit_action_rule (
  table_name text NOT NULL,
  op text NOT NULL,
  action text NOT NULL,
  PRIMARY KEY (table_name, op, action)
);

-- A queued row that is not a valid entry of its log stays in the queue as evidence. This row records that the sequencer saw it, and why it
-- was refused.
CREATE TABLE audit_quarantine (
  entry_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  reason text NOT NULL,
  seen_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- A person with the duty admin, compliance or legal dismisses a quarantined entry. The entry stays in quarantine. It is
-- open again if its bytes change, since a dismissal is for one digest.
CREATE TABLE audit_dismissal (
  entry_id uuid NOT NULL,
  digest text NOT NULL,
  tenant_id uuid NOT NULL,
  reason text NOT NULL,
  by_user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  by_entry_id uuid NOT NULL,
  PRIMARY KEY (entry_id, digest)
);

-- Self-checks of the log. The portal asks for one, and the worker reports with the sequencer's login. The worker has
-- no key, so a portal then compares the index rows with the sealed parts (`index_…`).
CREATE TABLE audit_verification (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  by_user_id uuid,
  state text NOT NULL,
  report jsonb,
  started_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at timestamptz(6),
  cause text NOT NULL DEFAULT 'demand',
  progress jsonb,
  claim uuid,
  lease_until timestamptz(6),
  start_entry_id uuid,
  end_entry_id uuid,
  index_progress jsonb,
  index_claim uuid,
  index_lease_until timestamptz(6),
  index_report jsonb,
  CONSTRAINT audit_verification_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
  CONSTRAINT audit_verification_cause CHECK (cause IN ('demand', 'schedule'))
);

-- How far a log was sent to a collector of a security system, as syslog.
CREATE TABLE audit_forward (
  tenant_id uuid NOT NULL,
  log text NOT NULL,
  target text NOT NULL,
  next_seq bigint NOT NULL DEFAULT 0,
  lease_until timestamptz(6),
  sent_at timestamptz(6),
  entry_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, log, target)
);

-- `attempt` and `lease_until` name the worker of a background export. `fence` is what its maker could read when it
-- was made.
CREATE TABLE audit_export (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  by_user_id uuid NOT NULL,
  format text NOT NULL,
  filter jsonb NOT NULL,
  sha256 text,
  entries bigint,
  state text NOT NULL,
  started_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  entry_id uuid,
  size bigint,
  bytes bigint,
  finished_at timestamptz(6),
  kind text NOT NULL DEFAULT 'stream',
  options jsonb NOT NULL DEFAULT '{}',
  fence text,
  total bigint,
  progress bigint,
  attempt integer NOT NULL DEFAULT 0,
  -- Attempts before an administrator queued it again.
  earlier integer NOT NULL DEFAULT 0,
  lease_until timestamptz(6),
  file_key bytea,
  expires_at timestamptz(6),
  removed_at timestamptz(6),
  downloaded_at timestamptz(6),
  -- The fault that the export found in the log: a root that differs from the checkpoint's, or an entry without its
  -- bytes.
  flaw text,
  CONSTRAINT audit_export_flaw_known CHECK (flaw IN ('root', 'missing')),
  CONSTRAINT audit_export_kind_check CHECK (kind IN ('stream', 'job')),
  CONSTRAINT audit_export_state_known CHECK
    (state IN ('queued', 'running', 'done', 'broken_off', 'failed', 'cancelled', 'expired')),
  CONSTRAINT audit_export_format_known CHECK (format IN ('ndjson', 'csv', 'json', 'xlsx', 'ocsf', 'syslog', 'bundle')),
  -- The following rules refuse rows that no portal can read: one such row would stop all exports and all lists of them.
  CONSTRAINT audit_export_filter_named CHECK (jsonb_typeof(filter) = 'object'
      AND NOT jsonb_path_exists(filter, 'strict $.* ? (@.type() != "string")', '{}', true)),
  CONSTRAINT audit_export_options_named CHECK (jsonb_typeof(options) = 'object'
      AND NOT jsonb_path_exists(options, 'strict $.* ? (@.type() != "string")', '{}', true)),
  CONSTRAINT audit_export_counts_sane CHECK
    (attempt BETWEEN 0 AND 100 AND earlier BETWEEN 0 AND attempt AND greatest(entries, size, bytes, progress, total) <= 9007199254740991
      AND least(entries, size, bytes, progress, total) >= 0),
  CONSTRAINT audit_export_times_sane CHECK
    (least(started_at, finished_at, expires_at) >= '2000-01-01T00:00:00Z'
      AND greatest(started_at, finished_at, expires_at) < '10000-01-01T00:00:00Z')
);

-- The file of a background export, sealed chunk by chunk. Chunks of an abandoned attempt are never read.
-- Ciphertext does not compress, so it is stored as it is.
CREATE TABLE audit_export_chunk (
  export_id uuid NOT NULL,
  attempt integer NOT NULL,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  sealed bytea STORAGE EXTERNAL NOT NULL,
  PRIMARY KEY (export_id, attempt, number)
);

-- How long keys of persons (by role) and entries (by class) are kept. '*' is the default. They are those of the active policy set: its
-- activation writes them here (5_access).
CREATE TABLE audit_retention (
  tenant_id uuid NOT NULL DEFAULT nullif(current_setting('sealport.tenant', true), '')::uuid,
  kind text NOT NULL,
  name text NOT NULL,
  days integer NOT NULL,
  PRIMARY KEY (tenant_id, kind, name),
  CONSTRAINT audit_retention_kind_known CHECK (kind IN ('role', 'class')),
  CONSTRAINT audit_retention_days_sane CHECK (days BETWEEN 1 AND 36525)
);

CREATE TABLE audit_erasure (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  compartment_id uuid NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'asked',
  asked_by uuid NOT NULL,
  asked_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- Entries of the request and of the agreement. The portal checks these two before it erases.
  ask_entry_id uuid,
  agreed_by uuid,
  agreed_at timestamptz(6),
  agree_entry_id uuid,
  refused_by uuid,
  prepared jsonb,
  prepared_at timestamptz(6),
  try_after timestamptz(6),
  kept_back text,
  entry_id uuid,
  ended_at timestamptz(6),
  CONSTRAINT audit_erasure_state_known CHECK (state IN ('asked', 'agreed', 'refused', 'done')),
  CONSTRAINT audit_erasure_by_two CHECK (agreed_by IS NULL OR agreed_by <> asked_by),
  CONSTRAINT audit_erasure_whole CHECK
    (num_nonnulls(agreed_by, agreed_at) IN (0, 2) AND (state NOT IN ('agreed', 'done') OR agreed_by IS NOT NULL)
      AND (state = 'refused') = (refused_by IS NOT NULL) AND (state = 'done') = (entry_id IS NOT NULL)
      AND (state IN ('refused', 'done')) = (ended_at IS NOT NULL))
);

CREATE TABLE audit_prune (
  entry_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  log text NOT NULL,
  minimum bigint NOT NULL,
  size bigint NOT NULL,
  removed bigint NOT NULL,
  kept bigint NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- How far pruning had come when holds last prevented a step. No login reads it.
CREATE TABLE audit_prune_refusal (
  log text PRIMARY KEY,
  minimum bigint NOT NULL
);

CREATE TABLE audit_recovery (
  entry_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  log text NOT NULL,
  from_seq bigint NOT NULL,
  to_seq bigint NOT NULL,
  assurance text NOT NULL,
  statements jsonb NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- ---------------------------------------------------------------- Indexes

CREATE INDEX audit_part_compartment_id_idx ON audit_part (compartment_id);
CREATE INDEX audit_compartment_tenant_id_kind_subject_idx ON audit_compartment (tenant_id, kind, subject);
-- After an erasure a person gets a new key of their own.
CREATE UNIQUE INDEX audit_compartment_one_live ON audit_compartment (tenant_id, kind, subject, nth)
  WHERE destroyed_at IS NULL;
CREATE INDEX audit_queue_entry_id_idx ON audit_queue (entry_id);
CREATE INDEX audit_queue_by_xid ON audit_queue (xid, subject);
CREATE UNIQUE INDEX audit_leaf_entry_id_key ON audit_leaf (entry_id);
CREATE INDEX audit_checkpoint_stamped ON audit_checkpoint (log, size) WHERE time_stamped_at IS NOT NULL;
CREATE INDEX audit_index_tenant_id_at_idx ON audit_index (tenant_id, at);
CREATE INDEX audit_index_tenant_id_actor_at_idx ON audit_index (tenant_id, actor, at);
CREATE INDEX audit_index_tenant_id_action_at_idx ON audit_index (tenant_id, action, at);
-- Each filter of the log's list has an index that ends in the time. Most entries lack most of these columns, so the
-- indexes contain only the rows that have them.
CREATE INDEX audit_index_request ON audit_index (request_id, at) WHERE request_id IS NOT NULL;
CREATE INDEX audit_index_grant ON audit_index (grant_id, at) WHERE grant_id IS NOT NULL;
CREATE INDEX audit_index_purpose ON audit_index (tenant_id, purpose, at) WHERE purpose IS NOT NULL;
-- Nearly all entries have the outcome done; people search for the others.
CREATE INDEX audit_index_outcome ON audit_index (tenant_id, outcome, at) WHERE outcome <> 'done';
CREATE INDEX audit_index_access ON audit_index (tenant_id, at) WHERE is_access;
CREATE INDEX audit_index_transaction_id_at_idx ON audit_index (transaction_id, at) WHERE transaction_id IS NOT NULL;
CREATE INDEX audit_index_participant_id_at_idx ON audit_index (participant_id, at) WHERE participant_id IS NOT NULL;
CREATE INDEX audit_verification_history ON audit_verification (tenant_id, id);
-- One at a time for each tenant: a second request joins the first.
CREATE UNIQUE INDEX audit_verification_open ON audit_verification (tenant_id) WHERE state IN ('queued', 'running');
CREATE INDEX audit_export_history ON audit_export (tenant_id, id);
CREATE INDEX audit_export_open ON audit_export (id) WHERE kind = 'job' AND state IN ('queued', 'running');
CREATE INDEX audit_export_failed ON audit_export (id) WHERE kind = 'job' AND state = 'failed';
CREATE INDEX audit_export_expiring ON audit_export (expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;
-- An entry records one export. A second row would use that entry for an export without a request.
CREATE UNIQUE INDEX audit_export_entry_id_key ON audit_export (entry_id);
-- Finished files under a grant are few. They are searched when a grant may have ended.
CREATE INDEX audit_export_under_grant ON audit_export (id)
  WHERE filter ? 'grant_id' AND kind = 'job' AND state = 'done';
CREATE INDEX audit_erasure_tenant_id_state_id_idx ON audit_erasure (tenant_id, state, id);
CREATE INDEX audit_erasure_compartment_id_idx ON audit_erasure (compartment_id);
CREATE UNIQUE INDEX audit_erasure_one_live ON audit_erasure (compartment_id) WHERE state IN ('asked', 'agreed');
CREATE INDEX audit_prune_log_minimum_idx ON audit_prune (log, minimum);

-- ---------------------------------------------------------------- Functions

-- Returns the length of a text as JavaScript counts it; the format limits names by it.
CREATE FUNCTION audit_utf16_length(t text) RETURNS integer
  LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT length(t) + length(regexp_replace(t, '[\u0001-\uFFFF]', '', 'g'))
$$;

-- Returns RFC 8785 of what an entry may contain: texts, whole numbers within 2^53, booleans, lists and objects with
-- names in printable ASCII. It leaves out all else, so the text then differs. PostgreSQL escapes texts as RFC 8785
-- does. jsonb keeps one of two members with the same name, so repeated names also make the text differ.
CREATE FUNCTION audit_jcs(j jsonb, depth integer DEFAULT 0) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
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

-- Returns the one spelling of an entry of format v1, or null. An unknown member or a wrong type makes the text
-- differ. It makes no query, because it runs for every entry. For the same reason digests and names are collected and compared with their
-- alphabet once.
CREATE FUNCTION audit_entry_text(said jsonb) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
  parts constant jsonb := said -> 'sealed';
  pub constant jsonb := said -> 'pub';
  one jsonb;
  seal jsonb;
  name text;
  word text;
  bd text;
  rl text;
  nth text;
  before text := '';
  gen numeric := -1;
  digests text := '';
  names text := '';
  sealed text := '';
  seals text := '';
  spelled text := '';
BEGIN
  FOR i IN 0 .. jsonb_array_length(parts) - 1 LOOP
    one := parts -> i;
    word := one ->> 'c';
    bd := one ->> 'd';
    IF (word > before COLLATE "C" AND (word = 'org' OR (length(word) = 11 AND strpos('AEIMQUYcgkosw048', right(word, 1)) > 0))
        AND length(bd) = 43) IS NOT TRUE THEN
      RETURN NULL;
    END IF;
    digests := digests || word || bd;
    sealed := sealed || CASE WHEN i > 0 THEN ',{"c":"' ELSE '{"c":"' END || word || '","d":"' || bd || '"}';
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
        digests := digests || coalesce(word, '');
        word := CASE WHEN length(word) = 43 THEN '"' || word || '"' END;
      ELSE
        IF jsonb_typeof(one) <> 'array' OR jsonb_array_length(one) = 0 THEN RETURN NULL; END IF;
        before := '';
        FOR i IN 0 .. jsonb_array_length(one) - 1 LOOP
          seal := one -> i;
          word := seal ->> 'grp';
          bd := seal ->> 'bd';
          rl := seal ->> 'rl';
          nth := seal ->> 'gen';
          IF (length(word) BETWEEN 1 AND 64 AND (nth = '1' OR nth ~ '^(0|[1-9][0-9]*)$')
              AND length(nth) <= 16 AND length(bd) = 43 AND length(rl) = 43) IS NOT TRUE THEN
            RETURN NULL;
          END IF;
          IF nth::numeric > 9007199254740991 OR word < before COLLATE "C" OR (word = before AND nth::numeric <= gen) THEN
            RETURN NULL;
          END IF;
          before := word;
          gen := nth::numeric;
          names := names || word;
          digests := digests || bd || rl;
          seals := seals || CASE WHEN i > 0 THEN ',{"bd":"' ELSE '{"bd":"' END || bd || '","gen":' || nth
            || ',"grp":' || (seal -> 'grp')::text || ',"rl":"' || rl || '"}';
        END LOOP;
        IF names !~ '^[ -~]*$' THEN RETURN NULL; END IF;
        word := '[' || seals || ']';
      END IF;
      IF word IS NULL THEN RETURN NULL; END IF;
      spelled := spelled || CASE WHEN spelled = '' THEN '"' ELSE ',"' END || name || '":' || word;
    END LOOP;
    spelled := ',"pub":{' || spelled || '}';
  END IF;
  IF digests !~ '^[A-Za-z0-9_-]*$' THEN RETURN NULL; END IF;
  RETURN '{"at":' || (said -> 'at')::text || ',"class":' || (said -> 'class')::text || ',"id":' || (said -> 'id')::text
    || ',"log":' || (said -> 'log')::text || ',"outcome":' || (said -> 'outcome')::text || spelled
    || ',"sealed":[' || sealed || '],"tenant":' || (said -> 'tenant')::text || ',"v":1}';
END $$;

-- Throws SP001 if an entry does not have format v1 in its one canonical spelling (lib/audit/entry/entry.ts). Reading an
-- instant and writing it again is cheaper than a regular expression, and finds days and hours that do not exist.
CREATE FUNCTION audit_require_form(e audit_entry) RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
    RAISE EXCEPTION 'the entry does not match its row' USING ERRCODE = 'SP001';
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
    RAISE EXCEPTION 'the entry is not in the canonical form of format v1' USING ERRCODE = 'SP001';
  END IF;
  IF said -> 'pub' ?| '{prune,recovery}'::text[] AND current_user <> 'sealport_owner' THEN
    RAISE EXCEPTION 'only its own functions record a pruning or a recovery' USING ERRCODE = 'SP001';
  END IF;
END $$;

-- Returns whether this transaction is inside one of the owner's functions that may delete (the doors). They mark their own transaction; the
-- mark without the owner's rights has no effect. It is in plpgsql, because an SQL function with settings is planned at each call.
CREATE FUNCTION audit_is_through(p_door text) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN current_user = 'sealport_owner'
     AND coalesce(current_setting('sealport.' || p_door, true), '') = pg_current_xact_id()::text;
END $$;

-- Refuses a change of rows that are final.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;

-- Entries and parts are removed by audit_prune only.
CREATE FUNCTION audit_refuse_but_pruning() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND audit_is_through('prune') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;

-- A compartment changes only when audit_erase destroys its key.
CREATE FUNCTION audit_refuse_but_erasing() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND audit_is_through('erase') AND NEW.sealed_key IS NULL AND NEW.destroyed_at IS NOT NULL
     AND to_jsonb(NEW) - 'sealed_key' - 'destroyed_at' = to_jsonb(OLD) - 'sealed_key' - 'destroyed_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on % is refused: keys can only be erased', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;

-- After a restore, leaves without a signature are removed.
CREATE FUNCTION audit_refuse_but_recovery() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND audit_is_through('recovery') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% on % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'SP004';
END $$;

-- One log is open. Its tree grows, and shrinks only in a recovery.
CREATE FUNCTION audit_head_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM audit_head h WHERE (h.log <> NEW.log) = (h.closed_at IS NULL)) THEN
      RAISE EXCEPTION 'only one log is open, and a closed log cannot be reopened' USING ERRCODE = 'SP004';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.log <> OLD.log OR NEW.tenant_id <> OLD.tenant_id OR OLD.closed_at IS NOT NULL
     OR (NEW.size < OLD.size AND NOT audit_is_through('recovery'))
     OR (NEW.closed_at IS NOT NULL AND NOT audit_is_through('recovery')) THEN
    RAISE EXCEPTION 'the head of a log only moves forward' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- Names the writing transaction, whatever the caller gave.
CREATE FUNCTION audit_set_xid() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;

-- An entry has format v1, and an id with a leaf is never written again, even after its bytes were pruned. In a recovery, the leaf of a
-- returning entry is checked instead.
CREATE FUNCTION audit_entry_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT audit_is_through('recovery') THEN PERFORM audit_require_form(NEW); END IF;
  IF EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = NEW.id) THEN
    RAISE EXCEPTION 'the entry has its place in the tree already' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- Every entry reaches the tree and has its index row, or it cannot commit. The usual case is checked first in one
-- query. In a recovery the entry has the leaf of exactly its bytes.
CREATE FUNCTION audit_entry_is_queued() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
    RAISE EXCEPTION 'the entry has no index row' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS
    (SELECT 1 FROM audit_head h WHERE h.log = NEW.log AND h.closed_at IS NULL) THEN
    RAISE EXCEPTION 'the entry is for another log' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- Parts come in the transaction of their entry, four at most: one of each kind. For the planner see
-- audit_queue_leaves, for xmin see audit_queue_own_entry.
CREATE FUNCTION audit_part_own_entry() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND age(e.xmin) <= 0
               AND e.tenant_id = m.tenant_id OFFSET 0)) THEN
    RAISE EXCEPTION 'the sealed part names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM made m WHERE EXISTS (SELECT 1 FROM audit_part p WHERE p.entry_id = m.entry_id OFFSET 4)) THEN
    RAISE EXCEPTION 'an entry has four sealed parts at most' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- Index rows come in the transaction of their entry and match its public columns, so a row cannot be added to an old
-- entry.
CREATE FUNCTION audit_index_own_entry() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND age(e.xmin) <= 0
               AND (e.tenant_id, e.at, e.outcome) IS NOT DISTINCT FROM (m.tenant_id, m.at, m.outcome) OFFSET 0)) THEN
    RAISE EXCEPTION 'the index row names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- A queue row names an entry of its own transaction, so an old entry cannot vouch for a new change. The transaction number alone is not
-- enough: it starts again in a new cluster that loads a dump. PostgreSQL itself stores in each row which transaction wrote it (xmin), and
-- no login can set that. A row of a dump has an age above 0; a row of this transaction has age 0, or less inside a savepoint. An entry with
-- a leaf is never of this transaction. The trigger runs AFTER the statement, because entry and queue row may come in one statement.
CREATE FUNCTION audit_queue_own_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = NEW.entry_id AND e.xid = NEW.xid AND age(e.xmin) <= 0
                 AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id))
     AND NOT audit_is_through('recovery') THEN
    RAISE EXCEPTION 'the queue row names no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;

-- A queue row can be deleted only when its entry has a leaf, so a login that may empty the queue cannot lose an entry.
-- The plan of a statement trigger is kept, therefore the lookup is forced to use the index row by row (OFFSET 0, no
-- sequential scan).
CREATE FUNCTION audit_queue_leaves() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM gone g WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = g.entry_id OFFSET 0)) THEN
    RAISE EXCEPTION 'an entry without a leaf stays queued' USING ERRCODE = 'SP004';
  END IF;
  RETURN NULL;
END $$;

-- A published checkpoint may gain cosignatures and, once, a time stamp. Nothing else of it changes.
CREATE FUNCTION audit_checkpoint_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.log <> OLD.log OR NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.tenant_id <> OLD.tenant_id
     OR NEW.published_at <> OLD.published_at OR NOT starts_with(NEW.note, OLD.note)
     OR NOT NEW.witnesses @> OLD.witnesses
     OR (OLD.time_stamp IS NOT NULL AND NEW.time_stamp IS DISTINCT FROM OLD.time_stamp)
     OR (OLD.time_stamped_at IS NOT NULL AND NEW.time_stamped_at IS DISTINCT FROM OLD.time_stamped_at) THEN
    RAISE EXCEPTION 'a published checkpoint can only gain lines' USING ERRCODE = 'SP004';
  END IF;
  RETURN NEW;
END $$;

-- Stores each witness's newest cosignature.
CREATE FUNCTION audit_checkpoint_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_witness AS w (log, name, tenant_id, size, timestamp)
    SELECT DISTINCT ON (m ->> 'name') NEW.log, m ->> 'name', NEW.tenant_id, NEW.size, (m ->> 'timestamp')::bigint
    FROM jsonb_array_elements(NEW.witnesses) AS m ORDER BY m ->> 'name'
    ON CONFLICT (log, name) DO UPDATE SET size = EXCLUDED.size, timestamp = EXCLUDED.timestamp
      WHERE EXCLUDED.size > w.size;
  RETURN NULL;
END $$;

-- Only a quarantined entry can be dismissed, and only by a person with a duty for it.
CREATE FUNCTION audit_dismissal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_quarantine q WHERE q.entry_id = NEW.entry_id AND q.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'only a quarantined entry can be dismissed' USING ERRCODE = 'SP002';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM app_user u JOIN duty d ON d.user_id = u.id WHERE u.id = NEW.by_user_id
      AND u.tenant_id = NEW.tenant_id AND u.role IN ('coordinator', 'admin') AND d.duty IN ('admin', 'compliance', 'legal')) THEN
    RAISE EXCEPTION 'only a person with the duty can dismiss a quarantined entry' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A self-check begins as queued. A start in the future would delay the next one.
CREATE FUNCTION audit_verification_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'queued' OR NEW.started_at > now() + interval '1 hour'
     OR num_nonnulls(NEW.report, NEW.index_report, NEW.finished_at, NEW.end_entry_id) > 0 THEN
    RAISE EXCEPTION 'a verification begins as a request' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A report is written once, the portal's after the worker's, and so are the entries about it.
CREATE FUNCTION audit_verification_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (OLD.state IN ('done', 'failed') AND (NEW.state, NEW.report::text, NEW.finished_at)
       IS DISTINCT FROM (OLD.state, OLD.report::text, OLD.finished_at))
     OR (OLD.index_report IS NOT NULL AND NEW.index_report::text IS DISTINCT FROM OLD.index_report::text)
     OR (NEW.index_report IS NOT NULL AND NEW.state <> 'done')
     OR (OLD.start_entry_id IS NOT NULL AND NEW.start_entry_id IS DISTINCT FROM OLD.start_entry_id)
     OR (OLD.end_entry_id IS NOT NULL AND NEW.end_entry_id IS DISTINCT FROM OLD.end_entry_id) THEN
    RAISE EXCEPTION 'the report of a verification is written once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns whether the maker of an export may still read what they could when they asked: account, organisation and participant are active,
-- and role, duties and organisation are unchanged (lib/audit/export/export-log.ts).
CREATE FUNCTION export_maker_stands(x audit_export) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app_user u JOIN organisation o ON o.id = u.organisation_id LEFT JOIN participant p ON p.id = u.participant_id
    WHERE u.id = x.by_user_id AND u.state = 'active' AND o.state = 'active' AND coalesce(p.state, 'active') = 'active'
      AND (x.fence IS NULL OR x.fence = concat_ws(' ', u.role,
        (SELECT string_agg(d.duty, ' ' ORDER BY d.duty COLLATE "C") FROM duty d WHERE d.user_id = u.id), u.organisation_id::text)))
$$;

-- Writes an entry from inside the database, as JCS of a closed form. It has no sealed part, because the database has
-- no key. `p_pub` is JCS already, or null.
CREATE FUNCTION audit_write(p_outcome text, p_class text, p_action text, p_pub text, p_subjects text[]) RETURNS uuid
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
  -- Checked here and not at COMMIT, where the checks would run with the rights of the caller's login.
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN id::uuid;
END $$;

-- Returns the days of a role or class, or those of the default.
CREATE FUNCTION audit_days(p_kind text, p_name text) RETURNS integer
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT days FROM audit_retention WHERE kind = p_kind AND name IN (p_name, '*') ORDER BY (name = '*') LIMIT 1
$$;

-- Returns the first sequence number whose entry has not passed its retention. Pruning stops there.
CREATE FUNCTION audit_first_kept(p_log text, p_below bigint) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT l.seq FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
  WHERE l.log = p_log AND l.seq < p_below
    AND e.at::timestamptz + make_interval(days => audit_days('class', e.class)) > now()
  ORDER BY l.seq LIMIT 1
$$;

-- Waits for holds that are being placed, and makes later ones wait. So a deletion sees every hold that was confirmed
-- before it commits. An older snapshot would not see it.
CREATE FUNCTION audit_lock_holds() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the check for legal holds needs a fresh snapshot' USING ERRCODE = 'SP004';
  END IF;
  LOCK TABLE preservation IN SHARE MODE;
END $$;

-- An erasure keeps what was agreed, when and by whom, and ends once. Only audit_erase may defer it for long; the
-- portal's login may defer it by 15 minutes at most.
CREATE FUNCTION audit_erasure_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'asked' OR num_nonnulls(NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id) <> 0 THEN
      RAISE EXCEPTION 'an erasure begins as a request' USING ERRCODE = 'SP002';
    END IF;
    IF num_nonnulls(NEW.prepared, NEW.prepared_at, NEW.try_after, NEW.kept_back) <> 0 THEN
      RAISE EXCEPTION 'an erasure that is only requested cannot be deferred' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state IN ('refused', 'done')
     OR (NEW.id, NEW.tenant_id, NEW.compartment_id, NEW.reason, NEW.asked_by, NEW.asked_at, NEW.ask_entry_id)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.compartment_id, OLD.reason, OLD.asked_by, OLD.asked_at, OLD.ask_entry_id)
     OR (OLD.agreed_by IS NOT NULL AND (NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id)
        IS DISTINCT FROM (OLD.agreed_by, OLD.agreed_at, OLD.agree_entry_id))
     OR (NEW.state = 'asked' AND num_nonnulls(NEW.agreed_by, NEW.agreed_at, NEW.agree_entry_id) <> 0)
     OR (NEW.state = 'done' AND NOT audit_is_through('erase')) THEN
    RAISE EXCEPTION 'the terms of an erasure cannot change, and it ends once' USING ERRCODE = 'SP002';
  END IF;
  IF NOT has_column_privilege('audit_erasure', 'kept_back', 'UPDATE')
     AND ((NEW.try_after IS DISTINCT FROM OLD.try_after AND NEW.try_after > now() + interval '15 minutes')
       OR (NEW.prepared_at IS DISTINCT FROM OLD.prepared_at AND NEW.prepared_at > now())) THEN
    RAISE EXCEPTION 'an erasure can be deferred by 15 minutes at most' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Times of an erasure are within a range that every program reads. One row with an infinite time would break all
-- lists.
CREATE FUNCTION audit_erasure_times() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  first CONSTANT timestamptz := '2000-01-01Z';
  last CONSTANT timestamptz := '9000-01-01Z';
BEGIN
  IF has_column_privilege('audit_erasure', 'kept_back', 'UPDATE') THEN NEW.try_after := least(NEW.try_after, last); END IF;
  IF EXISTS (SELECT 1 FROM unnest(ARRAY[NEW.asked_at, NEW.agreed_at, NEW.prepared_at, NEW.try_after, NEW.ended_at]) AS t
      WHERE t < first OR t > last) THEN
    RAISE EXCEPTION 'the times of an erasure must be finite dates' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns why an erasure may not be carried out now and when to try again; nulls if it may.
CREATE FUNCTION audit_erasure_bar(e audit_erasure, k audit_compartment, OUT bar text, OUT due timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
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

-- Writes the entry that a portal prepared for this erasure, or returns null. It must be of class retention, name
-- compartment and erasure, have its one part and its index row, and bind them by digest.
CREATE FUNCTION audit_insert_prepared(e audit_erasure) RETURNS uuid
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE made uuid;
BEGIN
  IF jsonb_array_length(e.prepared -> 'entry') <> 1 OR e.prepared #>> '{entry,0,class}' <> 'retention'
     OR e.prepared #>> '{entry,0,outcome}' <> 'done' OR NOT (e.prepared -> 'queue') @> jsonb_build_array(jsonb_build_object(
       'subject', 'compartment:' || e.compartment_id, 'action', 'compartment.erase')) THEN
    RETURN NULL;
  END IF;
  -- This runs with the owner's rights, and only the owner may write entries of a pruning or recovery.
  IF convert_from(decode(e.prepared #>> '{entry,0,bytes}', 'base64'), 'UTF8')::jsonb -> 'pub' ?| '{prune,recovery}'::text[] THEN
    RETURN NULL;
  END IF;
  -- The organisation's one part, which the entry binds, and the index row: without them the key would be
  -- destroyed and no reader would see why.
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

-- Door one. Destroys the key of one person's compartment together with its entry, or returns the reason and records
-- it. A refusal for the date, a hold or a missing preparation is recorded once: the number of refusals would
-- otherwise reveal a hold.
CREATE FUNCTION audit_erase(p_erasure uuid) RETURNS TABLE(outcome text, reason text, entry uuid, again timestamptz)
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

-- Door two. Removes bytes, parts and index rows below a minimum index, except what a hold or a living record keeps.
-- Leaf hashes, tiles and checkpoints stay. The pruning names the tree of the newest checkpoint, because the signer
-- signs no other. A step that only holds prevent is refused once: the number of refusals would otherwise reveal a
-- hold.
CREATE FUNCTION audit_prune(p_minimum bigint)
RETURNS TABLE(outcome text, reason text, seq bigint, entry uuid, removed bigint, held bigint, first_held bigint)
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

-- Writes these periods, `{"classes": {name: days}, "roles": {name: days}}`, in place of the present ones. Only the trigger of an activation
-- calls it (5_access), and the owner. One entry names each period that differs and binds the whole table by its digest; null where none does.
CREATE FUNCTION audit_take_retention(p_periods jsonb) RETURNS uuid
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  digest text;
  changed text[];
BEGIN
  WITH wanted AS (
    SELECT 'class' AS kind, p.key AS name, p.value::integer AS days FROM jsonb_each_text(p_periods -> 'classes') p
    UNION ALL SELECT 'role', p.key, p.value::integer FROM jsonb_each_text(p_periods -> 'roles') p
  ), gone AS (
    DELETE FROM audit_retention r WHERE NOT EXISTS (SELECT 1 FROM wanted w WHERE (w.kind, w.name) = (r.kind, r.name)) RETURNING r.name
  ), made AS (
    INSERT INTO audit_retention AS r (kind, name, days) SELECT w.kind, w.name, w.days FROM wanted w
      ON CONFLICT (tenant_id, kind, name) DO UPDATE SET days = EXCLUDED.days WHERE r.days <> EXCLUDED.days RETURNING r.name
  )
  SELECT array_agg(DISTINCT 'retention:' || c.name) INTO changed FROM (SELECT name FROM gone UNION ALL SELECT name FROM made) c;
  IF changed IS NULL THEN RETURN NULL; END IF;
  SELECT translate(rtrim(encode(sha256(convert_to(string_agg(kind || ' ' || name || ' ' || days, E'\n' ORDER BY kind, name), 'UTF8')),
    'base64'), '='), '+/', '-_') INTO digest FROM audit_retention;
  RETURN audit_write('done', 'policy', 'retention.change', format('{"policy":"%s"}', digest), changed);
END $$;

-- Gives a new tenant the periods that apply until its first policy set is active. That set has the same periods.
CREATE FUNCTION tenant_retention() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_retention (tenant_id, kind, name, days) VALUES
    (NEW.id, 'class', '*', 2555),
    (NEW.id, 'role', '*', 365),
    (NEW.id, 'role', 'auditor', 1825),
    (NEW.id, 'role', 'coordinator', 3650),
    (NEW.id, 'role', 'regulator', 2555);
  RETURN NULL;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE TRIGGER tenant_retention AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION tenant_retention();

CREATE TRIGGER audit_head_kept BEFORE TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_head_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_guard();
CREATE TRIGGER audit_entry_xid BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_set_xid();
CREATE TRIGGER audit_entry_says_so BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_says_so();
CREATE CONSTRAINT TRIGGER audit_entry_is_queued AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_entry_is_queued();
CREATE TRIGGER audit_entry_kept BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_entry_fixed BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_but_pruning();
CREATE TRIGGER audit_part_kept BEFORE TRUNCATE ON audit_part
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_part_fixed BEFORE UPDATE OR DELETE ON audit_part
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_but_pruning();
CREATE TRIGGER audit_part_own_entry AFTER INSERT ON audit_part REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION audit_part_own_entry();
CREATE TRIGGER audit_compartment_fixed BEFORE UPDATE OR DELETE ON audit_compartment
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_but_erasing();
CREATE TRIGGER audit_queue_xid BEFORE INSERT ON audit_queue FOR EACH ROW EXECUTE FUNCTION audit_set_xid();
CREATE CONSTRAINT TRIGGER audit_queue_own_entry AFTER INSERT ON audit_queue DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION audit_queue_own_entry();
CREATE TRIGGER audit_queue_kept BEFORE TRUNCATE ON audit_queue
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_queue_leaves AFTER DELETE ON audit_queue REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION audit_queue_leaves();
CREATE TRIGGER audit_leaf_kept BEFORE TRUNCATE ON audit_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_leaf_fixed BEFORE UPDATE OR DELETE ON audit_leaf
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_but_recovery();
CREATE TRIGGER audit_tile_kept BEFORE TRUNCATE ON audit_tile
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_checkpoint_kept BEFORE TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_checkpoint_grows BEFORE UPDATE ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_grows();
CREATE TRIGGER audit_checkpoint_words AFTER INSERT OR UPDATE OF witnesses ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_words();
CREATE TRIGGER audit_index_kept BEFORE TRUNCATE ON audit_index
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_index_own_entry AFTER INSERT ON audit_index REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION audit_index_own_entry();
CREATE TRIGGER audit_action_rule_fixed BEFORE UPDATE OR DELETE ON audit_action_rule
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_action_rule_kept BEFORE TRUNCATE ON audit_action_rule
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_quarantine_fixed BEFORE UPDATE OR DELETE ON audit_quarantine
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_quarantine_kept BEFORE TRUNCATE ON audit_quarantine
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_dismissal_guard BEFORE INSERT ON audit_dismissal
  FOR EACH ROW EXECUTE FUNCTION audit_dismissal_guard();
CREATE TRIGGER audit_verification_keep BEFORE UPDATE ON audit_verification
  FOR EACH ROW EXECUTE FUNCTION audit_verification_keep();
CREATE TRIGGER audit_verification_asked BEFORE INSERT ON audit_verification
  FOR EACH ROW EXECUTE FUNCTION audit_verification_asked();
CREATE TRIGGER audit_erasure_guard BEFORE INSERT OR UPDATE OR DELETE ON audit_erasure
  FOR EACH ROW EXECUTE FUNCTION audit_erasure_guard();
CREATE TRIGGER audit_erasure_times BEFORE INSERT OR UPDATE ON audit_erasure
  FOR EACH ROW EXECUTE FUNCTION audit_erasure_times();
CREATE TRIGGER audit_prune_kept BEFORE TRUNCATE ON audit_prune
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_prune_fixed BEFORE UPDATE OR DELETE ON audit_prune
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_recovery_kept BEFORE TRUNCATE ON audit_recovery
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_recovery_fixed BEFORE UPDATE OR DELETE ON audit_recovery
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();

-- ---------------------------------------------------------------- Grants

GRANT SELECT ON audit_head TO sealport_app, sealport_signer, sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON audit_head TO sealport_sequencer;
GRANT SELECT, INSERT (id, log, tenant_id, at, class, outcome, bytes) ON audit_entry TO sealport_app;
GRANT SELECT ON audit_entry TO sealport_sequencer, sealport_signer, sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT ON audit_part TO sealport_app;
GRANT SELECT ON audit_part TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT ON audit_compartment TO sealport_app;
GRANT SELECT ON audit_compartment TO sealport_auditor;
GRANT SELECT, INSERT (entry_id, tenant_id, subject, action) ON audit_queue TO sealport_app;
GRANT SELECT, DELETE ON audit_queue TO sealport_sequencer;
GRANT SELECT ON audit_queue TO sealport_auditor;
GRANT SELECT ON audit_leaf TO sealport_app, sealport_signer, sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT ON audit_leaf TO sealport_sequencer;
GRANT SELECT ON audit_tile TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON audit_tile TO sealport_sequencer;
GRANT SELECT ON audit_checkpoint TO sealport_app, sealport_signer, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (note, witnesses, time_stamp, time_stamped_at) ON audit_checkpoint TO sealport_sequencer;
GRANT SELECT ON audit_witness TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (size, timestamp) ON audit_witness TO sealport_sequencer;
GRANT SELECT, INSERT ON audit_index TO sealport_app;
GRANT SELECT ON audit_index TO sealport_auditor;
GRANT SELECT ON audit_action_rule TO sealport_app, sealport_auditor;
GRANT SELECT ON audit_quarantine TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT (entry_id, tenant_id, reason) ON audit_quarantine TO sealport_sequencer;
GRANT SELECT, INSERT (entry_id, digest, tenant_id, reason, by_user_id, at, by_entry_id) ON audit_dismissal TO sealport_app;
GRANT SELECT ON audit_dismissal TO sealport_sequencer, sealport_auditor;
-- The portal asks and records entries and its index report. Progress and report are written with the sequencer's
-- login.
GRANT SELECT, INSERT (id, tenant_id, by_user_id, state, started_at, cause), UPDATE (start_entry_id, end_entry_id,
  index_progress, index_claim, index_lease_until, index_report)
  ON audit_verification TO sealport_app;
GRANT SELECT, UPDATE (state, report, finished_at, progress, claim, lease_until)
  ON audit_verification TO sealport_sequencer;
GRANT SELECT ON audit_verification TO sealport_auditor;
-- Who exported what, and when, is written once; only the outcome changes.
GRANT SELECT, INSERT, UPDATE (sha256, entries, state, size, bytes, finished_at, total, progress, attempt,
  earlier, lease_until, file_key, expires_at, removed_at, downloaded_at, flaw)
  ON audit_export TO sealport_app;
GRANT SELECT, INSERT (tenant_id, log, target, entry_id), UPDATE (next_seq, lease_until, sent_at) ON audit_forward TO sealport_app;
GRANT SELECT ON audit_forward TO sealport_auditor;
GRANT SELECT ON audit_export TO sealport_auditor;
GRANT SELECT, INSERT, DELETE ON audit_export_chunk TO sealport_app;
GRANT SELECT ON audit_retention TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, agreed_by, agreed_at, agree_entry_id, refused_by, prepared, prepared_at,
  try_after, ended_at)
  ON audit_erasure TO sealport_app;
GRANT SELECT ON audit_erasure TO sealport_auditor;
GRANT SELECT
  ON audit_prune TO sealport_app, sealport_sequencer, sealport_signer, sealport_custodian, sealport_auditor;
GRANT SELECT
  ON audit_recovery TO sealport_app, sealport_sequencer, sealport_signer, sealport_custodian, sealport_auditor;
GRANT USAGE ON SEQUENCE audit_queue_id_seq TO sealport_app;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_days(text, text) TO sealport_app;
GRANT EXECUTE ON FUNCTION audit_entry_text(jsonb) TO sealport_app;
GRANT EXECUTE ON FUNCTION audit_erase(uuid) TO sealport_retention;
GRANT EXECUTE ON FUNCTION audit_first_kept(text, bigint) TO sealport_app;
GRANT EXECUTE ON FUNCTION audit_is_through(text)
  TO sealport_app, sealport_sequencer, sealport_retention, sealport_signer, sealport_custodian, sealport_auditor, sealport_jobs;
GRANT EXECUTE ON FUNCTION audit_jcs(jsonb, integer) TO sealport_app;
GRANT EXECUTE ON FUNCTION audit_prune(bigint) TO sealport_retention;
GRANT EXECUTE ON FUNCTION audit_require_form(audit_entry) TO sealport_app;
GRANT EXECUTE ON FUNCTION audit_utf16_length(text) TO sealport_app;
GRANT EXECUTE ON FUNCTION export_maker_stands(audit_export) TO sealport_app;
