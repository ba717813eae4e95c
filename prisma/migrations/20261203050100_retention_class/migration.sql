-- A record is kept as its kind is, or longer: then the age limit of a role yields to an instrument that names the record
-- (access.md "Default rules").
ALTER TABLE transaction ADD CONSTRAINT transaction_retention_class_known CHECK (retention_class IN ('standard', 'extended'));
