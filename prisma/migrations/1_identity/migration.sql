-- Tenant, organisations, people, how they sign in, API keys and the roster of the escrow custodian; also what all
-- rooms share: idempotency, jobs, heartbeats and rate limits.
--
-- The rules here are those that schema.prisma cannot express: checks, partial indexes, guards and grants. The group
-- roles exist before this file runs (lib/db/bootstrap-roles.ts). Completeness triggers and append-only rules of all
-- tables are in 7_completeness.

-- ---------------------------------------------------------------- Tables

-- Returns one text for all addresses of a mailbox, as far as that is known of every provider: case and width of letters, the suffix after a
-- plus, and dots for the one large provider that documents that it ignores them. It is first because a column below needs it.
CREATE FUNCTION email_identity(address text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN d.domain IN ('gmail.com', 'googlemail.com') THEN replace(d.mailbox, '.', '') || '@gmail.com'
    ELSE d.mailbox || '@' || d.domain END
  FROM (SELECT lower(normalize(btrim(address), NFKC)) AS plain) a,
    LATERAL (SELECT regexp_replace(a.plain, '@[^@]*$', '') AS local, rtrim(regexp_replace(a.plain, '^.*@', ''), '.') AS domain) p,
    LATERAL (SELECT coalesce(nullif(regexp_replace(p.local, '\+.*$', ''), ''), p.local) AS mailbox, p.domain) d
$$;

CREATE TABLE tenant (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  pseudonym text NOT NULL,
  log_origin text NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE organisation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  zone text NOT NULL DEFAULT 'UTC',
  weekly_hours jsonb,
  holidays text,
  home_jurisdictions text[],
  state text NOT NULL DEFAULT 'active',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  holiday_choice jsonb,
  -- The person of this organisation who decides on its access in a review. The operator's compliance where it is null.
  access_reviewer_id uuid
);

CREATE TABLE agency (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  legal_name text NOT NULL,
  email_domains text[],
  mandate_document_id uuid,
  contacts jsonb NOT NULL DEFAULT '[]',
  state text NOT NULL DEFAULT 'active',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- People of the agency whom the operator may ask: names and addresses.
  people jsonb NOT NULL DEFAULT '[]'
);

CREATE TABLE participant (
  id text NOT NULL,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  kind text NOT NULL DEFAULT 'legal',
  role text NOT NULL,
  state text NOT NULL DEFAULT 'active',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- A name of the tenant's choice: another tenant may have the same.
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE app_user (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  participant_id text,
  handle text NOT NULL,
  pseudonym text NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  -- Columns and not expressions: an index on an expression is not used behind the tenant's policy (9_tenancy).
  folded_email text GENERATED ALWAYS AS (lower(email)) STORED,
  mailbox text GENERATED ALWAYS AS (email_identity(email)) STORED,
  role text NOT NULL,
  state text NOT NULL DEFAULT 'active',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- Last day of a planned leave. Everything ends when this day is over in UTC.
  leaves_on date,
  state_reason text,
  state_at timestamptz(6),
  CONSTRAINT app_user_state_known CHECK (state IN ('active', 'suspended', 'left'))
);

CREATE TABLE duty (
  user_id uuid NOT NULL,
  duty text NOT NULL,
  tenant_id uuid NOT NULL,
  granted_by uuid,
  granted_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (user_id, duty)
);

CREATE TABLE membership (
  user_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  since timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (user_id, organisation_id)
);

-- A link by which a person without a way to sign in sets the first one. `npm run create-admin` makes the first
-- administrators' links without an inviter.
CREATE TABLE invitation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  duties text[],
  token_hash bytea NOT NULL,
  invited_by uuid,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6),
  user_id uuid NOT NULL REFERENCES app_user (id),
  created_at timestamptz(6) NOT NULL,
  revoked_at timestamptz(6),
  CONSTRAINT invitation_ends_once CHECK (used_at IS NULL OR revoked_at IS NULL)
);

