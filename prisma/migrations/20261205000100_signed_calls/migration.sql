-- Nonces of signed calls (RFC 9421), so that one call is made once: shared by all portals, gone with the time in which
-- the signature would be taken. Of a key whose calls are signed the public half is an Ed25519 key, base64url.
CREATE TABLE signature_nonce (
  api_key_id uuid NOT NULL,
  nonce text NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  CONSTRAINT signature_nonce_pkey PRIMARY KEY (api_key_id, nonce)
);
ALTER TABLE api_key ADD CONSTRAINT api_key_signing_key_form CHECK (signing_key ~ '^[A-Za-z0-9_-]{43}$');
GRANT SELECT, INSERT, DELETE ON signature_nonce TO sealport_app;
