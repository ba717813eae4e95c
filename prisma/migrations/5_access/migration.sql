-- Access under law: requests, legal authorities, decisions, grants, openings and disclosures; executive release,
-- break-glass, legal holds, registered issuers, recognition, notices and transparency figures.

-- ---------------------------------------------------------------- Tables

-- Returns a number or name without typing differences: blanks, punctuation and invisible characters; letters by NFKC in lower case, and
-- Cyrillic and Greek letters that look Latin as Latin ones (lib/access/decisions/retyped-facts.ts; ADR 0038). It is first because a column
-- below needs it.
CREATE FUNCTION order_text(given text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT normalize(translate(lower(regexp_replace(normalize(given, NFKC),
    '[[:space:][:punct:]\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u206F\u2212\u2800\u3000-\u3003\u3008-\u3011\u3014-\u301F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]',
    '', 'g')),
    'авекмнорстухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅҺԀԚԜαβεζηικμνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
    'abekmhopctyxijshdqwabekmhopctyxijshdqwabezhikmnoptyxabezhikmnoptyx'), NFC)
$$;

-- The life of a request (ADR 0026). `co_viewers` are people of the requester's own agency, named in the draft and
-- frozen with it.
CREATE TABLE access_request (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  reference text NOT NULL,
  requester_user_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  purpose text NOT NULL,
  justification text NOT NULL,
  legal_basis text,
  transactions text[],
  query jsonb,
  groups text[],
  level text NOT NULL,
  "from" timestamptz(6),
  until timestamptz(6),
  max_views integer NOT NULL DEFAULT 20,
  max_exports integer NOT NULL DEFAULT 5,
  state text NOT NULL DEFAULT 'draft',
  due_at timestamptz(6),
  version integer NOT NULL DEFAULT 1,
  digest text,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  authorization_digest text,
  response_due_at timestamptz(6),
  stage_before text,
  last_event text,
  escalated_to text,
  escalated_at timestamptz(6),
  reminders integer NOT NULL DEFAULT 0,
  extensions integer NOT NULL DEFAULT 0,
  continues_id uuid,
  co_viewers uuid[] NOT NULL DEFAULT '{}',
  -- How many people must approve in each stage, as the policies said at the submission.
  quorum_legal integer NOT NULL DEFAULT 1,
  quorum_coordinator integer NOT NULL DEFAULT 1,
  CONSTRAINT access_request_quorums_sane CHECK (quorum_legal BETWEEN 1 AND 5 AND quorum_coordinator BETWEEN 1 AND 5),
  CONSTRAINT access_request_stage_before_known CHECK (stage_before IN ('stage_1', 'stage_2')),
  CONSTRAINT access_request_escalated CHECK
    (escalated_to IN ('compliance', 'executive') AND escalated_at IS NOT NULL
      OR escalated_to IS NULL AND escalated_at IS NULL),
  CONSTRAINT access_request_reminders_sane CHECK (reminders BETWEEN 0 AND 2),
  -- A second extension would be refusal by silence.
  CONSTRAINT access_request_one_extension CHECK (extensions BETWEEN 0 AND 1),
  CONSTRAINT access_request_continues_another CHECK (continues_id <> id),
  CONSTRAINT access_request_continues_fkey FOREIGN KEY (continues_id) REFERENCES access_request (id)
);

CREATE TABLE request_event (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  by_user_id uuid,
  kind text NOT NULL,
  from_state text,
  to_state text,
  comment text,
  details jsonb,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- The moves of a request; each is bound to its event.
CREATE TABLE request_transition (
  from_state text NOT NULL,
  to_state text NOT NULL,
  event text NOT NULL,
  PRIMARY KEY (from_state, to_state, event)
);

-- Removing a co-viewer is final.
CREATE TABLE co_viewer_end (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL REFERENCES access_request (id),
  user_id uuid NOT NULL REFERENCES app_user (id),
  ended_by uuid NOT NULL REFERENCES app_user (id),
  reason text NOT NULL,
  ended_at timestamptz(6) NOT NULL,
  UNIQUE (request_id, user_id)
);

-- A legal authority, as the draft records it. Only its state changes.
CREATE TABLE legal_authorization (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  kind text NOT NULL,
  issuer text NOT NULL,
  jurisdiction text NOT NULL,
  case_number text NOT NULL,
  plain_number text GENERATED ALWAYS AS (order_text(case_number)) STORED,
  plain_issuer text GENERATED ALWAYS AS (order_text(issuer)) STORED,
  valid_from timestamptz(6) NOT NULL,
  valid_until timestamptz(6) NOT NULL,
  recognition_basis text,
  sealed_basis text,
  sealed_until timestamptz(6),
  state text NOT NULL,
  document_id uuid,
  jws text,
  cms bytea,
  record_digest text NOT NULL,
  record jsonb NOT NULL,
  -- How each fact came into the form, by its name: typed, confirmed, or read from the file and not confirmed yet.
  sources jsonb,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE document (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  sha256 text NOT NULL,
  bytes integer NOT NULL,
  media_type text NOT NULL,
  scan text NOT NULL,
  dek_sealed bytea NOT NULL,
  iv bytea NOT NULL,
  ciphertext bytea NOT NULL,
  tag bytea NOT NULL,
  uploaded_by uuid NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT document_scan_known CHECK (scan IN ('not scanned', 'pending', 'clean', 'infected'))
);

-- Sealed bytes of infected documents. The program can write them and cannot read them again.
CREATE TABLE document_quarantine (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  dek_sealed bytea NOT NULL,
  iv bytea NOT NULL,
  ciphertext bytea NOT NULL,
  tag bytea NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Keys and trust anchors (certificates) of issuers that sign orders. One person registers, another confirms, and after a waiting period the
-- registration is in force. The program never fetches one.
CREATE TABLE authority (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  issuer text NOT NULL,
  jurisdiction text NOT NULL,
  kid text,
  public_key text,
  digest text NOT NULL,
  valid_from timestamptz(6) NOT NULL,
  valid_until timestamptz(6) NOT NULL,
  state text NOT NULL DEFAULT 'proposed',
  proposed_by uuid NOT NULL,
  proposed_at timestamptz(6) NOT NULL,
  confirmed_by uuid,
  confirmed_at timestamptz(6),
  in_force_from timestamptz(6),
  ended_by uuid,
  ended_at timestamptz(6),
  end_reason text,
  certificate bytea,
  CONSTRAINT authority_state_known CHECK (state IN ('proposed', 'confirmed', 'revoked', 'withdrawn')),
  CONSTRAINT authority_times CHECK (valid_from < valid_until),
  CONSTRAINT authority_two_people CHECK
    ((confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_at IS NULL) = (in_force_from IS NULL)
      AND confirmed_by IS DISTINCT FROM proposed_by AND in_force_from >= confirmed_at
      AND (state IN ('confirmed', 'revoked')) = (confirmed_by IS NOT NULL)
      AND (state IN ('revoked', 'withdrawn')) = (ended_at IS NOT NULL)
      AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
  CONSTRAINT authority_kind_known CHECK
    ((kind = 'key' AND kid IS NOT NULL AND public_key IS NOT NULL AND certificate IS NULL)
      OR (kind = 'anchor' AND kid IS NULL AND public_key IS NULL AND certificate IS NOT NULL))
);

CREATE TABLE authority_crl (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  authority_id uuid NOT NULL,
  -- The list's signer: the anchor, or a certificate below it, which is then stored too.
  issuer_digest text NOT NULL,
  issuer text NOT NULL,
  issuer_certificate bytea,
  list bytea NOT NULL,
  sha256 text NOT NULL,
  number text,
  this_update timestamptz(6) NOT NULL,
  next_update timestamptz(6) NOT NULL,
  uploaded_by uuid NOT NULL,
  uploaded_at timestamptz(6) NOT NULL,
  CONSTRAINT authority_crl_times CHECK (this_update < next_update),
  CONSTRAINT authority_crl_authority_fkey FOREIGN KEY (authority_id) REFERENCES authority (id)
);

-- How far a legal authority was verified, in the terms of EN 319 102-1. The authority's own state changes and would not show it.
CREATE TABLE authorization_verification (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  occasion text NOT NULL,
  method text NOT NULL,
  indication text NOT NULL,
  sub_indication text,
  report jsonb NOT NULL,
  at timestamptz(6) NOT NULL,
  authority_id uuid,
  CONSTRAINT authorization_verification_authorization_fkey FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id),
  CONSTRAINT authorization_verification_occasion_known CHECK (occasion IN ('attach', 'submit', 'decide')),
  CONSTRAINT authorization_verification_method_known CHECK (method IN ('paper', 'jws', 'cms', 'pades')),
  -- Only paper is attested.
  CONSTRAINT authorization_verification_words CHECK
    (indication IN ('ATTESTED', 'TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE')
      AND (method = 'paper') = (indication = 'ATTESTED')
      AND (indication IN ('ATTESTED', 'TOTAL-PASSED')) = (sub_indication IS NULL)),
  CONSTRAINT authorization_verification_authority_fkey FOREIGN KEY (authority_id) REFERENCES authority (id),
  -- A passed verification rests on one registration.
  CONSTRAINT authorization_verification_rests CHECK (indication <> 'TOTAL-PASSED' OR authority_id IS NOT NULL)
);

-- The bytes that a signature check used: the CMS of the document and each revocation list. Each is sealed with its
-- own key, because a list reveals whose order it is.
CREATE TABLE authorization_evidence (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  kind text NOT NULL,
  sha256 text NOT NULL,
  bytes integer NOT NULL,
  dek_sealed bytea NOT NULL,
  iv bytea NOT NULL,
  ciphertext bytea NOT NULL,
  tag bytea NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT authorization_evidence_kind_known CHECK (kind IN ('cms', 'crl')),
  CONSTRAINT authorization_evidence_authorization_fkey FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id)
);

-- Basis for recognising an order: it is of a home jurisdiction, it states a basis, or a deciding lawyer records one.
CREATE TABLE recognition (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  standing text NOT NULL,
  jurisdiction text NOT NULL,
  homes text[] NOT NULL,
  members_as_of text NOT NULL,
  is_third_country boolean NOT NULL,
  basis text,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT recognition_authorization_fkey FOREIGN KEY (authorization_id) REFERENCES legal_authorization (id),
  CONSTRAINT recognition_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id),
  CONSTRAINT recognition_standing_known CHECK
    (standing IN ('home', 'stated', 'recorded') AND (standing = 'home') = (basis IS NULL) AND basis IS DISTINCT FROM '')
);

-- `max_exports`: approvers may reduce exports (ADR 0048). The signed statement has no member for it.
CREATE TABLE decision (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  stage text NOT NULL,
  decision text NOT NULL,
  approver_user_id uuid NOT NULL,
  comment text NOT NULL,
  confirms jsonb,
  statement jsonb NOT NULL,
  proof_kind text NOT NULL,
  proof jsonb NOT NULL,
  nonce text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  narrowed boolean NOT NULL DEFAULT false,
  max_exports integer,
  CONSTRAINT decision_max_exports CHECK
    (max_exports IS NULL OR decision = 'approve' AND max_exports BETWEEN 0 AND 100)
);

CREATE TABLE statement_nonce (
  nonce text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  user_id uuid NOT NULL,
  subject text NOT NULL,
  statement jsonb NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6),
  max_exports integer,
  -- The prepared statement has the same facts as the decision.
  CONSTRAINT statement_nonce_max_exports CHECK
    (max_exports IS NULL OR kind = 'decision' AND max_exports BETWEEN 0 AND 100)
);

-- Two executives release an overdue request (ADR 0027): the terms that both sign, and their two signatures.
CREATE TABLE executive_release (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  terms jsonb NOT NULL,
  nonce text NOT NULL,
  reason text NOT NULL,
  proposed_by uuid NOT NULL,
  proposed_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sign_until timestamptz(6) NOT NULL,
  CONSTRAINT executive_release_request_fkey FOREIGN KEY (request_id) REFERENCES access_request (id)
);

CREATE TABLE executive_release_word (
  release_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  person text NOT NULL,
  comment text NOT NULL,
  confirms jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (release_id, user_id),
  CONSTRAINT executive_release_word_release_fkey FOREIGN KEY (release_id) REFERENCES executive_release (id),
  CONSTRAINT executive_release_word_proof_known CHECK (proof_kind IN ('passkey', 'ed25519', 'evaluation'))
);

-- Break-glass (ADR 0028): masked values for an hour on one signature, and another person's review of each use.
CREATE TABLE break_glass (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  holder_user_id uuid NOT NULL,
  reason text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  nonce text NOT NULL,
  began_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  review_by timestamptz(6) NOT NULL,
  CONSTRAINT break_glass_reason_says_something CHECK (length(btrim(reason)) >= 20),
  CONSTRAINT break_glass_proof_known CHECK (proof_kind IN ('passkey', 'ed25519', 'evaluation'))
);

CREATE TABLE break_glass_review (
  break_glass_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  reviewer_user_id uuid NOT NULL,
  outcome text NOT NULL,
  comment text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  late boolean NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT break_glass_review_break_glass_fkey FOREIGN KEY (break_glass_id) REFERENCES break_glass (id),
  CONSTRAINT break_glass_review_outcome_known CHECK (outcome IN ('justified', 'unjustified')),
  CONSTRAINT break_glass_review_proof_known CHECK (proof_kind IN ('passkey', 'ed25519', 'evaluation'))
);

-- `release_end`: what an executive or the holder signed to end a released grant early.
CREATE TABLE access_grant (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid,
  authorization_id uuid,
  subject_user_id uuid NOT NULL,
  transactions text[],
  groups text[],
  level text NOT NULL,
  purpose text NOT NULL,
  not_before timestamptz(6) NOT NULL,
  not_after timestamptz(6) NOT NULL,
  max_views integer NOT NULL,
  views_used integer NOT NULL DEFAULT 0,
  max_exports integer NOT NULL,
  exports_used integer NOT NULL DEFAULT 0,
  state text NOT NULL,
  policy_version text NOT NULL,
  assurance text NOT NULL,
  custodian_receipt text,
  revoked_at timestamptz(6),
  revoked_by uuid,
  revoke_reason text,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  dispute_id uuid,
  release_id uuid,
  release_end jsonb,
  break_glass_id uuid,
  CONSTRAINT grant_views_within_budget CHECK (views_used BETWEEN 0 AND max_views),
  CONSTRAINT grant_exports_within_budget CHECK (exports_used BETWEEN 0 AND max_exports),
  CONSTRAINT grant_has_time CHECK (not_before < not_after),
  CONSTRAINT grant_of_dispute_masked CHECK
    (dispute_id IS NULL OR (level = 'masked' AND purpose = 'dispute' AND authorization_id IS NULL AND max_exports = 0)),
  CONSTRAINT access_grant_release_fkey FOREIGN KEY (release_id) REFERENCES executive_release (id),
  CONSTRAINT grant_of_release_of_request CHECK
    (release_id IS NULL OR (request_id IS NOT NULL AND authorization_id IS NOT NULL)),
  CONSTRAINT access_grant_break_glass_fkey FOREIGN KEY (break_glass_id) REFERENCES break_glass (id),
  CONSTRAINT grant_rests_on_one CHECK (num_nonnulls(request_id, dispute_id, break_glass_id) = 1),
  CONSTRAINT grant_of_break_glass_masked CHECK
    (break_glass_id IS NULL OR (level = 'masked' AND purpose = 'support' AND authorization_id IS NULL AND max_exports = 0
      AND max_views <= 12 AND cardinality(transactions) <= 3 AND not_after <= not_before + interval '1 hour'))
);

CREATE TABLE opening (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  grant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  statement jsonb NOT NULL,
  nonce text NOT NULL,
  reply_key bytea,
  expires_at timestamptz(6) NOT NULL,
  -- Transactions that were opened with it. Each transaction of its statement can be opened once. After the last one it
  -- is used up.
  opened uuid[] NOT NULL DEFAULT '{}',
  used_at timestamptz(6)
);

-- The statement and the requester's proof stay with the disclosure.
CREATE TABLE disclosure (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  grant_id uuid,
  user_id uuid NOT NULL,
  groups text[],
  level text NOT NULL,
  purpose text NOT NULL,
  via text NOT NULL,
  intent_entry_id uuid NOT NULL,
  outcome_entry_id uuid,
  outcome text NOT NULL DEFAULT 'intent',
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  statement jsonb,
  proof jsonb,
  proof_kind text,
  CONSTRAINT disclosure_proof_whole CHECK (num_nonnulls(statement, proof, proof_kind) IN (0, 3))
);

-- Evidence files (ADR 0066). The file itself, with the values, is never stored: digest, code and page count stay.
CREATE TABLE evidence (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  reference text NOT NULL,
  user_id uuid NOT NULL,
  grant_id uuid,
  request_id uuid,
  transactions text[] NOT NULL,
  groups text[] NOT NULL,
  format text NOT NULL,
  state text NOT NULL DEFAULT 'intent',
  intent_entry_id uuid NOT NULL,
  outcome_entry_id uuid,
  digest text,
  code text,
  pages integer,
  bytes integer,
  made_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT evidence_reference_form CHECK (reference ~ '^EV-[0-9]{4}-[0-9]{4,}$'),
  CONSTRAINT evidence_format_known CHECK (format IN ('pdf', 'json')),
  CONSTRAINT evidence_state_known CHECK (state IN ('intent', 'done', 'failed')),
  CONSTRAINT evidence_done_whole CHECK ((state = 'done') = (num_nonnulls(digest, code, pages, bytes) = 4))
);

-- Legal holds. `organisation_id`: other agencies do not learn of a hold.
CREATE TABLE preservation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  requested_by uuid NOT NULL,
  transactions text[],
  reason text NOT NULL,
  state text NOT NULL,
  until timestamptz(6) NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  released_at timestamptz(6),
  organisation_id uuid,
  CONSTRAINT preservation_state_known CHECK
    (state IN ('active', 'released') AND (state = 'released') = (released_at IS NOT NULL))
);