-- What a sign-in rests on: method, passkey and the time of the last proof.
CREATE TABLE auth_session (
  sid text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_seen_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  multi_factor_at timestamptz(6),
  expires_at timestamptz(6) NOT NULL,
  revoked_at timestamptz(6),
  device text,
  method text NOT NULL,
  passkey_id uuid,
  proved_at timestamptz(6) NOT NULL,
  standing text NOT NULL,
  end_reason text,
  -- The identity provider whose sign-in opened the session.
  provider_id uuid,
  CONSTRAINT auth_session_method_known CHECK (method IN ('password', 'totp', 'recovery', 'passkey', 'oidc'))
);

CREATE TABLE credential (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  secret_hash text,
  sealed bytea,
  public_key bytea,
  external_id text,
  counter bigint NOT NULL DEFAULT 0,
  last_step bigint,
  label text,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  used_at timestamptz(6),
  revoked_at timestamptz(6),
  transports text[]
);

-- The identity provider of an organisation (OpenID Connect), as two administrators agreed to it. `sealed` is the client
-- secret or the portal's private key. A subject of the provider becomes a person only through their credential `oidc`.
CREATE TABLE identity_provider (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  authentication text NOT NULL,
  sealed bytea NOT NULL,
  public_key text,
  domains text[] NOT NULL,
  amr text[] NOT NULL,
  acr text[] NOT NULL,
  max_age integer NOT NULL,
  group_claim text NOT NULL,
  mapping jsonb NOT NULL,
  changed_at timestamptz(6) NOT NULL,
  CONSTRAINT identity_provider_authentication_known CHECK (authentication IN ('client_secret', 'private_key')),
  CONSTRAINT identity_provider_public_key CHECK ((public_key IS NOT NULL) = (authentication = 'private_key')),
  CONSTRAINT identity_provider_needs_factor CHECK (cardinality(amr) + cardinality(acr) > 0),
  CONSTRAINT identity_provider_needs_domain CHECK (cardinality(domains) > 0),
  CONSTRAINT identity_provider_needs_mapping CHECK (jsonb_typeof(mapping) = 'array' AND mapping <> '[]'),
  CONSTRAINT identity_provider_max_age CHECK (max_age BETWEEN 60 AND 28800)
);

CREATE TABLE auth_challenge (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  challenge text NOT NULL,
  user_id uuid,
  sid text,
  sealed bytea,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6)
);

CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  label text NOT NULL,
  prefix text NOT NULL,
  secret_hash bytea NOT NULL,
  scopes text[],
  addresses text[],
  signing_key text,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(6),
  last_used_at timestamptz(6),
  revoked_at timestamptz(6),
  -- The Ed25519 public key, base64url, of an API key whose calls are signed.
  CONSTRAINT api_key_signing_key_form CHECK (signing_key ~ '^[A-Za-z0-9_-]{43}$')
);

-- Nonces of signed calls (RFC 9421), shared by all portals, so that a signed call is accepted once. They are removed when the signature has
-- expired.
CREATE TABLE signature_nonce (
  api_key_id uuid NOT NULL,
  nonce text NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  tenant_id uuid NOT NULL DEFAULT nullif(current_setting('sealport.tenant', true), '')::uuid,
  PRIMARY KEY (api_key_id, nonce)
);

-- `called_number` is a number of the agency's record at that time.
CREATE TABLE identity_check (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  officer_user_id uuid NOT NULL,
  checked_by_user_id uuid NOT NULL,
  domain_verified boolean NOT NULL,
  called_number_from_record boolean NOT NULL,
  note text NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(6) NOT NULL,
  called_number text
);

