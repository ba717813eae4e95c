/** Meanings of the variables whose declaration has no comment. The table in docs/variables.md shows both. */
export const MEANINGS: Readonly<Record<string, string>> = {
  CLAMD_HOST: "Host of clamd, which scans documents. Without it and CLAMD_SOCKET documents are not scanned.",
  CLAMD_PORT: "Port of clamd, used with CLAMD_HOST.",
  CLAMD_SOCKET: "Absolute path of clamd's socket. It takes precedence over CLAMD_HOST.",
  CUSTODIAN_EVALUATION:
    "`1`: statements may be signed by the portal in place of people. For evaluation only.",
  CUSTODIAN_ORIGINS:
    "Addresses at which passkeys are used in an evaluation, separated by commas. Elsewhere the roster names them.",
  CUSTODIAN_ROSTER_FILE: "The roster that the custodian trusts. Default: roster.json in DATA_DIR.",
  CUSTODIAN_URL: "Where the custodian serves: `unix:/path` or `mtls://host:port`.",
  CUSTODIAN_VKEY: "The custodian's public key, as `create-keys` printed it.",
  DATABASE_ADMIN_URL:
    "A login that may make roles and databases. With it `npm start` and `npm run migrate` make what is missing.",
  DATABASE_NAME: "Name of the database that is made.",
  DATABASE_OWNER_URL: "A login of the role sealport_owner, for migrations where the roles were made by hand.",
  DATABASE_URL:
    "The part's login at PostgreSQL 16 or newer. Without it `npm start` runs an embedded PostgreSQL.",
  DATA_DIR:
    "Folder of the part's own files: the custodian's journals, the signer's copy of the log, the portal's spool.",
  HOST: "Address that the portal listens at.",
  KEK_FILE:
    "File with the key of the keystore, which only the part's user can read; `create-keys` makes it with mode 0600. 0400 is enough.",
  KEK_PASSPHRASE: "Passphrase of the keystore. It takes precedence over KEK_FILE.",
  KEY_DIR: "Folder of the part's keystore. No other part reads it.",
  LOG_LEVEL: "fatal, error, warn, info, debug, trace or silent.",
  LOG_ORIGIN: "Name of the log, such as `portal.example.org/log1`. It never changes.",
  LOG_VKEY: "The signer's public key, as `create-keys` printed it.",
  NODE_EXTRA_CA_CERTS:
    "PEM file of further authorities that Node trusts, for example of a key service or of the portal's own address.",
  OPENED_KEY_S: "For how many seconds an opened key is cached.",
  OPENED_KEY_USES: "For how many uses an opened key is cached.",
  PKCS11_PIN: "PIN of the token.",
  PKCS11_PIN_FILE: "File with the PIN of the token.",
  PORT: "Port that the portal listens at.",
  RATE_BUDGETS:
    "Calls a minute, for sign_in attempts in 15 minutes: a JSON object of any of reads, writes, open, audit, decisions, batch, export, sign_in, anonymous.",
  RETENTION_DATABASE_URL: "Login of the worker that erases and prunes (role sealport_retention).",
  SEALPORT_CUSTODY:
    "Where the root key is: `local`, `aws-kms:KEY`, `transit:KEY`, `pkcs11:KEY` or `pkcs11-resident:KEY`.",
  SEALPORT_EVALUATION: "`1`: this is an evaluation. The portal may sign for people.",
  SEED: "`demo` fills a new instance with the demonstration's people and transactions; `none` leaves it empty.",
  SEQUENCER_BATCH: "The most entries of one batch.",
  SEQUENCER_DATABASE_URL: "Login of the worker that numbers entries (role sealport_sequencer).",
  SIGNER_DATABASE_URL: "Login of the signer, which reads the log (role sealport_signer).",
  SIGNER_URL: "Where the signer serves: `unix:/path` or `mtls://host:port`.",
  SOCKET_GROUP:
    "The group that may call this part through its Unix socket, by name or number; without it only its own user may.",
  TENANT_ID: "The instance's id, a UUID. It never changes.",
  TLS_KEY_FILE: "The private key of TLS_CERT_FILE.",
  UPSTASH_REDIS_REST_TOKEN: "Token of the Upstash database.",
  UPSTASH_REDIS_REST_URL: "Address of an Upstash database in which calls are counted.",
  VAULT_ADDR: "Address of the Transit key service.",
  VAULT_NAMESPACE: "Namespace at the Transit key service.",
  VAULT_TOKEN: "Token for the Transit key service.",
  VAULT_TOKEN_FILE: "File with that token; it is read again when it changes.",
  WITNESS_URL: "Where the operator's own witness serves or is called.",
  WITNESS_VKEY: "Public key of the operator's own witness.",
};