-- Policy sets: numbered documents of policies and settings. `document` is the canonical text, `document_digest` its
-- SHA-256. A set changes as a draft only; policy_set_guard has its life.
CREATE TABLE policy_set (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  number integer NOT NULL,
  state text NOT NULL DEFAULT 'draft',
  title text NOT NULL,
  reason text NOT NULL,
  -- The set it was copied from; null for the first one.
  based_on integer,
  document text NOT NULL,
  document_digest text NOT NULL,
  -- Null: the portal wrote the first set.
  author uuid,
  created_at timestamptz(6) NOT NULL,
  -- Grows with each change of the draft and with each state.
  revision integer NOT NULL DEFAULT 1,
  -- How many times it was submitted. Approvals of an earlier round do not count.
  round integer NOT NULL DEFAULT 0,
  submitted_at timestamptz(6),
  -- What the submission rests on: the set that was active, the dry run against it, and what that found.
  base_number integer,
  run_id uuid,
  gains boolean,
  -- Time at which a scheduled set becomes active, or an active set became active.
  active_from timestamptz(6),
  ended_at timestamptz(6),
  end_reason text,
  CONSTRAINT policy_set_author_fkey FOREIGN KEY (author) REFERENCES app_user (id),
  CONSTRAINT policy_set_state_known CHECK (state IN
    ('draft', 'submitted', 'approved', 'scheduled', 'active', 'superseded', 'rolled_back', 'withdrawn', 'refused')),
  CONSTRAINT policy_set_counts_sane CHECK (number >= 1 AND revision >= 1 AND round >= 0),
  CONSTRAINT policy_set_submission_whole CHECK (num_nonnulls(submitted_at, base_number, run_id, gains) IN (0, 4)
    AND (state NOT IN ('submitted', 'approved', 'scheduled') OR submitted_at IS NOT NULL)),
  CONSTRAINT policy_set_active_from_named CHECK (state NOT IN ('scheduled', 'active') OR active_from IS NOT NULL),
  CONSTRAINT policy_set_end_whole CHECK
    ((ended_at IS NOT NULL) = (state IN ('superseded', 'rolled_back', 'withdrawn', 'refused')))
);

-- What one person decided on one submission of a set.
CREATE TABLE policy_approval (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  set_id uuid NOT NULL REFERENCES policy_set (id),
  round integer NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  decision text NOT NULL,
  -- Which of the duties approve and legal the person had when they decided.
  duties text[] NOT NULL,
  reason text NOT NULL,
  document_digest text NOT NULL,
  at timestamptz(6) NOT NULL,
  -- The entry of the log that vouches for an approval when the set becomes active.
  entry_id uuid NOT NULL,
  -- What an approver signed for the custodian. Null before the custodian has a roster.
  statement jsonb,
  signature jsonb,
  CONSTRAINT policy_approval_signed_whole CHECK (num_nonnulls(statement, signature) <> 1 AND (statement IS NULL OR decision = 'approve')),
  CONSTRAINT policy_approval_decision_known CHECK (decision IN ('approve', 'refuse', 'send_back'))
);

-- Which set decides: the row with the highest `seq` of a tenant, whatever its time.
CREATE TABLE policy_activation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  seq integer NOT NULL,
  set_id uuid NOT NULL REFERENCES policy_set (id),
  number integer NOT NULL,
  -- Digest of document and floor, by the build that activated it.
  version text NOT NULL,
  document_digest text NOT NULL,
  why text NOT NULL,
  -- Null if the portal activated the set: at the time that a person scheduled, or at the portal's start.
  by_user_id uuid REFERENCES app_user (id),
  at timestamptz(6) NOT NULL,
  entry_id uuid NOT NULL,
  -- Statement for the custodian, signed by the person who returned to the former set.
  statement jsonb,
  signature jsonb,
  CONSTRAINT policy_activation_signed_whole CHECK (num_nonnulls(statement, signature) <> 1 AND (statement IS NULL OR why = 'roll_back')),
  CONSTRAINT policy_activation_why_known CHECK (why IN ('first', 'activate', 'roll_back', 'build')),
  CONSTRAINT policy_activation_by_named CHECK (why <> 'roll_back' OR by_user_id IS NOT NULL)
);

-- Dry runs of a set and replays of recorded decisions, as jobs of the portal.
CREATE TABLE policy_run (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  -- Null for a replay.
  set_id uuid REFERENCES policy_set (id),
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  -- The tested document, and the set that was active at that time.
  document_digest text,
  base_number integer,
  done integer NOT NULL DEFAULT 0,
  total integer NOT NULL DEFAULT 0,
  -- Parameters of the run, for example the period of a replay.
  question jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  error text,
  asked_by uuid NOT NULL REFERENCES app_user (id),
  created_at timestamptz(6) NOT NULL,
  started_at timestamptz(6),
  finished_at timestamptz(6),
  lease_until timestamptz(6),
  -- Number of portals that took the run. If a portal dies, its lease expires and the next portal starts the run again.
  attempt integer NOT NULL DEFAULT 0,
  CONSTRAINT policy_run_kind_known CHECK (kind IN ('dry_run', 'replay')),
  CONSTRAINT policy_run_state_known CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  CONSTRAINT policy_run_about_named CHECK
    (kind <> 'dry_run' OR num_nonnulls(set_id, document_digest, base_number) = 3),
  CONSTRAINT policy_run_end_whole CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'cancelled', 'failed'))
    AND (state <> 'done' OR result IS NOT NULL) AND (state = 'failed') = (error IS NOT NULL)),
  CONSTRAINT policy_run_counts_sane CHECK (done >= 0 AND total >= 0)
);

-- Notice to people whose data was disclosed (ADR 0039). What is waiting is computed from the disclosures. A row
-- records that a person sent the notice, or withheld it with a reason.
CREATE TABLE subject_notice (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  participant_id text NOT NULL,
  state text NOT NULL,
  transactions uuid[] NOT NULL,
  groups text[] NOT NULL,
  first_at timestamptz(6) NOT NULL,
  last_at timestamptz(6) NOT NULL,
  reason text,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT subject_notice_request_fkey FOREIGN KEY (request_id) REFERENCES access_request (id),
  CONSTRAINT subject_notice_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id),
  CONSTRAINT subject_notice_participant_fkey FOREIGN KEY (tenant_id, participant_id) REFERENCES participant (tenant_id, id),
  CONSTRAINT subject_notice_state_known CHECK
    (state IN ('sent', 'withheld') AND (state = 'withheld') = (reason IS NOT NULL) AND cardinality(transactions) > 0)
);

-- Facts that a reviewer retyped from a paper order before they saw the requester's facts. A later row corrects an earlier one.
CREATE TABLE order_reading (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  user_id uuid NOT NULL,
  confirms jsonb NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT order_reading_request_fkey FOREIGN KEY (request_id) REFERENCES access_request (id),
  CONSTRAINT order_reading_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id)
);

-- The person assigned to a request. The newest row counts, and a row without a person ends the assignment. It gives no
-- rights.
CREATE TABLE request_assignment (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  request_id uuid NOT NULL,
  user_id uuid,
  by_user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT request_assignment_request_fkey FOREIGN KEY (request_id) REFERENCES access_request (id),
  CONSTRAINT request_assignment_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id),
  CONSTRAINT request_assignment_by_fkey FOREIGN KEY (by_user_id) REFERENCES app_user (id)
);

