-- Keys held by their participants: made active by a proof of possession alone, and vouched for by the portal's keystore.

-- When a version became active first; one that never did is nobody's to replace. Versions of before all were active.
ALTER TABLE key_version ADD COLUMN activated_at TIMESTAMPTZ(6) DEFAULT now();
ALTER TABLE key_version ALTER COLUMN activated_at DROP DEFAULT;

ALTER TABLE key_version ADD CONSTRAINT key_version_client_proven CHECK
  (custody = 'managed' OR state IN ('pre_active', 'destroyed') OR instance_signature IS NOT NULL);

CREATE INDEX key_challenge_key ON key_challenge (key_version_id);

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('key.prove', 'key_version', 'UPDATE'), ('key.prove', 'key_rotation', 'INSERT');