-- Changes of the custodian's roster: of one person's own keys, or (kind people) of who is on it.
CREATE TABLE roster_change (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  -- The person whose keys change; for the kind people the person who asked, absent where the portal did.
  user_id uuid,
  kind text NOT NULL,
  -- Handles of the people whom a version adds, changes or removes.
  people text[] NOT NULL DEFAULT '{}',
  -- Why a version is asked for.
  purpose text,
  passkey_id uuid,
  added text,
  removed text,
  base_version integer NOT NULL,
  base_digest text NOT NULL,
  roster jsonb NOT NULL,
  roster_digest text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  ended_by uuid,
  reason text,
  CONSTRAINT roster_change_kind_known CHECK (kind IN ('first', 'add', 'replace', 'remove', 'people')),
  CONSTRAINT roster_change_state_known CHECK
    (state IN ('pending', 'done', 'refused', 'withdrawn', 'superseded')),
  CONSTRAINT roster_change_says_what CHECK
    (num_nonnulls(passkey_id, added) = CASE WHEN kind IN ('remove', 'people') THEN 0 ELSE 2 END
      AND (removed IS NOT NULL) = (kind IN ('replace', 'remove'))
      AND (cardinality(people) > 0) = (kind = 'people') AND (purpose IS NOT NULL) = (kind = 'people')
      AND (user_id IS NOT NULL OR kind = 'people')),
  CONSTRAINT roster_change_end_whole CHECK ((ended_at IS NULL) = (state = 'pending'))
);

CREATE TABLE roster_agreement (
  change_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  person text NOT NULL,
  statement jsonb NOT NULL,
  signature jsonb NOT NULL,
  proof_kind text NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (change_id, user_id)
);

-- An act that needs two people: one asks, another agrees, and it is carried out in the transaction of the agreement.
CREATE TABLE agreement (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  -- Id of what is changed: a person, an organisation.
  subject_id text NOT NULL,
  -- The person whom it is about: they cannot agree to it.
  concerns uuid,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  reason text NOT NULL,
  asked_by uuid NOT NULL,
  asked_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  state text NOT NULL DEFAULT 'open',
  decided_by uuid,
  decided_at timestamptz(6),
  decision_reason text,
  CONSTRAINT agreement_state_known CHECK
    (state IN ('open', 'agreed', 'refused', 'sent_back', 'withdrawn', 'expired')),
  CONSTRAINT agreement_end_whole CHECK
    ((decided_at IS NULL) = (state = 'open') AND (decided_by IS NULL) = (state IN ('open', 'expired')))
);

-- Set-up of an instance without people: the link that was printed last, and what its steps have made.
-- Whether the tenant's keys may open anything. Each row counts from its transaction on, and two administrators agree to it.
CREATE TABLE tenant_seal (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  state text NOT NULL,
  agreement_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT tenant_seal_state_known CHECK (state IN ('sealed', 'open')),
  CONSTRAINT tenant_seal_agreement_fkey FOREIGN KEY (agreement_id) REFERENCES agreement (id)
);

CREATE TABLE setup (
  tenant_id uuid PRIMARY KEY,
  token_hash bytea NOT NULL,
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  organisation_id uuid,
  first_user_id uuid,
  -- Another person takes the place of a second administrator who was withdrawn before they signed in.
  second_user_id uuid,
  CONSTRAINT setup_in_order CHECK ((first_user_id IS NULL OR organisation_id IS NOT NULL)
    AND (second_user_id IS NULL OR first_user_id IS NOT NULL) AND second_user_id <> first_user_id)
);

-- A value of a switch for an organisation, from then on. The newest row counts; before the first it is the safe value.
CREATE TABLE flag_value (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  flag text NOT NULL,
  organisation_id uuid NOT NULL,
  is_on boolean NOT NULL,
  reason text NOT NULL,
  at timestamptz(6) NOT NULL
);

-- The newest result of each check of readiness that a person ran or recorded.
CREATE TABLE readiness_check (
  tenant_id uuid NOT NULL,
  item text NOT NULL,
  state text NOT NULL,
  cause text,
  facts jsonb NOT NULL,
  at timestamptz(6) NOT NULL,
  by_user_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, item),
  CONSTRAINT readiness_check_state_known CHECK (state IN ('done', 'open', 'failed')),
  CONSTRAINT readiness_check_cause_whole CHECK ((cause IS NULL) = (state = 'done'))
);

