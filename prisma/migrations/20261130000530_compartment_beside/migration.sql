-- A compartment that does not open stopped every later entry under its name: the portal's own login could make one before
-- the portal did. Another one may stand beside it now, under the next number; the portal takes the first that opens. A
-- person has one, as before: an erasure destroys one key.
ALTER TABLE audit_compartment ADD COLUMN nth integer NOT NULL DEFAULT 0;
ALTER TABLE audit_compartment ADD CONSTRAINT audit_compartment_one_a_person CHECK
  (nth = 0 OR (nth > 0 AND kind IN ('org', 'case', 'suspicion')));
DROP INDEX audit_compartment_one_live;
CREATE UNIQUE INDEX audit_compartment_one_live ON audit_compartment (tenant_id, kind, subject, nth)
  WHERE destroyed_at IS NULL;