-- Templates of reasons for decisions, which compliance edits. The newest row has all templates in force.
CREATE TABLE reason_set (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  items jsonb NOT NULL,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT reason_set_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id)
);

-- Whether an instrument and a purpose need a notice. The newest row counts; the default is in lib/access/notices/rule-store.ts.
CREATE TABLE notice_rule (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  purpose text NOT NULL,
  notice text NOT NULL,
  reason text NOT NULL,
  user_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT notice_rule_user_fkey FOREIGN KEY (user_id) REFERENCES app_user (id),
  CONSTRAINT notice_rule_notice_known CHECK (notice IN ('none', 'queued'))
);

-- Transparency figures of a closed quarter (ADR 0040), computed once.
CREATE TABLE transparency_report (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  quarter text NOT NULL,
  figures jsonb NOT NULL,
  digest text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT transparency_report_quarter_form CHECK (quarter ~ '^\d{4}-Q[1-4]$')
);

-- ---------------------------------------------------------------- Indexes

CREATE UNIQUE INDEX access_request_reference_key ON access_request (tenant_id, reference);
CREATE INDEX access_request_tenant_id_state_idx ON access_request (tenant_id, state);
CREATE INDEX access_request_requester_user_id_idx ON access_request (requester_user_id);
CREATE UNIQUE INDEX access_request_continues_id_key ON access_request (continues_id);
CREATE INDEX access_request_review_due ON access_request (tenant_id, due_at)
  WHERE state IN ('stage_1', 'stage_2', 'extended', 'objected');
CREATE INDEX access_request_ended ON access_request (tenant_id, updated_at)
  WHERE state IN ('expired', 'revoked', 'exhausted', 'denied');
CREATE INDEX access_request_in_part ON access_request (tenant_id, id) WHERE state = 'partial';
CREATE INDEX access_request_overdue ON access_request (tenant_id, escalated_at) WHERE state = 'overdue';
CREATE INDEX access_request_organisation_id_id_idx ON access_request (organisation_id, id);
-- Few requests have co-viewers. What their array holds is compared behind the tenant's policy, so no index on it is used.
CREATE INDEX access_request_co_viewers_idx ON access_request (tenant_id) WHERE co_viewers <> '{}';
-- The portal's periodic search for due requests.
CREATE INDEX access_request_response_due ON access_request (tenant_id, response_due_at)
  WHERE state IN ('document_check', 'stage_1', 'stage_2', 'extended', 'objected');
CREATE INDEX request_event_request_id_at_idx ON request_event (request_id, at);
CREATE INDEX request_event_tenant_id_at_idx ON request_event (tenant_id, at);
CREATE INDEX legal_authorization_request_id_idx ON legal_authorization (request_id);
CREATE INDEX legal_authorization_open ON legal_authorization (tenant_id, valid_until)
  WHERE state NOT IN ('draft', 'closed');
CREATE INDEX legal_authorization_sealed ON legal_authorization (tenant_id, sealed_until)
  WHERE sealed_until IS NOT NULL;
CREATE INDEX legal_authorization_number ON legal_authorization (tenant_id, plain_number);
CREATE INDEX legal_authorization_document_id_idx ON legal_authorization (document_id);
CREATE INDEX document_request_id_idx ON document (request_id);
CREATE INDEX document_pending ON document (tenant_id, id) WHERE scan = 'pending';
CREATE INDEX document_tenant_id_sha256_idx ON document (tenant_id, sha256);
CREATE INDEX authority_tenant_id_state_idx ON authority (tenant_id, state);
-- A key id belongs to one key for ever, also after the key's end. So an old order stays an order of that key.
CREATE UNIQUE INDEX authority_kid_key ON authority (tenant_id, kid) WHERE state <> 'withdrawn';
-- One certificate may be the anchor of several issuers, once for each. An ended one does not return.
CREATE UNIQUE INDEX authority_anchor_key ON authority (tenant_id, digest, issuer, jurisdiction)
  WHERE kind = 'anchor' AND state <> 'withdrawn';
CREATE INDEX authority_public_key ON authority (tenant_id, public_key) WHERE kind = 'key';
CREATE UNIQUE INDEX authority_crl_one ON authority_crl (authority_id, issuer_digest, sha256);
CREATE INDEX authority_crl_newest ON authority_crl (authority_id, issuer_digest, this_update);
CREATE INDEX authorization_verification_authorization_id_id_idx ON authorization_verification (authorization_id, id);
CREATE INDEX authorization_verification_authority_id_idx ON authorization_verification (authority_id)
  WHERE authority_id IS NOT NULL;
CREATE UNIQUE INDEX authorization_evidence_once ON authorization_evidence (authorization_id, kind, sha256);
CREATE UNIQUE INDEX authorization_evidence_one_cms ON authorization_evidence (authorization_id) WHERE kind = 'cms';
CREATE UNIQUE INDEX recognition_authorization_id_key ON recognition (authorization_id);
CREATE UNIQUE INDEX decision_nonce_key ON decision (nonce);
CREATE INDEX decision_request_id_idx ON decision (request_id);
CREATE UNIQUE INDEX decision_once_per_person ON decision (request_id, approver_user_id) WHERE decision = 'approve';
CREATE UNIQUE INDEX executive_release_nonce_key ON executive_release (nonce);
CREATE INDEX executive_release_request_id_id_idx ON executive_release (request_id, id);
CREATE UNIQUE INDEX executive_release_word_release_id_person_key ON executive_release_word (release_id, person);
CREATE UNIQUE INDEX break_glass_nonce_key ON break_glass (nonce);
CREATE INDEX break_glass_holder_user_id_id_idx ON break_glass (holder_user_id, id);
CREATE INDEX break_glass_tenant_id_id_idx ON break_glass (tenant_id, id);
CREATE INDEX access_grant_subject_user_id_idx ON access_grant (subject_user_id);
CREATE INDEX access_grant_request_id_idx ON access_grant (request_id);
CREATE INDEX access_grant_dispute_id_idx ON access_grant (dispute_id);
CREATE UNIQUE INDEX access_grant_one_live_of_dispute ON access_grant (dispute_id)
  WHERE dispute_id IS NOT NULL AND state IN ('pending', 'active');
-- Grants in force, earliest end first: every visit of a reviewer asks for them.
CREATE INDEX access_grant_in_force ON access_grant (tenant_id, not_after) WHERE state = 'active';
CREATE UNIQUE INDEX access_grant_release_id_key ON access_grant (release_id);
CREATE UNIQUE INDEX access_grant_break_glass_id_key ON access_grant (break_glass_id);
CREATE UNIQUE INDEX opening_nonce_key ON opening (nonce);
CREATE UNIQUE INDEX evidence_tenant_id_reference_key ON evidence (tenant_id, reference);
CREATE INDEX evidence_tenant_id_id_idx ON evidence (tenant_id, id);
CREATE INDEX disclosure_transaction_id_idx ON disclosure (transaction_id);
CREATE INDEX disclosure_under_grant_at ON disclosure (tenant_id, at) WHERE grant_id IS NOT NULL;
CREATE INDEX disclosure_grant_id_idx ON disclosure (grant_id);
CREATE INDEX preservation_organisation_id_idx ON preservation (organisation_id);
CREATE INDEX preservation_tenant_id_id_idx ON preservation (tenant_id, id);
CREATE UNIQUE INDEX policy_set_tenant_id_number_key ON policy_set (tenant_id, number);
CREATE UNIQUE INDEX policy_set_one_active ON policy_set (tenant_id) WHERE state = 'active';
CREATE INDEX policy_set_scheduled ON policy_set (active_from) WHERE state = 'scheduled';
CREATE UNIQUE INDEX policy_approval_once ON policy_approval (set_id, round, user_id);
CREATE UNIQUE INDEX policy_activation_tenant_id_seq_key ON policy_activation (tenant_id, seq);
CREATE INDEX policy_run_set_id_id_idx ON policy_run (set_id, id);
CREATE INDEX policy_run_open ON policy_run (id) WHERE state IN ('queued', 'running');
CREATE INDEX subject_notice_request_id_idx ON subject_notice (request_id, participant_id, id);
CREATE INDEX subject_notice_participant_id_idx ON subject_notice (participant_id, id);
CREATE INDEX order_reading_request_id_idx ON order_reading (request_id, user_id);
CREATE INDEX request_assignment_request_id_idx ON request_assignment (request_id, id);
CREATE INDEX reason_set_tenant_id_idx ON reason_set (tenant_id, id);
CREATE INDEX notice_rule_tenant_id_idx ON notice_rule (tenant_id, kind, purpose, id);
CREATE UNIQUE INDEX transparency_report_tenant_id_quarter_key ON transparency_report (tenant_id, quarter);

-- ---------------------------------------------------------------- Functions

-- A case is a request, a hold or an organisation's own business, and its id decides who may read it. One id in two of these tables would give
-- two organisations access to one case.
CREATE FUNCTION case_id_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_TABLE_NAME <> 'access_request' AND EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.id))
     OR (TG_TABLE_NAME <> 'preservation' AND EXISTS (SELECT 1 FROM preservation p WHERE p.id = NEW.id))
     OR (TG_TABLE_NAME <> 'organisation' AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = NEW.id)) THEN
    RAISE EXCEPTION 'this id belongs to another case' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A case stays with its organisation.
CREATE FUNCTION access_request_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.tenant_id, NEW.organisation_id) IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.organisation_id) THEN
    RAISE EXCEPTION 'a request''s organisation cannot change' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A move is one of request_transition, with its event. Next to a stage (question, extension, objection, overdue) a
-- request keeps its stage and continues there. Silence is never refusal, and dates only move forward. A request that
-- waits for the scanner becomes overdue at its date, and continues only when the scanner has answered.
CREATE FUNCTION access_request_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  moves boolean;
  side_states constant text[] := ARRAY['needs_information', 'overdue', 'extended', 'objected'];
  stages constant text[] := ARRAY['stage_1', 'stage_2'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'an access request begins as a draft' USING ERRCODE = 'SP002';
    END IF;
    IF num_nonnulls(NEW.last_event, NEW.stage_before, NEW.escalated_to, NEW.due_at, NEW.response_due_at) > 0
       OR NEW.reminders <> 0 OR NEW.extensions <> 0 THEN
      RAISE EXCEPTION 'a new request has no events' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  moves := NEW.state <> OLD.state;
  IF moves AND NOT EXISTS (SELECT 1 FROM request_transition t
      WHERE t.from_state = OLD.state AND t.to_state = NEW.state AND t.event = NEW.last_event) THEN
    RAISE EXCEPTION 'access request % to % by % is not allowed', OLD.state, NEW.state, NEW.last_event USING ERRCODE = 'SP002';
  END IF;
  IF NOT moves AND NEW.last_event IS DISTINCT FROM OLD.last_event THEN
    RAISE EXCEPTION 'a move must change the state' USING ERRCODE = 'SP002';
  END IF;
  IF (NEW.reference, NEW.created_at, NEW.continues_id, NEW.requester_user_id)
     IS DISTINCT FROM (OLD.reference, OLD.created_at, OLD.continues_id, OLD.requester_user_id) THEN
    RAISE EXCEPTION 'a request''s reference and requester cannot change' USING ERRCODE = 'SP002';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.transactions, NEW.groups, NEW.purpose, NEW.level, NEW.digest, NEW.justification,
       NEW.legal_basis, NEW."from", NEW.until, NEW.max_views, NEW.max_exports, NEW.query, NEW.quorum_legal, NEW.quorum_coordinator)
     IS DISTINCT FROM (OLD.transactions, OLD.groups, OLD.purpose, OLD.level, OLD.digest, OLD.justification,
       OLD.legal_basis, OLD."from", OLD.until, OLD.max_views, OLD.max_exports, OLD.query, OLD.quorum_legal, OLD.quorum_coordinator) THEN
    RAISE EXCEPTION 'a request cannot change after submission' USING ERRCODE = 'SP002';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.due_at, NEW.response_due_at) IS DISTINCT FROM (OLD.due_at, OLD.response_due_at)
     AND (NOT moves OR NEW.last_event NOT IN ('answer', 'extend') OR NEW.due_at < OLD.due_at
       OR NEW.response_due_at < OLD.response_due_at OR (NEW.response_due_at IS NULL) <> (OLD.response_due_at IS NULL)) THEN
    RAISE EXCEPTION 'a date can only move forward, by an answer or an extension' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.extensions <> OLD.extensions + (moves AND NEW.last_event = 'extend')::int THEN
    RAISE EXCEPTION 'the number of extensions only grows by one' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.reminders < OLD.reminders AND NOT (moves AND NEW.last_event = 'extend') THEN
    RAISE EXCEPTION 'the number of reminders only grows by one' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND OLD.state = 'overdue' AND NEW.state <> 'withdrawn'
     AND (OLD.stage_before IS NULL) <> (NEW.last_event IN ('checked', 'refuse_document')) THEN
    RAISE EXCEPTION 'only the scan result moves a request that waits for the scanner' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.escalated_to IS DISTINCT FROM OLD.escalated_to
     AND NOT (moves AND NEW.last_event = 'refuse_document' AND NEW.escalated_to IS NULL)
     AND (NEW.state <> 'overdue' OR coalesce(OLD.escalated_to, '') = 'executive' OR NEW.escalated_to IS NULL) THEN
    RAISE EXCEPTION 'an overdue request can only be escalated to a higher level' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND NEW.state = 'expired_unreviewed' AND num_nonnulls(NEW.response_due_at, NEW.authorization_digest) > 0 THEN
    RAISE EXCEPTION 'a request that must be answered cannot lapse' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND NEW.state = 'overdue' AND NEW.response_due_at IS NULL THEN
    RAISE EXCEPTION 'only a request that must be answered becomes overdue' USING ERRCODE = 'SP002';
  END IF;
  IF moves AND OLD.state = ANY (side_states) AND NEW.state = ANY (stages) AND NEW.state <> coalesce(OLD.stage_before, NEW.state) THEN
    RAISE EXCEPTION 'a review continues in the stage it was in' USING ERRCODE = 'SP002';
  END IF;
  NEW.stage_before := CASE
    WHEN moves AND NEW.state = ANY (stages) THEN NULL
    WHEN moves AND OLD.state = ANY (stages) THEN OLD.state
    ELSE OLD.stage_before END;
  RETURN NEW;