-- A review of everyone's access. Its rows are decided by reviewers, and it ends once, when all are signed or on its due day.
CREATE TABLE access_review (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'running',
  begun_at timestamptz(6) NOT NULL,
  -- Null where the portal began it by itself.
  begun_by uuid,
  due_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  -- The whole result as it was at the end, and its digest as the log has it.
  result jsonb,
  digest text,
  CONSTRAINT access_review_state_known CHECK (state IN ('running', 'signed', 'lapsed')),
  CONSTRAINT access_review_end_whole CHECK ((ended_at IS NULL) = (state = 'running')
    AND (result IS NULL) = (state = 'running') AND (digest IS NULL) = (state = 'running'))
);

-- One person or program in a review.
CREATE TABLE access_review_row (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  review_id uuid NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  -- The person whose access it is; for a program, the person it belongs to. They never decide on it.
  owner_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  -- Whether something stood out when the review began.
  is_close boolean NOT NULL,
  decision text,
  reason text,
  decided_by uuid,
  decided_at timestamptz(6),
  agreement_id uuid,
  -- What the person could do when it was decided, or when the review ended without a decision.
  facts jsonb,
  signature_id uuid,
  -- Duties that paused because no one decided.
  paused text[] NOT NULL DEFAULT '{}',
  CONSTRAINT access_review_row_kind_known CHECK (subject_kind IN ('person', 'program')),
  CONSTRAINT access_review_row_decision_known CHECK (decision IN ('keep', 'change', 'remove')),
  CONSTRAINT access_review_row_decision_whole CHECK ((decision IS NULL) = (decided_by IS NULL)
    AND (decision IS NULL) = (decided_at IS NULL) AND (signature_id IS NULL OR decision IS NOT NULL)
    AND (decision IS NULL OR decision = 'keep' OR (reason IS NOT NULL AND agreement_id IS NOT NULL))
    AND (decision IS NULL OR cardinality(paused) = 0))
);

CREATE TABLE access_review_signature (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  review_id uuid NOT NULL,
  user_id uuid NOT NULL,
  statement jsonb NOT NULL,
  -- Null where the sign-in proved the person and no key of theirs is on the roster.
  signature jsonb,
  proof_kind text NOT NULL,
  rows integer NOT NULL,
  at timestamptz(6) NOT NULL
);

-- Provisioning: the identity provider of an organisation keeps its people by SCIM 2.0 (RFC 7643, RFC 7644). Two people agree
-- to the settings. An agency's domains are those of its record, so that `email_domains` is empty for it.
CREATE TABLE scim_connection (
  organisation_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  email_domains text[],
  -- Role of a person who is in no mapped group; absent where a person waits for a group.
  role text,
  -- Participant of clients and providers.
  participant_id text,
  -- Which group gives which role and duties: [{"name", "role", "duties"}].
  groups jsonb NOT NULL DEFAULT '[]',
  changed_at timestamptz(6) NOT NULL
);

-- A token of the identity provider. `made_by` saw it, so what it asks for counts as asked by that person.
CREATE TABLE scim_token (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  prefix text NOT NULL,
  secret_hash bytea NOT NULL,
  made_by uuid NOT NULL,
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  last_used_at timestamptz(6),
  revoked_at timestamptz(6),
  -- The last calls with their results, newest first.
  calls jsonb NOT NULL DEFAULT '[]'
);

-- What the provider says of a person. The id is that of the account, which may not exist yet.
CREATE TABLE scim_user (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  user_name text NOT NULL,
  name text NOT NULL,
  given_name text,
  family_name text,
  external_id text,
  is_active boolean NOT NULL,
  created_at timestamptz(6) NOT NULL,
  changed_at timestamptz(6) NOT NULL
);

CREATE TABLE scim_group (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  name text NOT NULL,
  external_id text,
  members uuid[],
  created_at timestamptz(6) NOT NULL,
  changed_at timestamptz(6) NOT NULL
);

CREATE TABLE idempotency_record (
  principal text NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  tenant_id uuid NOT NULL,
  body_hmac bytea NOT NULL,
  status integer,
  ids jsonb,
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(6) NOT NULL,
  PRIMARY KEY (tenant_id, principal, key)
);

