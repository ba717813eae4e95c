-- Each witness's newest word, so that a witness that has been silent for long is found as quickly as one that has not.
CREATE TABLE "audit_witness" (
    "log" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,

    CONSTRAINT "audit_witness_pkey" PRIMARY KEY ("log", "name")
);
INSERT INTO audit_witness (log, name, tenant_id, size, timestamp)
  SELECT DISTINCT ON (c.log, m ->> 'name') c.log, m ->> 'name', c.tenant_id, c.size, (m ->> 'timestamp')::bigint
  FROM audit_checkpoint c CROSS JOIN LATERAL jsonb_array_elements(c.witnesses) AS m
  ORDER BY c.log, m ->> 'name', c.size DESC;

CREATE FUNCTION audit_checkpoint_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_witness AS w (log, name, tenant_id, size, timestamp)
    SELECT DISTINCT ON (m ->> 'name') NEW.log, m ->> 'name', NEW.tenant_id, NEW.size, (m ->> 'timestamp')::bigint
    FROM jsonb_array_elements(NEW.witnesses) AS m ORDER BY m ->> 'name'
    ON CONFLICT (log, name) DO UPDATE SET size = EXCLUDED.size, timestamp = EXCLUDED.timestamp
      WHERE EXCLUDED.size > w.size;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_checkpoint_words AFTER INSERT OR UPDATE OF witnesses ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_words();
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_words;
REVOKE EXECUTE ON FUNCTION audit_checkpoint_words() FROM PUBLIC;
GRANT SELECT ON audit_witness TO sealport_app, sealport_sequencer, sealport_auditor;
GRANT INSERT, UPDATE (size, timestamp) ON audit_witness TO sealport_sequencer;