END $$;

-- The timeline has an event for each move, made at the same instant. A stage passes when as many people have approved in it as the request
-- needs.
CREATE FUNCTION access_request_told() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM request_event e WHERE e.request_id = NEW.id
      AND e.kind = NEW.last_event AND e.from_state = OLD.state AND e.to_state = NEW.state AND e.at = NEW.updated_at) THEN
    RAISE EXCEPTION 'access request % to % has no event', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state <> OLD.state AND NEW.last_event = 'approve' AND (SELECT count(DISTINCT d.approver_user_id) FROM decision d
      WHERE d.request_id = NEW.id AND d.decision = 'approve' AND d.stage = CASE OLD.state WHEN 'stage_1' THEN 'legal' ELSE 'coordinator' END)
      < (CASE OLD.state WHEN 'stage_1' THEN NEW.quorum_legal ELSE NEW.quorum_coordinator END) THEN
    RAISE EXCEPTION 'too few people approved access request %', OLD.state USING ERRCODE = 'SP002';
  END IF;
  RETURN NULL;
END $$;

-- Submission freezes the legal authority together with the request.
CREATE FUNCTION access_request_authority_guard() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state <> 'draft' AND NEW.authorization_digest IS DISTINCT FROM OLD.authorization_digest THEN
    RAISE EXCEPTION 'the legal authority cannot change after submission' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- While terms wait for two signatures, only release or withdrawal leads away from overdue.
CREATE FUNCTION access_request_release_guard() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state = 'overdue' AND NEW.state NOT IN ('overdue', 'approved', 'withdrawn') AND EXISTS
    (SELECT 1 FROM executive_release e WHERE e.request_id = NEW.id AND e.sign_until > now()) THEN
    RAISE EXCEPTION 'executives are releasing this request' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- At most ten co-viewers of the requester's organisation, frozen at submission.
CREATE FUNCTION access_request_co_viewers() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND NEW.co_viewers IS DISTINCT FROM OLD.co_viewers THEN
    RAISE EXCEPTION 'a request cannot change after submission' USING ERRCODE = 'SP002';
  END IF;
  IF cardinality(NEW.co_viewers) > 10 OR NEW.requester_user_id = ANY (NEW.co_viewers) THEN
    RAISE EXCEPTION 'a request has ten co-viewers at most' USING ERRCODE = 'SP002';
  END IF;
  -- Each opening checks again whether they still are of the organisation.
  IF (TG_OP = 'INSERT' OR NEW.co_viewers IS DISTINCT FROM OLD.co_viewers)
     AND EXISTS (SELECT 1 FROM unnest(NEW.co_viewers) AS named(id) LEFT JOIN app_user u ON u.id = named.id
       WHERE u.tenant_id IS DISTINCT FROM NEW.tenant_id OR u.organisation_id IS DISTINCT FROM NEW.organisation_id) THEN
    RAISE EXCEPTION 'a co-viewer must belong to the requester''s organisation' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Only a co-viewer of a submitted request can be removed.
CREATE FUNCTION co_viewer_end_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
      AND r.digest IS NOT NULL AND NEW.user_id = ANY (r.co_viewers)) THEN
    RAISE EXCEPTION 'only a co-viewer of a sent request can be removed' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Attachments belong to a draft. The request's row is locked, so that a submission that has begun is seen.
CREATE FUNCTION attach_to_draft_only() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE request_state text;
BEGIN
  SELECT state INTO request_state FROM access_request WHERE id = NEW.request_id FOR UPDATE;
  IF request_state IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION '% belongs to a draft', TG_TABLE_NAME USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A legal authority begins as a draft.
CREATE FUNCTION legal_authorization_is_draft() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'a legal authority begins as a draft' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- The life of a legal authority (access.md, "Authorizations"). Approval needs verification or attestation. One reviewer can suspend an
-- order; two executives can release on a suspended order by their signatures.
CREATE FUNCTION legal_authorization_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  live constant text[] := ARRAY['submitted', 'signature_verified', 'legal_review', 'attested', 'approved', 'active'];
  ended constant text[] := ARRAY['exhausted', 'expired', 'revoked', 'suspended'];
  needed text;
BEGIN
  -- A generated column has no value yet.
  IF to_jsonb(NEW) - '{state,plain_number,plain_issuer}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{state,plain_number,plain_issuer}'::text[] THEN
    RAISE EXCEPTION 'a legal authority''s record cannot change' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF NOT ((OLD.state, NEW.state) IN (('draft', 'submitted'), ('submitted', 'signature_verified'), ('submitted', 'legal_review'),
        ('signature_verified', 'legal_review'), ('legal_review', 'attested'), ('legal_review', 'approved'),
        ('attested', 'approved'), ('approved', 'active'), ('active', 'exhausted'), ('suspended', 'revoked'))
      OR (OLD.state = ANY (live) AND NEW.state IN ('expired', 'revoked', 'suspended', 'closed'))
      OR (OLD.state = ANY (ended) AND NEW.state = 'closed')
      OR (OLD.state = 'suspended' AND NEW.state IN ('attested', 'approved') AND EXISTS (SELECT 1 FROM executive_release e
        JOIN executive_release_word w ON w.release_id = e.id
        WHERE e.request_id = NEW.request_id GROUP BY e.id HAVING count(DISTINCT w.user_id) = 2))) THEN
    RAISE EXCEPTION 'a legal authority cannot change from % to %', OLD.state, NEW.state USING ERRCODE = 'SP002';
  END IF;
  needed := CASE
    WHEN NEW.state = 'signature_verified' THEN 'TOTAL-PASSED'
    WHEN NEW.state = 'attested' THEN 'ATTESTED'
    WHEN NEW.state = 'approved' AND OLD.state IN ('legal_review', 'suspended') THEN 'TOTAL-PASSED' END;
  IF needed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM authorization_verification v
      WHERE v.authorization_id = NEW.id AND v.indication = needed) THEN
    RAISE EXCEPTION 'a legal authority is verified or attested only with its evidence' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns whether two moments may be the beginning of one order: the same day if both are days, otherwise no further apart than a day in
-- one zone and a time in another can be.
CREATE FUNCTION order_begins_alike(one timestamptz, other timestamptz) RETURNS boolean
  LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN extract(epoch FROM one)::numeric % 86400 = 0 AND extract(epoch FROM other)::numeric % 86400 = 0 THEN one = other
    ELSE abs(extract(epoch FROM one - other)) < 36 * 3600 END
$$;

-- Makes questions about one order, or for one organisation, run one after the other until the transaction ends, so
-- that each sees the earlier ones.
CREATE FUNCTION order_hold(asked uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  mine record;
BEGIN
  SELECT a.tenant_id, r.organisation_id, a.plain_number AS number INTO mine
    FROM legal_authorization a JOIN access_request r ON r.id = a.request_id WHERE a.id = asked;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('order of ' || mine.organisation_id, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('order ' || mine.tenant_id || ' ' || mine.number, 0));
END $$;

-- Returns filings of the same order for other requests of the same agency, found by number and by document. The end
-- does not count: an officer may type a later one, which approvers narrow. Other agencies are not searched, because
-- this agency may not learn of their use. An organisation belongs to the agency that a signed order names if it has
-- that verified domain.
CREATE FUNCTION orders_alike(asked uuid) RETURNS SETOF legal_authorization
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH mine AS MATERIALIZED (
    SELECT a.tenant_id, a.request_id, a.jws, a.valid_from, r.organisation_id, d.sha256 AS document_sha256,
      a.plain_number AS number, order_text(a.issuer) AS issuer, a.record #>> '{reach,agency}' AS agency,
      ARRAY(SELECT lower(domain) FROM agency g, unnest(g.email_domains) domain
        WHERE g.organisation_id = r.organisation_id AND g.state = 'active') AS domains
    FROM legal_authorization a JOIN access_request r ON r.id = a.request_id LEFT JOIN document d ON d.id = a.document_id
    WHERE a.id = asked),
  -- Two signed orders with the same payload have the same number, because the record repeats the payload.
  near AS MATERIALIZED (
    SELECT o.id FROM mine JOIN legal_authorization o ON o.tenant_id = mine.tenant_id AND o.plain_number = mine.number
    UNION SELECT o.id FROM mine JOIN document d ON d.tenant_id = mine.tenant_id AND d.sha256 = mine.document_sha256
      JOIN legal_authorization o ON o.document_id = d.id)
  SELECT o.* FROM mine CROSS JOIN near JOIN legal_authorization o ON o.id = near.id AND o.request_id <> mine.request_id
    JOIN access_request r ON r.id = o.request_id LEFT JOIN document d ON d.id = o.document_id
  WHERE (r.organisation_id = mine.organisation_id OR o.record #>> '{reach,agency}' = ANY (mine.domains)
      OR EXISTS (SELECT 1 FROM agency g, unnest(g.email_domains) domain
        WHERE g.organisation_id = r.organisation_id AND g.state = 'active' AND lower(domain) = mine.agency))
    AND (CASE WHEN o.jws IS NOT NULL AND mine.jws IS NOT NULL THEN split_part(o.jws, '.', 2) = split_part(mine.jws, '.', 2)
      ELSE o.plain_number = mine.number AND order_text(o.issuer) = mine.issuer
          AND order_begins_alike(o.valid_from, mine.valid_from)
        OR d.sha256 = mine.document_sha256 END)
$$;

-- Returns whether the order has served another request of the same agency, if either record says single use. The remainder of a request is
-- the same use. A grant that ended with nothing opened does not use the order (ADR 0038).
CREATE FUNCTION order_is_used(asked uuid) RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- In its own statement, so that the next one sees what was committed meanwhile.
  PERFORM order_hold(asked);
  RETURN EXISTS (
    WITH RECURSIVE line AS (
      SELECT r.id, r.continues_id FROM access_request r JOIN legal_authorization a ON a.request_id = r.id WHERE a.id = asked
      UNION SELECT r.id, r.continues_id FROM access_request r JOIN line l ON r.continues_id = l.id OR r.id = l.continues_id)
    SELECT 1 FROM legal_authorization mine, orders_alike(asked) o
    WHERE mine.id = asked AND o.request_id NOT IN (SELECT id FROM line)
      AND (o.record ->> 'single_use' = 'true' OR mine.record ->> 'single_use' = 'true')
      AND CASE WHEN EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id)
        THEN EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = o.id
          AND (g.state IN ('pending', 'active') OR g.views_used > 0 OR g.exports_used > 0))
        ELSE o.state NOT IN ('draft', 'closed') END);
END $$;

-- An order for single use goes to its reviewers once. Only such an order can be exhausted, by a grant.
CREATE FUNCTION legal_authorization_used() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  IF OLD.state = 'draft' AND NEW.state <> 'closed' AND order_is_used(NEW.id) THEN
    RAISE EXCEPTION 'this order can be used once and was used by another request' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'exhausted' AND NOT (NEW.record ->> 'single_use' IS NOT DISTINCT FROM 'true'
      AND EXISTS (SELECT 1 FROM access_grant g WHERE g.authorization_id = NEW.id)) THEN
    RAISE EXCEPTION 'only a single-use order is used up, by its grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns when a request was submitted; null for a draft. A continuation is submitted as it is made.