CREATE TABLE job (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  state text NOT NULL DEFAULT 'waiting',
  payload jsonb NOT NULL DEFAULT '{}',
  progress jsonb NOT NULL DEFAULT '{}',
  attempts integer NOT NULL DEFAULT 0,
  run_after timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  locked_until timestamptz(6),
  created_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at timestamptz(6)
);

CREATE TABLE process_heartbeat (
  name text NOT NULL,
  tenant_id uuid NOT NULL,
  at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  details jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE rate_limit (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint,
  tenant_id uuid NOT NULL DEFAULT nullif(current_setting('sealport.tenant', true), '')::uuid
);

-- ---------------------------------------------------------------- Indexes

CREATE UNIQUE INDEX tenant_pseudonym_key ON tenant (pseudonym);
CREATE INDEX flag_value_tenant_id_flag_organisation_id_id_idx ON flag_value (tenant_id, flag, organisation_id, id);
CREATE INDEX organisation_tenant_id_idx ON organisation (tenant_id);
CREATE UNIQUE INDEX agency_organisation_id_key ON agency (organisation_id);
CREATE UNIQUE INDEX app_user_handle_key ON app_user (tenant_id, handle);
CREATE UNIQUE INDEX app_user_pseudonym_key ON app_user (pseudonym);
CREATE UNIQUE INDEX app_user_email_key ON app_user (tenant_id, email);
CREATE INDEX app_user_participant_id_idx ON app_user (participant_id);
-- People type their address in any case.
CREATE UNIQUE INDEX app_user_email_folded ON app_user (tenant_id, folded_email);
CREATE INDEX app_user_mailbox_idx ON app_user (tenant_id, mailbox);
CREATE INDEX membership_organisation_id_idx ON membership (organisation_id);
CREATE UNIQUE INDEX invitation_token_hash_key ON invitation (token_hash);
-- A newer link replaces the one before.
CREATE UNIQUE INDEX invitation_one_open ON invitation (user_id) WHERE used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX auth_session_user_id_idx ON auth_session (user_id);
CREATE INDEX auth_session_live ON auth_session (expires_at) WHERE revoked_at IS NULL;
-- A passkey belongs to one account for ever; a subject of an identity provider while its link is in force.
CREATE UNIQUE INDEX credential_external_id_key ON credential (tenant_id, external_id) WHERE kind <> 'oidc' OR revoked_at IS NULL;
CREATE INDEX credential_user_id_idx ON credential (user_id);
CREATE UNIQUE INDEX credential_one_password ON credential (user_id) WHERE kind = 'password' AND revoked_at IS NULL;
CREATE UNIQUE INDEX credential_one_totp ON credential (user_id) WHERE kind = 'totp' AND revoked_at IS NULL;
CREATE INDEX credential_public_key_idx ON credential (public_key) WHERE public_key IS NOT NULL;
CREATE UNIQUE INDEX credential_one_oidc ON credential (user_id) WHERE kind = 'oidc' AND revoked_at IS NULL;
CREATE UNIQUE INDEX identity_provider_organisation_id_key ON identity_provider (organisation_id);
CREATE UNIQUE INDEX auth_challenge_challenge_key ON auth_challenge (challenge);
CREATE INDEX auth_challenge_expires_at_idx ON auth_challenge (expires_at);
CREATE UNIQUE INDEX api_key_prefix_key ON api_key (prefix);
CREATE INDEX api_key_user_id_idx ON api_key (user_id);
CREATE INDEX identity_check_officer_user_id_idx ON identity_check (officer_user_id);
CREATE INDEX roster_change_tenant_id_state_created_at_idx ON roster_change (tenant_id, state, created_at);
CREATE INDEX roster_change_user_id_idx ON roster_change (user_id);
CREATE UNIQUE INDEX roster_change_one_version ON roster_change (tenant_id) WHERE kind = 'people' AND state = 'pending';
CREATE INDEX agreement_tenant_id_state_asked_at_idx ON agreement (tenant_id, state, asked_at);
CREATE UNIQUE INDEX agreement_one_open ON agreement (tenant_id, kind, subject_id) WHERE state = 'open';
CREATE INDEX tenant_seal_tenant_id_id_idx ON tenant_seal (tenant_id, id);
CREATE UNIQUE INDEX tenant_seal_agreement_id_key ON tenant_seal (agreement_id);
CREATE INDEX access_review_tenant_id_id_idx ON access_review (tenant_id, id);
CREATE UNIQUE INDEX access_review_one_running ON access_review (tenant_id) WHERE state = 'running';
CREATE UNIQUE INDEX access_review_row_subject ON access_review_row (review_id, subject_kind, subject_id);
CREATE INDEX access_review_row_agreement_id_idx ON access_review_row (agreement_id);
CREATE INDEX access_review_signature_review_id_idx ON access_review_signature (review_id);
CREATE UNIQUE INDEX scim_token_prefix_key ON scim_token (prefix);
CREATE INDEX scim_token_organisation_id_idx ON scim_token (organisation_id);
CREATE INDEX scim_user_organisation_id_idx ON scim_user (organisation_id);
CREATE UNIQUE INDEX scim_group_organisation_id_name_key ON scim_group (organisation_id, name);
CREATE INDEX idempotency_record_expires_at_idx ON idempotency_record (expires_at);
CREATE INDEX job_state_run_after_idx ON job (state, run_after);
CREATE UNIQUE INDEX job_kind_subject_key ON job (tenant_id, kind, subject);

-- ---------------------------------------------------------------- Functions

-- A change of the roster begins as pending and ends once.
CREATE FUNCTION roster_change_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'pending' THEN
      RAISE EXCEPTION 'a roster change begins as a request' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'pending' THEN
    RAISE EXCEPTION 'a roster change ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- An invitation keeps what it was made with. It is used once or revoked once.
CREATE FUNCTION invitation_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL
     OR to_jsonb(NEW) - 'used_at' - 'revoked_at' IS DISTINCT FROM to_jsonb(OLD) - 'used_at' - 'revoked_at' THEN
    RAISE EXCEPTION 'an invitation cannot change and ends once' USING ERRCODE = 'SP003';
  END IF;
  RETURN NEW;
END $$;

-- An officer is called at a number in the agency's record, and their address has a verified domain of the agency.
CREATE FUNCTION identity_check_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.called_number_from_record AND NOT EXISTS (SELECT 1 FROM app_user u JOIN agency a ON a.organisation_id = u.organisation_id
      WHERE u.id = NEW.officer_user_id AND a.contacts @> jsonb_build_array(jsonb_build_object('number', NEW.called_number))) THEN
    RAISE EXCEPTION 'an officer must be called at a number from the agency''s record' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.domain_verified AND NOT EXISTS (SELECT 1 FROM app_user u JOIN agency a ON a.organisation_id = u.organisation_id
      WHERE u.id = NEW.officer_user_id
        AND lower(rtrim(regexp_replace(u.email, '^.*@', ''), '.')) = ANY (SELECT lower(d) FROM unnest(a.email_domains) d)) THEN
    RAISE EXCEPTION 'an officer''s address must be in a domain of the agency' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.checked_by_user_id = NEW.officer_user_id THEN
    RAISE EXCEPTION 'a person cannot check their own identity' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Returns the accounts of one person (ADR 0037): this one, and those with the same mailbox or the same passkey.
CREATE FUNCTION same_human(who uuid) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT who
  UNION SELECT u.id FROM app_user me JOIN app_user u
    ON u.tenant_id = me.tenant_id AND u.mailbox = me.mailbox WHERE me.id = who
  UNION SELECT c.user_id FROM credential mine JOIN credential c ON c.public_key = mine.public_key WHERE mine.user_id = who;
END $$;

-- Returns the organisations of a person, over all their accounts and memberships.
CREATE FUNCTION own_organisations(who uuid) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT u.organisation_id FROM app_user u WHERE u.id IN (SELECT same_human(who))
  UNION SELECT m.organisation_id FROM membership m WHERE m.user_id IN (SELECT same_human(who));
END $$;

-- An agreement keeps what was asked and ends once. The person who agrees is neither the asker nor the person whom it is
-- about, nor another account of one of them.
CREATE FUNCTION agreement_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'an agreement begins by asking' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'open' THEN
    RAISE EXCEPTION 'an agreement ends once' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.state = 'agreed' AND EXISTS (SELECT 1 FROM same_human(NEW.decided_by) AS account (id)
      WHERE account.id = NEW.asked_by OR account.id = NEW.concerns) THEN
    RAISE EXCEPTION 'an agreement needs another person' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- Each step of a set-up is done once.
-- A seal, and its end, is what two people agreed to.
CREATE FUNCTION tenant_seal_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM agreement a WHERE a.id = NEW.agreement_id AND a.tenant_id = NEW.tenant_id AND a.kind = 'seal'
      AND a.state = 'agreed' AND a.after ->> 'state' = NEW.state) THEN
    RAISE EXCEPTION 'keys are sealed and unsealed by an agreement of two people' USING ERRCODE = 'SP002';
  END IF;
  -- A row that is not the newest would change nothing, and no one would see that.
  IF tenant_is_sealed(NEW.tenant_id) IS DISTINCT FROM (NEW.state = 'sealed') THEN
    RAISE EXCEPTION 'a later row says something else' USING ERRCODE = 'SP002';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION tenant_is_sealed(tenant uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT s.state = 'sealed' FROM tenant_seal s WHERE s.tenant_id = tenant ORDER BY s.id DESC LIMIT 1), false);
