-- A reseal keeps the escrow's entry of the former generation (kind `former`) until the custodian has confirmed that it
-- opens the new one: a body sealed wrongly would otherwise be the escrow's only one.
CREATE INDEX wrap_former ON wrap (transaction_id) WHERE kind = 'former';

INSERT INTO audit_action_rule (action, table_name, op) VALUES
  ('transaction.reseal', 'wrap', 'UPDATE'), ('transaction.confirm', 'wrap', 'DELETE');