CREATE FUNCTION request_sent_at(request uuid) RETURNS timestamptz
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
  SELECT coalesce((SELECT min(e.at) FROM request_event e WHERE e.request_id = r.id AND e.kind = 'submit'), r.created_at)
  FROM access_request r WHERE r.id = request AND r.digest IS NOT NULL);
END $$;

-- Returns until when a request is under seal: the latest seal of its orders and of the same orders in other submitted
-- requests.
CREATE FUNCTION request_seal(request uuid) RETURNS timestamptz
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT max(same.sealed_until) FROM legal_authorization mine CROSS JOIN LATERAL (
    SELECT mine.sealed_until
    UNION ALL SELECT o.sealed_until FROM legal_authorization o
      WHERE o.tenant_id = mine.tenant_id AND o.state <> 'draft' AND o.plain_number = mine.plain_number
        AND order_text(o.issuer) = order_text(mine.issuer)) same
  WHERE mine.request_id = request
$$;

-- Returns the requests under seal at a time: by their own order, or by the same order in a filing that was submitted
-- earlier. A request that people knew before stays visible, because hiding it would reveal the later filing.
CREATE FUNCTION sealed_requests(tenant uuid, at timestamptz) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  WITH seal AS MATERIALIZED (SELECT a.*, request_sent_at(a.request_id) AS sent_at FROM legal_authorization a
    WHERE a.tenant_id = tenant AND a.sealed_until > at)
  SELECT request_id FROM seal
  UNION SELECT o.request_id FROM seal s JOIN legal_authorization o ON o.tenant_id = tenant AND o.request_id <> s.request_id
    AND o.plain_number = s.plain_number
  WHERE order_text(o.issuer) = order_text(s.issuer) AND request_sent_at(o.request_id) >= s.sent_at;
END $$;

-- Returns whether one request is under seal. Each request is checked from its own side, so the time of an answer does not depend on the
-- number of seals.
CREATE FUNCTION request_is_sealed(request uuid, at timestamptz) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
  SELECT EXISTS (SELECT 1 FROM legal_authorization mine WHERE mine.request_id = request AND (mine.sealed_until > at
    OR EXISTS (SELECT 1 FROM legal_authorization s WHERE s.tenant_id = mine.tenant_id AND s.request_id <> mine.request_id
      AND s.plain_number = mine.plain_number AND s.sealed_until > at
      AND order_text(s.issuer) = order_text(mine.issuer) AND request_sent_at(request) >= request_sent_at(s.request_id)))));
END $$;

-- Returns the staff of organisations that are a party to one of these transactions.
CREATE FUNCTION staff_of_parties(tenant uuid, transactions text[]) RETURNS uuid[]
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
  WITH party AS MATERIALIZED (SELECT DISTINCT p.organisation_id FROM transaction_participant t
    JOIN participant p ON p.id = t.participant_id WHERE t.transaction_id = ANY (transactions::uuid[]))
  SELECT coalesce(array_agg(u.id), '{}') FROM app_user u WHERE u.tenant_id = tenant AND u.role = 'coordinator'
    AND EXISTS (SELECT 1 FROM own_organisations(u.id) AS own (id) JOIN party ON party.organisation_id = own.id));
END $$;

-- Returns the people from whom a request is sealed; empty without a seal. A request is never sealed from its requester.
CREATE FUNCTION sealed_from(request uuid, at timestamptz) RETURNS uuid[]
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
  SELECT CASE WHEN request_is_sealed(r.id, at)
    THEN array_remove(staff_of_parties(r.tenant_id, r.transactions), r.requester_user_id) ELSE '{}'::uuid[] END
  FROM access_request r WHERE r.id = request);
END $$;

-- Returns the cases that are sealed from one person, for lists and for the log. A legal hold has no seal: people of a
-- party do not learn of a hold that another organisation placed on the party's records. The order makes PostgreSQL use the index: with
-- EXISTS it expects the first rows of any participant soon, and reads the whole table for one who has none.
CREATE FUNCTION cases_sealed_from(tenant uuid, who uuid, at timestamptz) RETURNS uuid[]
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (
  WITH own AS MATERIALIZED (SELECT own_organisations(who) AS id),
  party AS MATERIALIZED (SELECT p.id FROM participant p WHERE p.organisation_id IN (SELECT id FROM own)
    AND (SELECT true FROM transaction_participant t WHERE t.participant_id = p.id ORDER BY t.created_at_us LIMIT 1))
  SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM party) THEN '{}'::uuid[] ELSE (
    SELECT coalesce(array_agg(f.id), '{}') FROM (
      SELECT r.id, r.transactions FROM access_request r
        WHERE r.id IN (SELECT sealed_requests(tenant, at)) AND r.requester_user_id <> who
      UNION ALL SELECT p.id, p.transactions FROM preservation p
        WHERE p.tenant_id = tenant AND (p.organisation_id IS NULL OR p.organisation_id NOT IN (SELECT id FROM own))) f
    WHERE EXISTS (SELECT 1 FROM transaction_participant t
      WHERE t.transaction_id = ANY (f.transactions::uuid[]) AND t.participant_id IN (SELECT id FROM party))) END);
END $$;

-- A scan result is given once, to a document that waits for it. The bytes of an infected document move to quarantine.
CREATE FUNCTION document_scan_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.scan = OLD.scan THEN RETURN NEW; END IF;
    IF OLD.scan <> 'pending' OR NEW.scan NOT IN ('clean', 'infected') THEN
      RAISE EXCEPTION 'a document cannot change from % to %', OLD.scan, NEW.scan USING ERRCODE = 'SP002';
    END IF;
  END IF;
  IF NEW.scan = 'infected' THEN
    INSERT INTO document_quarantine (id, tenant_id, request_id, dek_sealed, iv, ciphertext, tag)
      VALUES (NEW.id, NEW.tenant_id, NEW.request_id, NEW.dek_sealed, NEW.iv, NEW.ciphertext, NEW.tag);
    NEW.dek_sealed := ''::bytea;
    NEW.iv := ''::bytea;
    NEW.ciphertext := ''::bytea;
    NEW.tag := ''::bytea;
  END IF;
  RETURN NEW;
END $$;

-- A registration never changes. It is confirmed once and ends once.
CREATE FUNCTION authority_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'an authority begins as registered, not confirmed' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - 'state' - 'confirmed_by' - 'confirmed_at' - 'in_force_from' - 'ended_by' - 'ended_at' - 'end_reason'
        IS DISTINCT FROM
        to_jsonb(OLD) - 'state' - 'confirmed_by' - 'confirmed_at' - 'in_force_from' - 'ended_by' - 'ended_at' - 'end_reason'
     OR (OLD.state, NEW.state) NOT IN (('proposed', 'confirmed'), ('proposed', 'withdrawn'), ('confirmed', 'revoked'))
     OR (OLD.state = 'confirmed' AND (NEW.confirmed_by, NEW.confirmed_at, NEW.in_force_from)
         IS DISTINCT FROM (OLD.confirmed_by, OLD.confirmed_at, OLD.in_force_from)) THEN
    RAISE EXCEPTION 'a registration cannot change and cannot return to an earlier state' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- A key is registered once, under any id, so that a revoked key has no second registration. A
-- withdrawn proposal does not count.
CREATE FUNCTION authority_key_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- In its own statement, so that the next one sees what was committed meanwhile.
  PERFORM pg_advisory_xact_lock(hashtextextended('authority key ' || NEW.tenant_id || ' ' || NEW.public_key, 0));
  IF EXISTS (SELECT 1 FROM authority a WHERE a.tenant_id = NEW.tenant_id AND a.kind = 'key'
      AND a.public_key = NEW.public_key AND a.state <> 'withdrawn') THEN
    RAISE EXCEPTION 'the key is registered already' USING ERRCODE = '23505', CONSTRAINT = 'authority_key_once',
      DETAIL = 'Key (public_key)=() already exists.';
  END IF;
  RETURN NEW;
END $$;

-- A revocation list is of a confirmed anchor, and newer than the last one.
CREATE FUNCTION authority_crl_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM authority a WHERE a.id = NEW.authority_id AND a.tenant_id = NEW.tenant_id
      AND a.kind = 'anchor' AND a.state = 'confirmed') THEN
    RAISE EXCEPTION 'a revocation list must belong to a trust anchor that two people registered' USING ERRCODE = 'SP003';
  END IF;
  IF EXISTS (SELECT 1 FROM authority_crl c WHERE c.authority_id = NEW.authority_id
      AND c.issuer_digest = NEW.issuer_digest AND c.this_update > NEW.this_update) THEN
    RAISE EXCEPTION 'a revocation list cannot be replaced by an older one' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- A verification is of its request's authority. Two people who have read the paper attest it: the two approvers, or
-- the two executives who release (ADR 0027).
CREATE FUNCTION authorization_verification_guard() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE readers integer := 0;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM legal_authorization a WHERE a.id = NEW.authorization_id
      AND a.request_id = NEW.request_id AND a.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'a verification must name its request''s legal authority' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.indication <> 'ATTESTED' THEN RETURN NEW; END IF;
  SELECT count(DISTINCT d.approver_user_id) INTO readers FROM decision d
    WHERE d.request_id = NEW.request_id AND d.decision = 'approve' AND d.confirms IS NOT NULL;
  IF readers < 2 THEN
    SELECT coalesce(max(n), 0) INTO readers FROM (SELECT count(DISTINCT w.user_id) AS n FROM executive_release_word w
      WHERE w.request_id = NEW.request_id AND w.confirms IS NOT NULL GROUP BY w.release_id) AS words;
  END IF;
  IF readers < 2 THEN
    RAISE EXCEPTION 'a paper order needs two people who have read it' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Evidence is of its request's authority, and the CMS is the one that its record names.
CREATE FUNCTION authorization_evidence_guard() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM legal_authorization a WHERE a.id = NEW.authorization_id
      AND a.request_id = NEW.request_id AND a.tenant_id = NEW.tenant_id
      AND (NEW.kind <> 'cms' OR (a.state = 'draft' AND a.record -> 'signature' ->> 'sha256' = NEW.sha256))) THEN
    RAISE EXCEPTION 'evidence must name its request''s legal authority and the signature of its record' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A recognition matches the record, and the requester cannot make it.
CREATE FUNCTION recognition_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  legal legal_authorization;
  requester uuid;
BEGIN
  SELECT * INTO legal FROM legal_authorization a WHERE a.id = NEW.authorization_id;
  SELECT r.requester_user_id INTO requester FROM access_request r WHERE r.id = NEW.request_id;
  IF legal.request_id IS DISTINCT FROM NEW.request_id OR legal.tenant_id <> NEW.tenant_id
     OR legal.jurisdiction <> NEW.jurisdiction OR requester IS NOT DISTINCT FROM NEW.user_id
     OR (NEW.standing = 'stated' AND NEW.basis IS DISTINCT FROM legal.recognition_basis)
     OR (NEW.standing = 'recorded' AND legal.recognition_basis IS NOT NULL)
     OR (NEW.standing = 'home' AND NOT (NEW.jurisdiction = ANY (NEW.homes) OR 'EU' = ANY (NEW.homes))) THEN
    RAISE EXCEPTION 'only a person other than the requester can recognise a legal authority, as it was recorded' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Only an overdue request is proposed for release.
CREATE FUNCTION executive_release_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
      AND r.state = 'overdue' AND r.digest = NEW.terms ->> 'request_digest' AND NEW.nonce = NEW.terms ->> 'nonce') THEN
    RAISE EXCEPTION 'executives can release overdue requests only' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- An active executive of another organisation signs, while the request is overdue.
CREATE FUNCTION executive_release_word_guard() RETURNS trigger
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM executive_release e JOIN access_request r ON r.id = e.request_id
      JOIN app_user u ON u.id = NEW.user_id AND u.handle = NEW.person AND u.state = 'active'
      JOIN duty d ON d.user_id = u.id AND d.duty = 'executive'
      WHERE e.id = NEW.release_id AND r.id = NEW.request_id AND r.state = 'overdue'
        AND u.id <> r.requester_user_id AND u.organisation_id <> r.organisation_id) THEN
    RAISE EXCEPTION 'an overdue request is released by an executive of another organisation' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- The holder has the duty, and no earlier use that gave access waits for its review.