END $$;

CREATE FUNCTION setup_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.organisation_id IS DISTINCT FROM OLD.organisation_id AND OLD.organisation_id IS NOT NULL
     OR NEW.first_user_id IS DISTINCT FROM OLD.first_user_id AND OLD.first_user_id IS NOT NULL THEN
    RAISE EXCEPTION 'a step of a set-up is done once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A review keeps when and by whom it was begun, and ends once.
CREATE FUNCTION access_review_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'running' THEN
      RAISE EXCEPTION 'a review begins as running' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'running' THEN
    RAISE EXCEPTION 'a review ends once' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- A row is decided while its review runs and until it is signed, by a person who is neither the person concerned nor another
-- account of theirs. Duties pause only where no one decided.
CREATE FUNCTION access_review_row_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM access_review r WHERE r.id = NEW.review_id AND r.state = 'running') THEN
    RAISE EXCEPTION 'the review has ended' USING ERRCODE = 'SP002';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.decision IS NOT NULL THEN
      RAISE EXCEPTION 'a row of a review begins undecided' USING ERRCODE = 'SP002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.signature_id IS NOT NULL THEN
    RAISE EXCEPTION 'a signed row of a review cannot change' USING ERRCODE = 'SP002';
  END IF;
  IF NEW.decided_by IS NOT NULL AND EXISTS (SELECT 1 FROM same_human(NEW.decided_by) AS account (id)
      WHERE account.id = NEW.owner_id) THEN
    RAISE EXCEPTION 'no one reviews their own access' USING ERRCODE = 'SP002';
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------- Triggers

