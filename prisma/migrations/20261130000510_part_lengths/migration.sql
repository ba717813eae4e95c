-- A sealed part is no longer than a reader of a bundle takes in one line with three others and their entry
-- (lib/crypto/log/audit-part.ts), and an entry has four at most. The portal's own login could write one of any length, which
-- made every bundle of the log one that nobody can read. A sealed key is 61 bytes long.
ALTER TABLE audit_part ADD CONSTRAINT audit_part_stored_fits CHECK (octet_length(stored) <= 655360) NOT VALID;
ALTER TABLE audit_compartment ADD CONSTRAINT audit_compartment_key_fits CHECK (octet_length(sealed_key) <= 1024) NOT VALID;
-- Longer ones that stand there already can not be changed; only where there is one the rule holds for new rows alone.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_part WHERE octet_length(stored) > 655360) THEN
    ALTER TABLE audit_part VALIDATE CONSTRAINT audit_part_stored_fits;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM audit_compartment WHERE octet_length(sealed_key) > 1024) THEN
    ALTER TABLE audit_compartment VALIDATE CONSTRAINT audit_compartment_key_fits;
  END IF;
END $$;

-- As before, and four parts an entry at most: one of each kind.
CREATE OR REPLACE FUNCTION audit_part_own_entry() RETURNS trigger LANGUAGE plpgsql
  SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM made m WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
             WHERE e.id = m.entry_id AND e.xid = pg_current_xact_id() AND e.tenant_id = m.tenant_id OFFSET 0)) THEN
    RAISE EXCEPTION 'the sealed part is of no entry of this transaction' USING ERRCODE = 'SP001';
  END IF;
  IF EXISTS (SELECT 1 FROM made m WHERE EXISTS (SELECT 1 FROM audit_part p WHERE p.entry_id = m.entry_id OFFSET 4)) THEN
    RAISE EXCEPTION 'an entry has four sealed parts at most' USING ERRCODE = 'SP001';
  END IF;
  RETURN NULL;
END $$;