CREATE FUNCTION break_glass_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- Two uses of one person at once run one after the other.
  PERFORM 1 FROM app_user u WHERE u.id = NEW.holder_user_id FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM app_user u JOIN duty d ON d.user_id = u.id AND d.duty = 'break-glass'
      WHERE u.id = NEW.holder_user_id AND u.tenant_id = NEW.tenant_id AND u.state = 'active'
        AND u.handle = NEW.statement ->> 'requester' AND NEW.nonce = NEW.statement ->> 'nonce') THEN
    RAISE EXCEPTION 'only a person with the duty can use break-glass' USING ERRCODE = 'SP002';
  END IF;
  IF EXISTS (SELECT 1 FROM break_glass e JOIN access_grant g ON g.break_glass_id = e.id
      LEFT JOIN break_glass_review r ON r.break_glass_id = e.id
      WHERE e.holder_user_id = NEW.holder_user_id AND r.break_glass_id IS NULL
        AND (g.state = 'pending' OR g.custodian_receipt IS NOT NULL)) THEN
    RAISE EXCEPTION 'an earlier use waits for its review' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Another person with a duty for it reviews.
CREATE FUNCTION break_glass_review_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM break_glass e JOIN app_user u ON u.id = NEW.reviewer_user_id AND u.state = 'active'
      JOIN duty d ON d.user_id = u.id AND d.duty IN ('legal', 'approve', 'executive')
      WHERE e.id = NEW.break_glass_id AND e.holder_user_id <> u.id AND u.handle = NEW.statement ->> 'reviewer') THEN
    RAISE EXCEPTION 'a use of break-glass is reviewed by another person with a reviewing duty' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A grant only shrinks, never returns after its end, and keeps what it rests on.
CREATE FUNCTION access_grant_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.not_after > OLD.not_after OR NEW.not_before < OLD.not_before OR NEW.max_views > OLD.max_views
     OR NOT (NEW.transactions <@ OLD.transactions) OR NOT (NEW.groups <@ OLD.groups)
     OR NEW.level <> OLD.level OR NEW.subject_user_id <> OLD.subject_user_id OR NEW.purpose <> OLD.purpose
     OR NEW.views_used < OLD.views_used OR NEW.exports_used < OLD.exports_used OR NEW.max_exports > OLD.max_exports
     OR (NEW.id, NEW.tenant_id, NEW.request_id, NEW.dispute_id, NEW.authorization_id, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.request_id, OLD.dispute_id, OLD.authorization_id, OLD.created_at)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
     OR (OLD.state IN ('revoked', 'expired', 'exhausted') AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a grant can only be narrowed' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A dispute's grant is for the person who took the dispute, and no wider than what the party signed.
CREATE FUNCTION access_grant_of_dispute() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.dispute_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dispute d
    WHERE d.id = NEW.dispute_id AND d.tenant_id = NEW.tenant_id AND d.state = 'taken'
      AND d.taken_by = NEW.subject_user_id AND NEW.transactions = ARRAY[d.transaction_id::text]
      AND NEW.groups <@ d.groups AND NEW.not_after <= d.not_after) THEN
    RAISE EXCEPTION 'no taken dispute allows this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A released grant has two signatures and is no wider than their terms.
CREATE FUNCTION access_grant_of_release() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.release_id IS DISTINCT FROM OLD.release_id THEN
      RAISE EXCEPTION 'the basis of a grant cannot change' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.release_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM executive_release e
    WHERE e.id = NEW.release_id AND e.request_id = NEW.request_id
      AND (SELECT count(DISTINCT w.user_id) FROM executive_release_word w WHERE w.release_id = e.id) = 2
      AND to_jsonb(NEW.transactions) <@ (e.terms -> 'transactions') AND to_jsonb(NEW.groups) <@ (e.terms -> 'groups')
      AND NEW.level = e.terms ->> 'level' AND NEW.purpose = e.terms ->> 'purpose'
      AND NEW.not_before >= (e.terms ->> 'not_before')::timestamptz
      AND NEW.not_after <= (e.terms ->> 'not_after')::timestamptz
      AND NEW.max_views <= (e.terms ->> 'max_views')::int) THEN
    RAISE EXCEPTION 'no two executives released this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A break-glass grant belongs to its holder and is no wider than what they signed.
CREATE FUNCTION access_grant_of_break_glass() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.break_glass_id IS DISTINCT FROM OLD.break_glass_id THEN
      RAISE EXCEPTION 'the basis of a grant cannot change' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.break_glass_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM break_glass e
    WHERE e.id = NEW.break_glass_id AND e.tenant_id = NEW.tenant_id AND e.holder_user_id = NEW.subject_user_id
      AND to_jsonb(NEW.transactions) <@ (e.statement -> 'transactions')
      AND to_jsonb(NEW.groups) <@ (e.statement -> 'groups')
      AND NEW.not_after <= (e.statement ->> 'not_after')::timestamptz) THEN
    RAISE EXCEPTION 'no use of break-glass allows this grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A grant is based on a recognised authority. The database checks this independently of the portal.
CREATE FUNCTION access_grant_recognised() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM recognition r WHERE r.authorization_id = NEW.authorization_id) THEN
    RAISE EXCEPTION 'an unrecognised legal authority cannot carry a grant' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A grant gives no more exports than the request asked for and each approval left.
CREATE FUNCTION access_grant_exports() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  most integer;
BEGIN
  IF NEW.request_id IS NULL THEN RETURN NEW; END IF;
  SELECT max_exports INTO most FROM access_request WHERE id = NEW.request_id;
  -- Executives release what was asked for, whatever an earlier approval had reduced (ADR 0027).
  IF NEW.release_id IS NULL THEN
    SELECT LEAST(most, min(max_exports)) INTO most FROM decision
      WHERE request_id = NEW.request_id AND decision = 'approve';
  END IF;
  IF NEW.max_exports > most THEN
    RAISE EXCEPTION 'a grant cannot allow more exports than the request and each decision' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns whether the grant of an export is in force at a moment; true without a grant. It is checked again with each chunk, in the
-- statement that writes or reads it (ADR 0038). Used-up views do not stop an export that was asked for before.
CREATE FUNCTION export_grant_stands(x audit_export, at timestamptz) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT NOT x.filter ? 'grant_id' OR EXISTS (SELECT 1 FROM access_grant g LEFT JOIN legal_authorization a ON a.id = g.authorization_id
    WHERE g.id::text = x.filter ->> 'grant_id' AND g.tenant_id = x.tenant_id AND g.subject_user_id = x.by_user_id
      AND g.state IN ('active', 'exhausted') AND g.revoked_at IS NULL AND g.not_before <= at AND at < g.not_after
      AND (g.authorization_id IS NULL OR (a.state IN ('signature_verified', 'attested', 'approved', 'active', 'exhausted')
        AND a.valid_from <= at AND at < a.valid_until
        AND NOT EXISTS (SELECT 1 FROM authorization_verification v JOIN authority k ON k.id = v.authority_id
          WHERE v.authorization_id = a.id AND k.state = 'revoked'))))
$$;

-- A hold keeps what it covers. While it runs its end may be moved later, and it ends once.
CREATE FUNCTION preservation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.until < OLD.until
     OR (NEW.id, NEW.tenant_id, NEW.requested_by, NEW.organisation_id, NEW.transactions, NEW.reason, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.requested_by, OLD.organisation_id, OLD.transactions, OLD.reason, OLD.created_at) THEN
    RAISE EXCEPTION 'the records of a hold cannot change, and it ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- The life of a policy set. Its document changes as a draft only. A person with the duty approve has approved what becomes
-- active; where someone gains, so has another one with the duty legal. A set that was rolled back never returns.
CREATE FUNCTION policy_set_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  people integer;
  has_approve boolean;
  has_legal boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a policy set stays' USING ERRCODE = 'SP003';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NOT (NEW.state = 'draft' AND NEW.author IS NOT NULL)
       AND NOT (NEW.state = 'active' AND NEW.author IS NULL AND NEW.number = 1) THEN
      RAISE EXCEPTION 'a policy set begins as a draft' USING ERRCODE = 'SP003';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.tenant_id, NEW.number, NEW.author, NEW.based_on, NEW.created_at)
       IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.number, OLD.author, OLD.based_on, OLD.created_at)
     OR NEW.revision < OLD.revision OR NEW.round < OLD.round THEN
    RAISE EXCEPTION 'a policy set keeps its number and author' USING ERRCODE = 'SP003';
  END IF;
  IF (OLD.state <> 'draft' OR NEW.state <> 'draft')
     AND (NEW.document, NEW.document_digest, NEW.title, NEW.reason)
       IS DISTINCT FROM (OLD.document, OLD.document_digest, OLD.title, OLD.reason) THEN
    RAISE EXCEPTION 'a policy set changes as a draft only' USING ERRCODE = 'SP003';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
      ('draft', 'submitted'), ('draft', 'withdrawn'), ('submitted', 'approved'), ('submitted', 'refused'),
      ('submitted', 'draft'), ('submitted', 'withdrawn'), ('approved', 'scheduled'), ('approved', 'active'),
      ('approved', 'draft'), ('approved', 'withdrawn'), ('scheduled', 'active'), ('scheduled', 'draft'),
      ('scheduled', 'withdrawn'), ('active', 'superseded'), ('active', 'rolled_back'), ('superseded', 'active')) THEN
    RAISE EXCEPTION 'a policy set cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'SP003';
  END IF;
  IF NEW.state IN ('submitted', 'approved', 'scheduled') AND OLD.state NOT IN ('draft', 'superseded')
     AND (NEW.base_number, NEW.run_id, NEW.gains, NEW.round)
       IS DISTINCT FROM (OLD.base_number, OLD.run_id, OLD.gains, OLD.round) THEN
    RAISE EXCEPTION 'what a policy set was submitted with stays' USING ERRCODE = 'SP003';
  END IF;
  -- What the approvals rest on: a finished dry run of this text against the set that is active. It may only say that no one gains
  -- where the run found that.
  IF NEW.state = 'submitted' AND OLD.state = 'draft' AND (NEW.round <> OLD.round + 1
      OR NEW.base_number IS DISTINCT FROM (SELECT p.number FROM policy_activation p WHERE p.tenant_id = NEW.tenant_id ORDER BY p.seq DESC LIMIT 1)
      OR NOT EXISTS (SELECT 1 FROM policy_run r WHERE r.id = NEW.run_id AND r.tenant_id = NEW.tenant_id AND r.set_id = NEW.id
        AND r.kind = 'dry_run' AND r.state = 'done' AND (r.document_digest, r.base_number) = (NEW.document_digest, NEW.base_number)
        AND (NEW.gains OR (r.result #>> '{proof,outcome}' = 'proved' AND coalesce((r.result ->> 'people_gain')::integer, 0) = 0
          AND NOT jsonb_path_exists(r.result, '$.settings[*] ? (@.is_looser == true)'))))) THEN
    RAISE EXCEPTION 'a policy set is submitted with its dry run' USING ERRCODE = 'SP003';
  END IF;
  IF NEW.state = 'approved' AND OLD.state = 'submitted' THEN
    SELECT count(*), coalesce(bool_or('approve' = ANY (a.duties)), false), coalesce(bool_or('legal' = ANY (a.duties)), false)
      INTO people, has_approve, has_legal FROM policy_approval a
      WHERE a.set_id = NEW.id AND a.round = NEW.round AND a.decision = 'approve'
        AND a.document_digest = NEW.document_digest;
    IF NOT has_approve OR (NEW.gains AND (people < 2 OR NOT has_legal)) THEN
      RAISE EXCEPTION 'a policy set needs its approvals' USING ERRCODE = 'SP003';
    END IF;
  END IF;
  IF NEW.state = 'active' AND OLD.state <> 'active' AND NOT EXISTS (SELECT 1 FROM policy_activation p
      WHERE p.set_id = NEW.id AND p.seq = (SELECT max(m.seq) FROM policy_activation m WHERE m.tenant_id = NEW.tenant_id)) THEN
    RAISE EXCEPTION 'the newest activation names the active policy set' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- A decision is on the present submission, with duties that the person has, by a person who neither wrote the set nor decided on it with
-- another account.
CREATE FUNCTION policy_approval_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM policy_set s WHERE s.id = NEW.set_id AND s.tenant_id = NEW.tenant_id
      AND s.state = 'submitted' AND s.round = NEW.round AND s.document_digest = NEW.document_digest) THEN
    RAISE EXCEPTION 'only a submitted policy set is decided on' USING ERRCODE = 'SP003';
  END IF;
  IF EXISTS (SELECT 1 FROM same_human(NEW.user_id) AS account (id) WHERE account.id IN (
      SELECT s.author FROM policy_set s WHERE s.id = NEW.set_id
      UNION ALL SELECT a.user_id FROM policy_approval a WHERE a.set_id = NEW.set_id AND a.round = NEW.round)) THEN
    RAISE EXCEPTION 'a policy set needs another person' USING ERRCODE = 'SP003';
  END IF;
  IF cardinality(NEW.duties) = 0 OR NOT EXISTS (SELECT 1 FROM app_user u WHERE u.id = NEW.user_id AND u.tenant_id = NEW.tenant_id
      AND u.state = 'active' AND u.role = 'coordinator' AND NEW.duties <@ ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id)) THEN
    RAISE EXCEPTION 'a policy set is decided on with a duty' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- One pointer for each tenant, moved by one transaction after the other. It names a set that was approved against the active