CREATE CONSTRAINT TRIGGER tenant_seal_guard AFTER INSERT ON tenant_seal DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION tenant_seal_guard();
CREATE TRIGGER setup_guard BEFORE UPDATE ON setup FOR EACH ROW EXECUTE FUNCTION setup_guard();
CREATE TRIGGER access_review_guard BEFORE INSERT OR UPDATE ON access_review
  FOR EACH ROW EXECUTE FUNCTION access_review_guard();
CREATE TRIGGER access_review_row_guard BEFORE INSERT OR UPDATE ON access_review_row
  FOR EACH ROW EXECUTE FUNCTION access_review_row_guard();
CREATE TRIGGER agreement_guard BEFORE INSERT OR UPDATE ON agreement
  FOR EACH ROW EXECUTE FUNCTION agreement_guard();
CREATE TRIGGER invitation_guard BEFORE UPDATE ON invitation FOR EACH ROW EXECUTE FUNCTION invitation_guard();
CREATE TRIGGER identity_check_guard BEFORE INSERT ON identity_check
  FOR EACH ROW EXECUTE FUNCTION identity_check_guard();
CREATE TRIGGER roster_change_guard BEFORE INSERT OR UPDATE ON roster_change
  FOR EACH ROW EXECUTE FUNCTION roster_change_guard();

