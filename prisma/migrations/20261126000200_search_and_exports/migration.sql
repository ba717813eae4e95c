-- ------------------------------------------------------------------ search
-- Each filter of the log's list has an index that ends in the time. Most entries lack most of these columns, so the
-- indexes hold only the rows that have them: an entry pays for what it says.
CREATE INDEX audit_index_request ON audit_index (request_id, at) WHERE request_id IS NOT NULL;
CREATE INDEX audit_index_grant ON audit_index (grant_id, at) WHERE grant_id IS NOT NULL;
CREATE INDEX audit_index_purpose ON audit_index (tenant_id, purpose, at) WHERE purpose IS NOT NULL;
-- Nearly everything is done; what is asked for are the others.
CREATE INDEX audit_index_outcome ON audit_index (tenant_id, outcome, at) WHERE outcome <> 'done';
CREATE INDEX audit_index_access ON audit_index (tenant_id, at) WHERE is_access;
DROP INDEX audit_index_transaction_id_at_idx;
CREATE INDEX audit_index_transaction_id_at_idx ON audit_index (transaction_id, at) WHERE transaction_id IS NOT NULL;
DROP INDEX audit_index_participant_id_at_idx;
CREATE INDEX audit_index_participant_id_at_idx ON audit_index (participant_id, at) WHERE participant_id IS NOT NULL;

-- ------------------------------------------------------------------ exports made in the background
-- `attempt` and `lease_until` say who works on it; `fence` is what its maker might read when it was made.
ALTER TABLE audit_export
  ADD COLUMN kind text NOT NULL DEFAULT 'stream' CHECK (kind IN ('stream', 'job')),
  ADD COLUMN options jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN fence text,
  ADD COLUMN total bigint,
  ADD COLUMN progress bigint,
  ADD COLUMN attempt integer NOT NULL DEFAULT 0,
  ADD COLUMN lease_until timestamptz(6),
  ADD COLUMN file_key bytea,
  ADD COLUMN expires_at timestamptz(6),
  ADD COLUMN removed_at timestamptz(6),
  ADD COLUMN downloaded_at timestamptz(6),
  ADD CONSTRAINT audit_export_state_known CHECK
    (state IN ('queued', 'running', 'done', 'broken_off', 'failed', 'cancelled', 'expired'));
CREATE INDEX audit_export_open ON audit_export (id) WHERE kind = 'job' AND state IN ('queued', 'running');
CREATE INDEX audit_export_expiring ON audit_export (expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;
GRANT UPDATE (total, progress, attempt, lease_until, file_key, expires_at, removed_at, downloaded_at)
  ON audit_export TO sealport_app;

-- The file of a job, sealed chunk by chunk. Chunks of an attempt that was given up are never read.
CREATE TABLE audit_export_chunk (
  export_id uuid NOT NULL,
  attempt integer NOT NULL,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  sealed bytea NOT NULL,
  CONSTRAINT audit_export_chunk_pkey PRIMARY KEY (export_id, attempt, number)
);
-- Ciphertext does not compress, and is read a whole chunk at a time.
ALTER TABLE audit_export_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, DELETE ON audit_export_chunk TO sealport_app;
