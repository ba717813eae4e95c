-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "pseudonym" TEXT NOT NULL,
    "log_origin" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organisation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "zone" TEXT NOT NULL DEFAULT 'UTC',
    "weekly_hours" JSONB,
    "holidays" TEXT,
    "home_jurisdictions" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agency" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "legal_name" TEXT NOT NULL,
    "email_domains" TEXT[],
    "mandate_document_id" UUID,
    "contacts" JSONB NOT NULL DEFAULT '[]',
    "state" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agency_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "participant" (
    "id" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'legal',
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "participant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "participant_id" TEXT,
    "handle" TEXT NOT NULL,
    "pseudonym" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deactivated_at" TIMESTAMPTZ(6),

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "duty" (
    "user_id" UUID NOT NULL,
    "duty" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "granted_by" UUID,
    "granted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "duty_pkey" PRIMARY KEY ("user_id","duty")
);

-- CreateTable
CREATE TABLE "membership" (
    "user_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("user_id","organisation_id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "duties" TEXT[],
    "token_hash" BYTEA NOT NULL,
    "invited_by" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_session" (
    "sid" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "multi_factor_at" TIMESTAMPTZ(6),
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "device" TEXT,

    CONSTRAINT "auth_session_pkey" PRIMARY KEY ("sid")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "secret_hash" TEXT,
    "sealed" BYTEA,
    "public_key" BYTEA,
    "external_id" TEXT,
    "counter" BIGINT NOT NULL DEFAULT 0,
    "last_step" BIGINT,
    "label" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "label" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "addresses" TEXT[],
    "signing_key" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identity_check" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "officer_user_id" UUID NOT NULL,
    "checked_by_user_id" UUID NOT NULL,
    "domain_verified" BOOLEAN NOT NULL,
    "called_number_from_record" BOOLEAN NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "identity_check_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_version" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "participant_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "suite" TEXT NOT NULL DEFAULT 'X25519',
    "custody" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "private_blob" BYTEA,
    "kek_id" TEXT,
    "thumbprint" TEXT NOT NULL,
    "instance_signature" TEXT,
    "registration_entry_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state_changed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "key_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "escrow_epoch" (
    "epoch" INTEGER NOT NULL,
    "tenant_id" UUID NOT NULL,
    "suite" TEXT NOT NULL DEFAULT 'X25519',
    "public_key" TEXT NOT NULL,
    "custodian_signature" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "registration_entry_id" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "escrow_epoch_pkey" PRIMARY KEY ("tenant_id","epoch")
);

-- CreateTable
CREATE TABLE "key_challenge" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "key_version_id" UUID NOT NULL,
    "nonce" BYTEA NOT NULL,
    "context" TEXT NOT NULL,
    "expected_tag" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "key_challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_rotation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "participant_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "old_version" INTEGER NOT NULL,
    "new_version" INTEGER NOT NULL,
    "rewrapped" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "key_rotation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wrap" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "grp" TEXT NOT NULL,
    "gen" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "kid" TEXT NOT NULL,
    "participant_id" TEXT,
    "key_version_id" UUID,
    "epoch" INTEGER,
    "position" INTEGER NOT NULL,
    "suite" TEXT NOT NULL DEFAULT 'cfx1',
    "epk" TEXT NOT NULL,
    "encrypted_key" TEXT NOT NULL,
    "rotation_batch_id" UUID,

    CONSTRAINT "wrap_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transaction" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "job_id" TEXT NOT NULL,
    "submitter" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_before_dispute" TEXT,
    "confidential" BOOLEAN NOT NULL,
    "participants" TEXT[],
    "digest_list" TEXT[],
    "rd" TEXT,
    "meta" TEXT NOT NULL,
    "plain" JSONB,
    "occurred_at" TEXT,
    "access_policies" JSONB,
    "created_at" TEXT NOT NULL,
    "created_at_us" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "create_entry_id" UUID NOT NULL,
    "retention_class" TEXT NOT NULL DEFAULT 'standard',
    "hold_until" TIMESTAMPTZ(6),

    CONSTRAINT "transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transaction_participant" (
    "transaction_id" UUID NOT NULL,
    "participant_id" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "created_at_us" BIGINT NOT NULL,

    CONSTRAINT "transaction_participant_pkey" PRIMARY KEY ("transaction_id","participant_id")
);

-- CreateTable
CREATE TABLE "transaction_group" (
    "transaction_id" UUID NOT NULL,
    "grp" TEXT NOT NULL,
    "gen" INTEGER NOT NULL,
    "tenant_id" UUID NOT NULL,
    "ep" TEXT NOT NULL,
    "suite" TEXT NOT NULL DEFAULT 'cfx1',
    "field_count" INTEGER NOT NULL,
    "protected" TEXT NOT NULL,
    "iv" TEXT NOT NULL,
    "ciphertext" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    "bd" TEXT NOT NULL,
    "entry_id" UUID NOT NULL,
    "commitment" BYTEA,

    CONSTRAINT "transaction_group_pkey" PRIMARY KEY ("transaction_id","grp","gen")
);

-- CreateTable
CREATE TABLE "transaction_version" (
    "transaction_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "tenant_id" UUID NOT NULL,
    "change" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "at" TEXT NOT NULL,
    "by_user_id" UUID NOT NULL,
    "entry_id" UUID NOT NULL,

    CONSTRAINT "transaction_version_pkey" PRIMARY KEY ("transaction_id","version")
);

-- CreateTable
CREATE TABLE "escrow_registration" (
    "transaction_id" UUID NOT NULL,
    "grp" TEXT NOT NULL,
    "gen" INTEGER NOT NULL,
    "tenant_id" UUID NOT NULL,
    "bd" TEXT NOT NULL,
    "kid" TEXT NOT NULL,
    "signature" TEXT,
    "problem" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "registered_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "escrow_registration_pkey" PRIMARY KEY ("transaction_id","grp","gen")
);

-- CreateTable
CREATE TABLE "dispute" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "opened_by" UUID NOT NULL,
    "party" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "groups" TEXT[],
    "state" TEXT NOT NULL,
    "statement" JSONB,
    "opened_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(6),
    "resolution" TEXT,

    CONSTRAINT "dispute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dispute_note" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "dispute_id" UUID NOT NULL,
    "by_user_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dispute_note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_request" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "reference" TEXT NOT NULL,
    "requester_user_id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "justification" TEXT NOT NULL,
    "legal_basis" TEXT,
    "transactions" TEXT[],
    "query" JSONB,
    "groups" TEXT[],
    "level" TEXT NOT NULL,
    "from" TIMESTAMPTZ(6),
    "until" TIMESTAMPTZ(6),
    "max_views" INTEGER NOT NULL DEFAULT 20,
    "max_exports" INTEGER NOT NULL DEFAULT 5,
    "state" TEXT NOT NULL DEFAULT 'draft',
    "due_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 1,
    "digest" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "access_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "request_event" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "by_user_id" UUID,
    "kind" TEXT NOT NULL,
    "from_state" TEXT,
    "to_state" TEXT,
    "comment" TEXT,
    "details" JSONB,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "request_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "request_transition" (
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "event" TEXT NOT NULL,

    CONSTRAINT "request_transition_pkey" PRIMARY KEY ("from_state","to_state","event")
);

-- CreateTable
CREATE TABLE "legal_authorization" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "jurisdiction" TEXT NOT NULL,
    "case_number" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(6) NOT NULL,
    "valid_until" TIMESTAMPTZ(6) NOT NULL,
    "recognition_basis" TEXT,
    "sealed_basis" TEXT,
    "sealed_until" TIMESTAMPTZ(6),
    "state" TEXT NOT NULL,
    "document_id" UUID,
    "jws" TEXT,
    "cms" BYTEA,
    "record_digest" TEXT NOT NULL,
    "record" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "legal_authorization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "media_type" TEXT NOT NULL,
    "scan" TEXT NOT NULL,
    "dek_sealed" BYTEA NOT NULL,
    "iv" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "tag" BYTEA NOT NULL,
    "uploaded_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "decision" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "stage" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "approver_user_id" UUID NOT NULL,
    "comment" TEXT NOT NULL,
    "confirms" JSONB,
    "statement" JSONB NOT NULL,
    "proof_kind" TEXT NOT NULL,
    "proof" JSONB NOT NULL,
    "nonce" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "statement_nonce" (
    "nonce" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "statement" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "statement_nonce_pkey" PRIMARY KEY ("nonce")
);

-- CreateTable
CREATE TABLE "access_grant" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "authorization_id" UUID,
    "subject_user_id" UUID NOT NULL,
    "transactions" TEXT[],
    "groups" TEXT[],
    "level" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "not_before" TIMESTAMPTZ(6) NOT NULL,
    "not_after" TIMESTAMPTZ(6) NOT NULL,
    "max_views" INTEGER NOT NULL,
    "views_used" INTEGER NOT NULL DEFAULT 0,
    "max_exports" INTEGER NOT NULL,
    "exports_used" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "assurance" TEXT NOT NULL,
    "custodian_receipt" TEXT,
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_by" UUID,
    "revoke_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "access_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "opening" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "grant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "statement" JSONB NOT NULL,
    "nonce" TEXT NOT NULL,
    "reply_key" BYTEA,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),

    CONSTRAINT "opening_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "disclosure" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "grant_id" UUID,
    "user_id" UUID NOT NULL,
    "groups" TEXT[],
    "level" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "intent_entry_id" UUID NOT NULL,
    "outcome_entry_id" UUID,
    "outcome" TEXT NOT NULL DEFAULT 'intent',
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "disclosure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preservation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "requested_by" UUID NOT NULL,
    "transactions" TEXT[],
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "released_at" TIMESTAMPTZ(6),

    CONSTRAINT "preservation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_version" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "policy" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "author" UUID,
    "approved_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "active_from" TIMESTAMPTZ(6),

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "principal" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "body_hmac" BYTEA NOT NULL,
    "status" INTEGER,
    "headers" JSONB,
    "ids" JSONB,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("principal","key")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "payload" JSONB NOT NULL DEFAULT '{}',
    "progress" JSONB NOT NULL DEFAULT '{}',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "run_after" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "locked_until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "process_heartbeat" (
    "name" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "process_heartbeat_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "log" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "size" BIGINT NOT NULL DEFAULT 0,
    "root" BYTEA NOT NULL,
    "chain" BYTEA NOT NULL,
    "frontier" BYTEA[],
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("log")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "log" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "at" TEXT NOT NULL,
    "class" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "xid" xid8,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_part" (
    "entry_id" UUID NOT NULL,
    "c" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "compartment_id" UUID NOT NULL,
    "stored" BYTEA NOT NULL,

    CONSTRAINT "audit_part_pkey" PRIMARY KEY ("entry_id","c")
);