-- ---------------------------------------------------------------- Grants

GRANT USAGE ON SCHEMA public TO sealport_app, sealport_sequencer, sealport_retention, sealport_signer,
  sealport_custodian, sealport_auditor, sealport_jobs;
GRANT SELECT ON _prisma_migrations TO sealport_app, sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON tenant TO sealport_app;
GRANT SELECT ON tenant TO sealport_auditor;
-- Each part compares its tenant and its log with these at its start.
GRANT SELECT (id, log_origin) ON tenant TO sealport_sequencer, sealport_retention, sealport_signer;
GRANT SELECT, INSERT, UPDATE, DELETE ON organisation TO sealport_app;
GRANT SELECT ON organisation TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON agency TO sealport_app;
GRANT SELECT ON agency TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON participant TO sealport_app;
GRANT SELECT ON participant TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON app_user TO sealport_app;
GRANT SELECT ON app_user TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON duty TO sealport_app;
GRANT SELECT ON duty TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON membership TO sealport_app;
GRANT SELECT ON membership TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (used_at, revoked_at) ON invitation TO sealport_app;
GRANT SELECT, INSERT, UPDATE ON auth_session TO sealport_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential TO sealport_app;
GRANT SELECT, INSERT, DELETE ON identity_provider TO sealport_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth_challenge TO sealport_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON api_key TO sealport_app;
GRANT SELECT, INSERT, DELETE ON signature_nonce TO sealport_app;
GRANT SELECT, INSERT ON identity_check TO sealport_app;
GRANT SELECT ON identity_check TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, ended_at, ended_by, reason) ON roster_change TO sealport_app;
GRANT SELECT ON roster_change TO sealport_auditor;
GRANT SELECT, INSERT ON roster_agreement TO sealport_app;
GRANT SELECT ON roster_agreement TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, decision_reason) ON agreement TO sealport_app;
GRANT SELECT ON agreement TO sealport_auditor;
GRANT SELECT, INSERT ON tenant_seal TO sealport_app;
GRANT SELECT ON tenant_seal TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (token_hash, created_at, expires_at, organisation_id, first_user_id, second_user_id)
  ON setup TO sealport_app;
GRANT SELECT, INSERT ON flag_value TO sealport_app;
GRANT SELECT ON flag_value TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, cause, facts, at, by_user_id) ON readiness_check TO sealport_app;
GRANT SELECT ON readiness_check TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (state, ended_at, result, digest) ON access_review TO sealport_app;
GRANT SELECT ON access_review TO sealport_auditor;
GRANT SELECT, INSERT,
  UPDATE (decision, reason, decided_by, decided_at, agreement_id, facts, signature_id, paused)
  ON access_review_row TO sealport_app;
GRANT SELECT ON access_review_row TO sealport_auditor;
GRANT SELECT, INSERT ON access_review_signature TO sealport_app;
GRANT SELECT ON access_review_signature TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE ON scim_connection TO sealport_app;
GRANT SELECT ON scim_connection TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE (expires_at, last_used_at, revoked_at, calls) ON scim_token TO sealport_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON scim_user TO sealport_app;
GRANT SELECT ON scim_user TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON scim_group TO sealport_app;
GRANT SELECT ON scim_group TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_record TO sealport_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO sealport_app, sealport_jobs;
GRANT SELECT ON job TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON process_heartbeat TO sealport_app;
GRANT SELECT ON process_heartbeat TO sealport_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO sealport_app;
GRANT SELECT ON rate_limit TO sealport_auditor;

-- Only named roles call functions. Each file repeats this for its own functions.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION email_identity(text) TO sealport_app;
GRANT EXECUTE ON FUNCTION own_organisations(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION tenant_is_sealed(uuid) TO sealport_app;
GRANT EXECUTE ON FUNCTION same_human(uuid) TO sealport_app;
