-- Transparency figures (ADR 0040): one answer for a closed quarter, worked out once. What was published is never another.
CREATE TABLE transparency_report (
  id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  quarter text NOT NULL,
  figures jsonb NOT NULL,
  digest text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT transparency_report_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX transparency_report_tenant_id_quarter_key ON transparency_report (tenant_id, quarter);
ALTER TABLE transparency_report ADD CONSTRAINT transparency_report_quarter_form CHECK (quarter ~ '^\d{4}-Q[1-4]$');
CREATE CONSTRAINT TRIGGER transparency_report_complete AFTER INSERT OR UPDATE OR DELETE ON transparency_report
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_require_entry('transparency:id');
ALTER TABLE transparency_report ENABLE ALWAYS TRIGGER transparency_report_complete;
CREATE TRIGGER transparency_report_fixed BEFORE UPDATE OR DELETE ON transparency_report
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE transparency_report ENABLE ALWAYS TRIGGER transparency_report_fixed;
CREATE TRIGGER transparency_report_kept BEFORE TRUNCATE ON transparency_report
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE transparency_report ENABLE ALWAYS TRIGGER transparency_report_kept;

INSERT INTO audit_action_rule (action, table_name, op) VALUES ('transparency.publish', 'transparency_report', 'INSERT');

GRANT SELECT, INSERT ON transparency_report TO sealport_app;
GRANT SELECT ON transparency_report TO sealport_auditor;
