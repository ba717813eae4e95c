-- What an export found wrong with the log: another root than the checkpoint's, or an entry without its bytes.
ALTER TABLE audit_export
  ADD COLUMN flaw text CONSTRAINT audit_export_flaw_known CHECK (flaw IN ('root', 'missing'));
GRANT UPDATE (flaw) ON audit_export TO sealport_app;