-- CreateTable
CREATE TABLE "audit_compartment" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "sealed_key" BYTEA,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(6),

    CONSTRAINT "audit_compartment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_queue" (
    "id" BIGSERIAL NOT NULL,
    "entry_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "xid" xid8,

    CONSTRAINT "audit_queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_leaf" (
    "log" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "entry_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "leaf_hash" BYTEA NOT NULL,
    "chain" BYTEA NOT NULL,
    "integrated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_leaf_pkey" PRIMARY KEY ("log","seq")
);

-- CreateTable
CREATE TABLE "audit_tile" (
    "log" TEXT NOT NULL,
    "level" INTEGER NOT NULL,
    "index" BIGINT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "width" INTEGER NOT NULL,
    "hashes" BYTEA NOT NULL,

    CONSTRAINT "audit_tile_pkey" PRIMARY KEY ("log","level","index")
);

-- CreateTable
CREATE TABLE "audit_checkpoint" (
    "log" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "witnesses" JSONB NOT NULL DEFAULT '[]',
    "time_stamp" BYTEA,
    "published_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("log","size")
);

-- CreateTable
CREATE TABLE "audit_index" (
    "entry_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "at" TEXT NOT NULL,
    "actor" TEXT,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "purpose" TEXT,
    "transaction_id" UUID,
    "participant_id" TEXT,
    "request_id" UUID,
    "grant_id" UUID,
    "case_id" UUID,
    "is_access" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "audit_index_pkey" PRIMARY KEY ("entry_id")
);

-- CreateTable
CREATE TABLE "audit_action_rule" (
    "table_name" TEXT NOT NULL,
    "op" TEXT NOT NULL,
    "action" TEXT NOT NULL,

    CONSTRAINT "audit_action_rule_pkey" PRIMARY KEY ("table_name","op","action")
);

-- CreateTable
CREATE TABLE "audit_verification" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "by_user_id" UUID,
    "state" TEXT NOT NULL,
    "report" JSONB,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "audit_verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_export" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "by_user_id" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "sha256" TEXT,
    "entries" BIGINT,
    "state" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_export_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenant_pseudonym_key" ON "tenant"("pseudonym");

-- CreateIndex
CREATE INDEX "organisation_tenant_id_idx" ON "organisation"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "agency_organisation_id_key" ON "agency"("organisation_id");

-- CreateIndex
CREATE INDEX "participant_tenant_id_idx" ON "participant"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_handle_key" ON "app_user"("handle");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_pseudonym_key" ON "app_user"("pseudonym");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "app_user_tenant_id_idx" ON "app_user"("tenant_id");

-- CreateIndex
CREATE INDEX "app_user_participant_id_idx" ON "app_user"("participant_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");

-- CreateIndex
CREATE INDEX "auth_session_user_id_idx" ON "auth_session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "credential_external_id_key" ON "credential"("external_id");

-- CreateIndex
CREATE INDEX "credential_user_id_idx" ON "credential"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");

-- CreateIndex
CREATE INDEX "api_key_user_id_idx" ON "api_key"("user_id");

-- CreateIndex
CREATE INDEX "identity_check_officer_user_id_idx" ON "identity_check"("officer_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "key_version_public_key_key" ON "key_version"("public_key");

-- CreateIndex
CREATE INDEX "key_version_tenant_id_idx" ON "key_version"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "key_version_participant_id_version_key" ON "key_version"("participant_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "escrow_epoch_public_key_key" ON "escrow_epoch"("public_key");

-- CreateIndex
CREATE UNIQUE INDEX "key_challenge_nonce_key" ON "key_challenge"("nonce");

-- CreateIndex
CREATE INDEX "key_rotation_participant_id_idx" ON "key_rotation"("participant_id");

-- CreateIndex
CREATE INDEX "wrap_key_version_id_idx" ON "wrap"("key_version_id");

-- CreateIndex
CREATE INDEX "wrap_participant_id_idx" ON "wrap"("participant_id");

-- CreateIndex
CREATE UNIQUE INDEX "wrap_transaction_id_grp_gen_kid_key" ON "wrap"("transaction_id", "grp", "gen", "kid");

-- CreateIndex
CREATE INDEX "transaction_tenant_id_created_at_us_id_idx" ON "transaction"("tenant_id", "created_at_us", "id");

-- CreateIndex
CREATE INDEX "transaction_tenant_id_job_id_idx" ON "transaction"("tenant_id", "job_id");

-- CreateIndex
CREATE INDEX "transaction_participant_participant_id_created_at_us_transa_idx" ON "transaction_participant"("participant_id", "created_at_us", "transaction_id");

-- CreateIndex
CREATE INDEX "dispute_transaction_id_idx" ON "dispute"("transaction_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_request_reference_key" ON "access_request"("reference");

-- CreateIndex
CREATE INDEX "access_request_tenant_id_state_idx" ON "access_request"("tenant_id", "state");

-- CreateIndex
CREATE INDEX "access_request_requester_user_id_idx" ON "access_request"("requester_user_id");

-- CreateIndex
CREATE INDEX "request_event_request_id_at_idx" ON "request_event"("request_id", "at");

-- CreateIndex
CREATE INDEX "legal_authorization_request_id_idx" ON "legal_authorization"("request_id");

-- CreateIndex
CREATE INDEX "document_request_id_idx" ON "document"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "decision_nonce_key" ON "decision"("nonce");

-- CreateIndex
CREATE INDEX "decision_request_id_idx" ON "decision"("request_id");

-- CreateIndex
CREATE INDEX "access_grant_subject_user_id_idx" ON "access_grant"("subject_user_id");

-- CreateIndex
CREATE INDEX "access_grant_request_id_idx" ON "access_grant"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "opening_nonce_key" ON "opening"("nonce");

-- CreateIndex
CREATE INDEX "disclosure_transaction_id_idx" ON "disclosure"("transaction_id");

-- CreateIndex
CREATE INDEX "disclosure_grant_id_idx" ON "disclosure"("grant_id");

-- CreateIndex
CREATE UNIQUE INDEX "policy_version_policy_version_key" ON "policy_version"("policy", "version");

-- CreateIndex
CREATE INDEX "idempotency_record_expires_at_idx" ON "idempotency_record"("expires_at");

-- CreateIndex
CREATE INDEX "job_state_run_after_idx" ON "job"("state", "run_after");

-- CreateIndex
CREATE UNIQUE INDEX "job_kind_subject_key" ON "job"("kind", "subject");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- CreateIndex
CREATE INDEX "audit_part_compartment_id_idx" ON "audit_part"("compartment_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_compartment_tenant_id_kind_subject_key" ON "audit_compartment"("tenant_id", "kind", "subject");

-- CreateIndex
CREATE INDEX "audit_queue_entry_id_idx" ON "audit_queue"("entry_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_leaf_entry_id_key" ON "audit_leaf"("entry_id");

-- CreateIndex
CREATE INDEX "audit_index_tenant_id_at_idx" ON "audit_index"("tenant_id", "at");

-- CreateIndex
CREATE INDEX "audit_index_tenant_id_actor_at_idx" ON "audit_index"("tenant_id", "actor", "at");

-- CreateIndex
CREATE INDEX "audit_index_tenant_id_action_at_idx" ON "audit_index"("tenant_id", "action", "at");

-- CreateIndex
CREATE INDEX "audit_index_transaction_id_at_idx" ON "audit_index"("transaction_id", "at");

-- CreateIndex
CREATE INDEX "audit_index_participant_id_at_idx" ON "audit_index"("participant_id", "at");