-- one, or was active before, with the digest of its document. Portals hear of it at the commit.
CREATE FUNCTION policy_activation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  last integer;
  one policy_set;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('policies:' || NEW.tenant_id, 0));
  SELECT coalesce(max(p.seq), 0) INTO last FROM policy_activation p WHERE p.tenant_id = NEW.tenant_id;
  SELECT * INTO one FROM policy_set s WHERE s.id = NEW.set_id AND s.tenant_id = NEW.tenant_id;
  IF NEW.seq <> last + 1 OR one.id IS NULL
     OR (one.number, one.document_digest) IS DISTINCT FROM (NEW.number, NEW.document_digest)
     OR (NEW.why = 'first') <> (last = 0)
     OR NEW.why = 'activate' AND one.base_number IS DISTINCT FROM (SELECT p.number FROM policy_activation p
       WHERE p.tenant_id = NEW.tenant_id AND p.seq = last)
     OR NOT (CASE NEW.why WHEN 'activate' THEN one.state IN ('approved', 'scheduled')
       WHEN 'roll_back' THEN one.state = 'superseded' ELSE one.state = 'active' END) THEN
    RAISE EXCEPTION 'this policy set cannot become active' USING ERRCODE = 'SP003';
  END IF;
  PERFORM pg_notify('sealport_policies', NEW.tenant_id::text);
  RETURN NEW;
END $$;

-- A run ends once, and keeps what it was asked.
CREATE FUNCTION policy_run_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state IN ('done', 'cancelled', 'failed')
     OR (NEW.id, NEW.tenant_id, NEW.set_id, NEW.kind, NEW.document_digest, NEW.base_number, NEW.question, NEW.asked_by, NEW.created_at)
       IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.set_id, OLD.kind, OLD.document_digest, OLD.base_number, OLD.question, OLD.asked_by, OLD.created_at) THEN
    RAISE EXCEPTION 'a run of a policy set ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- Returns whether a hold keeps an entry: on its transaction, on transactions of its request, case or grant, or the entries of the hold
-- itself. It is here because it reads tables of this file.
CREATE FUNCTION audit_is_held(i audit_index) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM transaction t WHERE t.hold_until > now() AND (t.id = i.transaction_id
        OR EXISTS (SELECT 1 FROM access_request q WHERE q.id IN (i.request_id, i.case_id) AND t.id::text = ANY (q.transactions))
        OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND t.id::text = ANY (g.transactions))))
    OR EXISTS (SELECT 1 FROM preservation p WHERE p.tenant_id = i.tenant_id AND p.released_at IS NULL AND p.until > now()
      AND (p.id = i.case_id OR i.transaction_id::text = ANY (p.transactions)
        OR EXISTS (SELECT 1 FROM access_request q WHERE q.id IN (i.request_id, i.case_id) AND q.transactions && p.transactions)
        OR EXISTS (SELECT 1 FROM access_grant g WHERE g.id = i.grant_id AND g.transactions && p.transactions)))
$$;

-- Returns what other periods would end, and changes nothing: by class of entry, and by role of the people whose erasure two people agreed to.
-- Only entries that the present periods keep count; whole bundles are pruned, the signer's days come first, and what a hold or a living record
-- keeps stays. `first_at` is the earliest moment at which the first one goes.
CREATE FUNCTION audit_retention_effect(p_periods jsonb, p_floor_days integer)
RETURNS TABLE (kind text, name text, removes bigint, kept bigint, first_at timestamptz)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  h audit_head;
  begins bigint;
  signed bigint;
  now_end bigint;
  new_end bigint;
