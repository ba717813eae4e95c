-- A compartment is of a kind that there is. The portal's own login could make one of any other, under which a part lay
-- that no reader had a word for: every export and verification of the log ended there.
ALTER TABLE audit_compartment ADD CONSTRAINT audit_compartment_kind_known CHECK
  (kind IN ('org', 'case', 'subject', 'suspicion')) NOT VALID;
-- Rows that stand there already can be neither changed nor dropped, and are evidence: readers name their parts. Only
-- where there is one does the rule hold for new rows alone.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_compartment WHERE kind NOT IN ('org', 'case', 'subject', 'suspicion')) THEN
    ALTER TABLE audit_compartment VALIDATE CONSTRAINT audit_compartment_kind_known;
  END IF;
END $$;
