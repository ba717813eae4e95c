/**
 * What each login may change, table by table: everything else is refused. A table that is not here fails the test of
 * the grants, and so does a grant that is wider or narrower than what stands here. `INSERT(a b)` is by column.
 */
const APP = {
  access_grant: "INSERT UPDATE",
  access_request: "INSERT UPDATE",
  agency: "DELETE INSERT UPDATE",
  api_key: "DELETE INSERT UPDATE",
  app_user: "INSERT UPDATE",
  audit_acknowledgement:
    "INSERT(asked_at asked_by digest entry_id id reason tenant_id) UPDATE(agreed_by agreed_entry_id ended_at refused_by signature state)",
  audit_compartment: "INSERT",
  audit_entry: "INSERT(at bytes class id log outcome tenant_id)",
  audit_erasure:
    "INSERT UPDATE(agreed_at agreed_by ended_at prepared prepared_at refused_by state try_after)",
  audit_export:
    "INSERT UPDATE(attempt bytes downloaded_at entries expires_at file_key finished_at lease_until progress removed_at sha256 size state total)",
  audit_export_chunk: "DELETE INSERT",
  audit_index: "INSERT",
  audit_part: "INSERT",
  audit_queue: "INSERT(action entry_id subject tenant_id)",
  audit_verification:
    "INSERT(by_user_id cause id started_at state tenant_id) UPDATE(end_entry_id index_claim index_lease_until index_progress index_report start_entry_id)",
  auth_challenge: "DELETE INSERT UPDATE",
  auth_session: "INSERT UPDATE",
  credential: "DELETE INSERT UPDATE",
  decision: "INSERT",
  disclosure: "INSERT UPDATE",
  dispute: "INSERT UPDATE",
  dispute_note: "INSERT",
  document: "INSERT UPDATE(scan)",
  document_quarantine: "INSERT(ciphertext dek_sealed id iv request_id tag tenant_id)",
  duty: "DELETE INSERT UPDATE",
  escrow_epoch: "INSERT UPDATE",
  escrow_registration: "INSERT UPDATE",
  idempotency_record: "DELETE INSERT UPDATE",
  identity_check: "INSERT",
  invitation: "INSERT UPDATE(revoked_at used_at)",
  job: "DELETE INSERT UPDATE",
  key_challenge: "DELETE INSERT UPDATE",
  key_recovery: "INSERT UPDATE(end_reason ended_at ended_by remaining started_at state total try_after)",
  key_recovery_statement: "INSERT",
  key_rotation: "INSERT UPDATE",
  key_version: "INSERT UPDATE",
  legal_authorization: "INSERT UPDATE",
  membership: "DELETE INSERT UPDATE",
  opening: "INSERT UPDATE(reply_key used_at)",
  organisation: "DELETE INSERT UPDATE",
  participant: "INSERT UPDATE",
  policy_version: "INSERT UPDATE",
  preservation: "INSERT UPDATE(released_at state until)",
  process_heartbeat: "DELETE INSERT UPDATE",
  rate_limit: "DELETE INSERT UPDATE",
  request_event: "INSERT",
  roster_agreement: "INSERT",
  roster_change: "INSERT UPDATE(ended_at ended_by reason state)",
  statement_nonce: "INSERT UPDATE(used_at)",
  tenant: "INSERT UPDATE",
  transaction: "INSERT UPDATE",
  transaction_group: "INSERT UPDATE",
  transaction_participant: "INSERT",
  transaction_version: "INSERT",
  wrap: "DELETE INSERT UPDATE",
} as const;

export const ALLOWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sealport_app_login: APP,
  sealport_worker_login: APP,
  sealport_sequencer_login: {
    audit_checkpoint: "INSERT UPDATE(note time_stamp time_stamped_at witnesses)",
    audit_head: "INSERT UPDATE",
    audit_leaf: "INSERT",
    audit_quarantine: "INSERT(entry_id reason tenant_id)",
    audit_queue: "DELETE",
    audit_tile: "INSERT UPDATE",
    audit_verification: "UPDATE(claim finished_at lease_until progress report state)",
    audit_witness: "INSERT UPDATE(size timestamp)",
  },
  sealport_jobs_login: { job: "DELETE INSERT UPDATE" },
  sealport_retention_login: {},
  sealport_signer_login: {},
  sealport_custodian_login: {},
  sealport_auditor_login: {},
};

/** Tables that nobody but the owner changes; with those above, all there are. */
export const OWNERS_ONLY: readonly string[] = [
  "_prisma_migrations",
  "audit_action_rule",
  "audit_prune",
  "audit_prune_refusal",
  "audit_recovery",
  "audit_retention",
  "request_transition",
];

/** What the rules of an entry are asked with, and what the app asks itself. */
const APP_CALLS = [
  "audit_days",
  "audit_entry_text",
  "audit_first_kept",
  "audit_is_through",
  "audit_jcs",
  "audit_require_form",
  "audit_utf16_length",
];

/** Functions a login may call by name; triggers need no such right. */
export const CALLABLE: Readonly<Record<string, readonly string[]>> = {
  sealport_app_login: APP_CALLS,
  sealport_worker_login: APP_CALLS,
  sealport_sequencer_login: ["audit_is_through"],
  sealport_retention_login: ["audit_erase", "audit_is_through", "audit_prune"],
  sealport_signer_login: ["audit_is_through"],
  sealport_custodian_login: ["audit_is_through"],
  sealport_auditor_login: ["audit_is_through"],
  sealport_jobs_login: ["audit_is_through"],
};

/** Tables without the completeness trigger, and why that loses nothing. All others must have it. */
export const UNWATCHED: Readonly<Record<string, string>> = {
  _prisma_migrations: "only the owner writes it, when the schema changes",
  audit_action_rule: "only the owner writes it; it is the list of what vouches for what",
  audit_checkpoint: "signed by the log's key, which the database does not have",
  audit_entry: "is the record itself; it cannot commit unqueued",
  audit_export: "the history beside the entry of each export, which is written before its first byte",
  audit_export_chunk:
    "sealed pieces of an export's file: its making, each fetching and its removal are entries",
  audit_head: "covered by the signer, who recomputes it; it only goes forward",
  audit_index: "search rows beside the entries, in their transaction alone, rebuilt from them",
  audit_leaf: "covered by the signer, who recomputes each",
  audit_part: "comes in its entry's transaction alone, bound by its digest in the entry",
  audit_prune: "written by the function that writes the entry, and never changed",
  audit_prune_refusal: "says that a refusal is an entry already, so that it is not written again",
  audit_quarantine: "says of waiting rows that they get no leaf; the rows themselves stay queued",
  audit_queue: "is what the trigger asks; a row leaves only when its entry has a leaf",
  audit_recovery: "written by the recovery that writes the entry, and never changed",
  audit_tile: "hashes that every proof made from them shows to be right or wrong",
  audit_verification: "reports of runs that are entries themselves",
  audit_witness: "newest cosignatures, told again from the checkpoints that carry them",
  auth_challenge: "what a browser was asked to sign, for five minutes; its use is an entry",
  escrow_registration: "what the custodian signed; it keeps its own journal",
  idempotency_record: "answers kept for a repetition; the acts have their entries",
  job: "work to be done; what it does has its entries",
  key_challenge: "asked once, for five minutes; registration is an entry",
  opening: "a statement waiting for its signature, for five minutes; the disclosure is watched",
  process_heartbeat: "says that a process lives",
  rate_limit: "counters of calls",
  request_transition: "only the owner writes it",
  statement_nonce: "asked once, for five minutes; what it is used for is watched",
};