BEGIN
  SELECT * INTO h FROM audit_head WHERE closed_at IS NULL;
  begins := coalesce((SELECT max(p.minimum) FROM audit_prune p WHERE p.log = h.log), 0);
  signed := coalesce((SELECT max(c.size) FROM audit_checkpoint c WHERE c.log = h.log), 0);
  SELECT l.seq INTO now_end FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.log = h.log AND l.seq >= begins AND l.seq < signed
    AND e.at::timestamptz + make_interval(days => greatest(audit_days('class', e.class), p_floor_days + 1)) > now() ORDER BY l.seq LIMIT 1;
  SELECT l.seq INTO new_end FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.log = h.log AND l.seq >= begins AND l.seq < signed
    AND e.at::timestamptz + make_interval(days => greatest(coalesce(p_periods #>> ARRAY['classes', e.class],
      p_periods #>> '{classes,*}')::integer, p_floor_days + 1)) > now() ORDER BY l.seq LIMIT 1;
  now_end := greatest(begins, coalesce(now_end, signed) / 256 * 256);
  new_end := greatest(begins, coalesce(new_end, signed) / 256 * 256);
  RETURN QUERY
    WITH firsts AS (
      SELECT e.class, min(l.seq) AS seq FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
      WHERE l.log = h.log AND l.seq >= begins GROUP BY e.class
    ), ended AS (
      SELECT e.class, count(*) FILTER (WHERE NOT t.held) AS gone, count(*) FILTER (WHERE t.held) AS held
      FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
        CROSS JOIN LATERAL (SELECT coalesce(audit_is_held(i), false) AS held) t
      WHERE l.log = h.log AND l.seq >= now_end AND l.seq < new_end AND (t.held OR NOT audit_is_needed(l.entry_id)) GROUP BY e.class
    )
    SELECT 'class', f.class, coalesce(d.gone, 0), coalesce(d.held, 0), (
      SELECT max(e.at::timestamptz + make_interval(days => greatest(coalesce(p_periods #>> ARRAY['classes', e.class],
        p_periods #>> '{classes,*}')::integer, p_floor_days + 1)))
      FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.log = h.log AND l.seq >= begins AND l.seq < (f.seq / 256 + 1) * 256)
    FROM firsts f LEFT JOIN ended d ON d.class = f.class;
  RETURN QUERY
    WITH waiting AS (
      SELECT u.role, max(n.at)::timestamptz AS last_at, bool_or(coalesce(audit_is_held(i), false)) AS held
      FROM audit_erasure a JOIN audit_compartment k ON k.id = a.compartment_id
        JOIN app_user u ON u.pseudonym = k.subject AND u.tenant_id = k.tenant_id
        JOIN audit_part p ON p.compartment_id = k.id JOIN audit_entry n ON n.id = p.entry_id LEFT JOIN audit_index i ON i.entry_id = p.entry_id
      WHERE a.state = 'agreed' AND a.tenant_id = h.tenant_id GROUP BY a.id, u.role
    ), due AS (
      SELECT w.role, w.held, w.last_at + make_interval(days => audit_days('role', w.role)) AS now_at, w.last_at + make_interval(days =>
        coalesce(p_periods #>> ARRAY['roles', w.role], p_periods #>> '{roles,*}')::integer) AS new_at FROM waiting w
    )
    SELECT 'role', d.role, count(*) FILTER (WHERE d.now_at > now() AND d.new_at <= now() AND NOT d.held),
      count(*) FILTER (WHERE d.now_at > now() AND d.new_at <= now() AND d.held), min(d.new_at)
    FROM due d GROUP BY d.role;
END $$;

-- The days that no policy set may go below. The reasons are in lib/access/policy/retention.ts, and a test compares the two.
CREATE FUNCTION audit_retention_minimum() RETURNS TABLE (kind text, name text, days integer)
  LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  VALUES ('class', 'transaction', 1461), ('class', 'disclosure', 1461), ('class', 'access', 1461), ('class', 'key', 1461),
    ('class', 'policy', 1461), ('class', 'identity', 365), ('class', 'admin', 365), ('class', 'export', 1461), ('class', 'retention', 1461),
    ('class', 'log', 1461), ('role', 'regulator', 1461), ('role', 'auditor', 1461), ('role', 'coordinator', 1461), ('role', 'client', 365),
    ('role', 'miner', 365), ('role', 'admin', 365)
$$;

-- The periods of the log are those of the set that becomes active, in the same transaction. It takes no periods from its caller: they are
-- read from the document that the activation names by its digest, and never go below the minimum, whoever writes the activation.
CREATE FUNCTION policy_activation_retention() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  periods jsonb;
BEGIN
  SELECT s.document::jsonb #> '{settings,retention}' INTO periods FROM policy_set s WHERE s.id = NEW.set_id AND NEW.document_digest =
    rtrim(translate(encode(sha256(convert_to(s.document, 'UTF8')), 'base64'), '+/', '-_'), '=');
  IF periods IS NULL OR EXISTS (SELECT 1 FROM audit_retention_minimum() m CROSS JOIN LATERAL (SELECT periods -> CASE m.kind
      WHEN 'class' THEN 'classes' ELSE 'roles' END AS kept) p
      WHERE coalesce(p.kept ->> m.name, p.kept ->> '*')::integer IS NULL OR coalesce(p.kept ->> m.name, p.kept ->> '*')::integer < m.days) THEN
    RAISE EXCEPTION 'a policy set keeps the log for too short a time' USING ERRCODE = 'SP003';
  END IF;
  PERFORM audit_take_retention(periods);
  -- Writing an entry checks at once; what the activation still writes is checked at its end.
  SET CONSTRAINTS ALL DEFERRED;
  RETURN NULL;
END $$;

-- A lawyer of neither side, over all their accounts, decides about something that was opened. A notice is sent only
-- after the latest seal of the order, in any filing.
CREATE FUNCTION subject_notice_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  whose uuid;
BEGIN
  SELECT u.organisation_id INTO whose FROM app_user u WHERE u.id = NEW.user_id AND u.tenant_id = NEW.tenant_id;
  IF whose IS NULL
     OR NOT EXISTS (SELECT 1 FROM access_request r WHERE r.id = NEW.request_id AND r.tenant_id = NEW.tenant_id
       AND r.organisation_id NOT IN (SELECT own_organisations(NEW.user_id))
       AND r.requester_user_id NOT IN (SELECT same_human(NEW.user_id)))
     OR EXISTS (SELECT 1 FROM access_request r JOIN transaction_participant t ON t.transaction_id = ANY (r.transactions::uuid[])
       JOIN participant p ON p.id = t.participant_id
       WHERE r.id = NEW.request_id AND p.organisation_id IN (SELECT own_organisations(NEW.user_id)))
     OR NOT EXISTS (SELECT 1 FROM duty d WHERE d.user_id = NEW.user_id AND d.duty = 'legal')
     OR EXISTS (SELECT 1 FROM unnest(NEW.transactions) AS one WHERE NOT EXISTS (
       SELECT 1 FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
         JOIN transaction_participant p ON p.transaction_id = d.transaction_id
       WHERE g.request_id = NEW.request_id AND d.transaction_id = one AND d.outcome = 'done'
         AND p.participant_id = NEW.participant_id)) THEN
    RAISE EXCEPTION 'a notice needs a disclosure and the decision of a lawyer of neither party' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'sent' AND request_seal(NEW.request_id) > NEW.at THEN
    RAISE EXCEPTION 'a notice under seal cannot be sent' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- While a tenant's keys are sealed nothing is opened: a disclosure is written before anything leaves.
CREATE FUNCTION disclosure_unsealed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF tenant_is_sealed(NEW.tenant_id) THEN
    RAISE EXCEPTION 'two administrators have sealed the keys' USING ERRCODE = 'SP005';
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE TRIGGER disclosure_unsealed BEFORE INSERT ON disclosure FOR EACH ROW EXECUTE FUNCTION disclosure_unsealed();
CREATE TRIGGER organisation_case_id BEFORE INSERT ON organisation FOR EACH ROW EXECUTE FUNCTION case_id_is_new();
CREATE TRIGGER access_request_guard BEFORE INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_guard();
CREATE TRIGGER access_request_authority_guard BEFORE UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_authority_guard();
CREATE TRIGGER access_request_case_id BEFORE INSERT ON access_request FOR EACH ROW EXECUTE FUNCTION case_id_is_new();
CREATE TRIGGER access_request_stays BEFORE UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_stays();
CREATE CONSTRAINT TRIGGER access_request_told AFTER UPDATE ON access_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION access_request_told();
CREATE TRIGGER access_request_release_guard BEFORE UPDATE OF state ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_release_guard();
CREATE TRIGGER access_request_co_viewers BEFORE INSERT OR UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION access_request_co_viewers();
CREATE TRIGGER request_transition_fixed BEFORE UPDATE OR DELETE ON request_transition
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER request_transition_kept BEFORE TRUNCATE ON request_transition
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER co_viewer_end_guard BEFORE INSERT ON co_viewer_end FOR EACH ROW EXECUTE FUNCTION co_viewer_end_guard();
CREATE TRIGGER legal_authorization_of_draft BEFORE INSERT ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION attach_to_draft_only();
CREATE TRIGGER legal_authorization_guard BEFORE UPDATE ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_guard();
CREATE TRIGGER legal_authorization_is_draft BEFORE INSERT ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_is_draft();
CREATE TRIGGER legal_authorization_used BEFORE UPDATE ON legal_authorization
  FOR EACH ROW EXECUTE FUNCTION legal_authorization_used();
CREATE TRIGGER document_of_draft BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION attach_to_draft_only();
CREATE TRIGGER document_scan_guard BEFORE INSERT OR UPDATE ON document
  FOR EACH ROW EXECUTE FUNCTION document_scan_guard();
CREATE TRIGGER authority_guard BEFORE INSERT OR UPDATE OR DELETE ON authority
  FOR EACH ROW EXECUTE FUNCTION authority_guard();
CREATE TRIGGER authority_key_once BEFORE INSERT ON authority
  FOR EACH ROW WHEN (NEW.kind = 'key') EXECUTE FUNCTION authority_key_once();
CREATE TRIGGER authority_crl_guard BEFORE INSERT ON authority_crl FOR EACH ROW EXECUTE FUNCTION authority_crl_guard();
CREATE TRIGGER authorization_verification_guard BEFORE INSERT ON authorization_verification
  FOR EACH ROW EXECUTE FUNCTION authorization_verification_guard();
CREATE TRIGGER authorization_evidence_guard BEFORE INSERT ON authorization_evidence
  FOR EACH ROW EXECUTE FUNCTION authorization_evidence_guard();
CREATE TRIGGER recognition_guard BEFORE INSERT ON recognition FOR EACH ROW EXECUTE FUNCTION recognition_guard();
CREATE TRIGGER executive_release_guard BEFORE INSERT ON executive_release
  FOR EACH ROW EXECUTE FUNCTION executive_release_guard();
CREATE TRIGGER executive_release_word_guard BEFORE INSERT ON executive_release_word
  FOR EACH ROW EXECUTE FUNCTION executive_release_word_guard();
CREATE TRIGGER break_glass_guard BEFORE INSERT ON break_glass FOR EACH ROW EXECUTE FUNCTION break_glass_guard();
CREATE TRIGGER break_glass_review_guard BEFORE INSERT ON break_glass_review
  FOR EACH ROW EXECUTE FUNCTION break_glass_review_guard();
CREATE TRIGGER access_grant_guard BEFORE UPDATE ON access_grant FOR EACH ROW EXECUTE FUNCTION access_grant_guard();
CREATE TRIGGER access_grant_of_dispute BEFORE INSERT ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_dispute();
CREATE TRIGGER access_grant_of_release BEFORE INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_release();
CREATE TRIGGER access_grant_of_break_glass BEFORE INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_of_break_glass();
CREATE TRIGGER access_grant_recognised BEFORE INSERT ON access_grant
  FOR EACH ROW WHEN (NEW.authorization_id IS NOT NULL) EXECUTE FUNCTION access_grant_recognised();
CREATE TRIGGER access_grant_exports BEFORE INSERT ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_exports();
CREATE TRIGGER preservation_guard BEFORE UPDATE OR DELETE ON preservation
  FOR EACH ROW EXECUTE FUNCTION preservation_guard();
CREATE TRIGGER policy_set_guard BEFORE INSERT OR UPDATE OR DELETE ON policy_set
  FOR EACH ROW EXECUTE FUNCTION policy_set_guard();
CREATE TRIGGER policy_approval_guard BEFORE INSERT ON policy_approval
  FOR EACH ROW EXECUTE FUNCTION policy_approval_guard();
CREATE TRIGGER policy_activation_guard BEFORE INSERT ON policy_activation
  FOR EACH ROW EXECUTE FUNCTION policy_activation_guard();
CREATE TRIGGER policy_activation_retention AFTER INSERT ON policy_activation
  FOR EACH ROW EXECUTE FUNCTION policy_activation_retention();
CREATE TRIGGER policy_run_guard BEFORE UPDATE OR DELETE ON policy_run
  FOR EACH ROW EXECUTE FUNCTION policy_run_guard();
CREATE TRIGGER preservation_case_id BEFORE INSERT ON preservation FOR EACH ROW EXECUTE FUNCTION case_id_is_new();
CREATE TRIGGER subject_notice_guard BEFORE INSERT ON subject_notice
  FOR EACH ROW EXECUTE FUNCTION subject_notice_guard();

-- ---------------------------------------------------------------- Rows

INSERT INTO request_transition (from_state, to_state, event) VALUES
  ('draft', 'submitted', 'submit'),
  ('draft', 'withdrawn', 'withdraw'),
  ('submitted', 'document_check', 'check'),
  ('submitted', 'withdrawn', 'withdraw'),
  ('document_check', 'draft', 'refuse_document'),
  ('document_check', 'overdue', 'overdue'),
  ('document_check', 'stage_1', 'checked'),
  ('document_check', 'withdrawn', 'withdraw'),
  ('stage_1', 'denied', 'deny'),
  ('stage_1', 'expired_unreviewed', 'lapse'),
  ('stage_1', 'extended', 'extend'),
  ('stage_1', 'needs_information', 'ask'),
  ('stage_1', 'objected', 'object'),
  ('stage_1', 'overdue', 'overdue'),
  ('stage_1', 'stage_2', 'approve'),
  ('stage_1', 'withdrawn', 'withdraw'),
  ('stage_2', 'approved', 'approve'),
  ('stage_2', 'denied', 'deny'),
  ('stage_2', 'expired_unreviewed', 'lapse'),
  ('stage_2', 'extended', 'extend'),
  ('stage_2', 'needs_information', 'ask'),
  ('stage_2', 'objected', 'object'),
  ('stage_2', 'overdue', 'overdue'),
  ('stage_2', 'withdrawn', 'withdraw'),
  ('needs_information', 'stage_1', 'answer'),
  ('needs_information', 'stage_2', 'answer'),
  ('needs_information', 'withdrawn', 'withdraw'),
  ('overdue', 'approved', 'release'),
  ('overdue', 'draft', 'refuse_document'),
  ('overdue', 'stage_1', 'checked'),
  ('overdue', 'stage_1', 'resume'),
  ('overdue', 'stage_2', 'resume'),
  ('overdue', 'withdrawn', 'withdraw'),
  ('extended', 'objected', 'object'),
  ('extended', 'overdue', 'overdue'),
  ('extended', 'stage_1', 'resume'),
  ('extended', 'stage_2', 'resume'),
  ('extended', 'withdrawn', 'withdraw'),
  ('objected', 'overdue', 'overdue'),
  ('objected', 'stage_1', 'resume'),
  ('objected', 'stage_2', 'resume'),
  ('objected', 'withdrawn', 'withdraw'),
  ('approved', 'active', 'activate'),
  ('approved', 'denied', 'deny'),
  ('approved', 'expired', 'expire'),
  ('approved', 'revoked', 'revoke'),
  ('active', 'exhausted', 'exhaust'),
  ('active', 'expired', 'expire'),
  ('active', 'partial', 'answer_partly'),
  ('active', 'revoked', 'revoke'),
  ('partial', 'active', 'resume'),
  ('partial', 'exhausted', 'exhaust'),
  ('partial', 'expired', 'expire'),
  ('partial', 'revoked', 'revoke'),
  ('expired', 'closed', 'close'),
  ('revoked', 'closed', 'close'),
  ('exhausted', 'closed', 'close'),
  ('denied', 'closed', 'close');

-- ---------------------------------------------------------------- Grants

GRANT SELECT, INSERT, UPDATE ON access_request TO sealport_app;
GRANT SELECT ON access_request TO sealport_custodian, sealport_auditor;
-- What was asked, stated and decided stays, and so do used nonces: the portal's login has no DELETE here.
GRANT SELECT, INSERT ON request_event TO sealport_app;
GRANT SELECT ON request_event TO sealport_auditor;
GRANT SELECT ON request_transition TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT ON co_viewer_end TO sealport_app;
GRANT SELECT ON co_viewer_end TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON legal_authorization TO sealport_app;
GRANT SELECT ON legal_authorization TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (scan) ON document TO sealport_app;
GRANT SELECT ON document TO sealport_auditor;
-- The program writes here and never reads.
GRANT INSERT (id, tenant_id, request_id, dek_sealed, iv, ciphertext, tag) ON document_quarantine TO sealport_app;
GRANT SELECT, INSERT, UPDATE (state, confirmed_by, confirmed_at, in_force_from, ended_by, ended_at, end_reason)
  ON authority TO sealport_app;
GRANT SELECT ON authority TO sealport_auditor;
GRANT SELECT, INSERT ON authority_crl TO sealport_app;
GRANT SELECT ON authority_crl TO sealport_auditor;
GRANT SELECT, INSERT ON authorization_verification TO sealport_app;
GRANT SELECT ON authorization_verification TO sealport_auditor;
GRANT SELECT, INSERT ON authorization_evidence TO sealport_app;
GRANT SELECT, INSERT ON recognition TO sealport_app;
GRANT SELECT ON recognition TO sealport_auditor;
GRANT SELECT, INSERT ON decision TO sealport_app;
GRANT SELECT ON decision TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (used_at) ON statement_nonce TO sealport_app;
GRANT SELECT ON statement_nonce TO sealport_auditor;
GRANT SELECT, INSERT ON executive_release TO sealport_app;
GRANT SELECT ON executive_release TO sealport_auditor;
GRANT SELECT, INSERT ON executive_release_word TO sealport_app;
GRANT SELECT ON executive_release_word TO sealport_auditor;
GRANT SELECT, INSERT ON break_glass TO sealport_app;
GRANT SELECT ON break_glass TO sealport_auditor;
GRANT SELECT, INSERT ON break_glass_review TO sealport_app;
GRANT SELECT ON break_glass_review TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON access_grant TO sealport_app;
GRANT SELECT ON access_grant TO sealport_custodian, sealport_auditor;
GRANT SELECT, INSERT, UPDATE (reply_key, opened, used_at) ON opening TO sealport_app;
GRANT SELECT ON opening TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON disclosure TO sealport_app;
GRANT SELECT ON disclosure TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, outcome_entry_id, digest, code, pages, bytes) ON evidence TO sealport_app;
GRANT SELECT ON evidence TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, until, released_at) ON preservation TO sealport_app;
GRANT SELECT ON preservation TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, title, reason, document, document_digest, revision, round, submitted_at, base_number,
  run_id, gains, active_from, ended_at, end_reason) ON policy_set TO sealport_app;
GRANT SELECT ON policy_set TO sealport_auditor;
GRANT SELECT, INSERT ON policy_approval TO sealport_app;
GRANT SELECT ON policy_approval TO sealport_auditor;
GRANT SELECT, INSERT ON policy_activation TO sealport_app;
GRANT SELECT ON policy_activation TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, done, total, result, error, started_at, finished_at, lease_until, attempt)
  ON policy_run TO sealport_app;
GRANT SELECT ON policy_run TO sealport_auditor;
GRANT SELECT, INSERT ON subject_notice TO sealport_app;
GRANT SELECT ON subject_notice TO sealport_auditor;
GRANT SELECT, INSERT ON order_reading TO sealport_app;
GRANT SELECT ON order_reading TO sealport_auditor;
GRANT SELECT, INSERT ON request_assignment TO sealport_app;
GRANT SELECT ON request_assignment TO sealport_auditor;
GRANT SELECT, INSERT ON reason_set TO sealport_app;
GRANT SELECT ON reason_set TO sealport_auditor;
GRANT SELECT, INSERT ON notice_rule TO sealport_app;
GRANT SELECT ON notice_rule TO sealport_auditor;
GRANT SELECT, INSERT ON transparency_report TO sealport_app;
GRANT SELECT ON transparency_report TO sealport_auditor;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_retention_effect(jsonb, integer) TO sealport_app;
GRANT EXECUTE ON FUNCTION cases_sealed_from(uuid, uuid, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION export_grant_stands(audit_export, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION order_begins_alike(timestamptz, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION order_hold(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION order_is_used(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION order_text(text) TO sealport_app;
GRANT EXECUTE ON FUNCTION orders_alike(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION request_is_sealed(uuid, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION request_seal(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION request_sent_at(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION sealed_from(uuid, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION sealed_requests(uuid, timestamptz) TO sealport_app;
GRANT EXECUTE ON FUNCTION staff_of_parties(uuid, text[]) TO sealport_app;
