-- What an export gave: the entry that records it, the size of the tree it ends at, what left and when that ended.
-- The digest is of the bytes that left, so it is known only afterwards.
ALTER TABLE audit_export
  ADD COLUMN entry_id uuid,
  ADD COLUMN size bigint,
  ADD COLUMN bytes bigint,
  ADD COLUMN finished_at timestamptz(6);
CREATE INDEX audit_export_history ON audit_export (tenant_id, id);
-- Who exported what, and when, is written once; only the outcome follows.
REVOKE UPDATE ON audit_export FROM sealport_app;
GRANT UPDATE (state, sha256, entries, size, bytes, finished_at) ON audit_export TO sealport_app;
