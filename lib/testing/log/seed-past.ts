import "server-only";
import { Client } from "pg";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { seedIndex } from "@/lib/testing/log/seed-index";

/** What a row of the past has: everything is over, a year ago. */
const PAST = "timestamptz '2025-06-01' + n * interval '1 second'";

/** Columns and values of rows of the past, by table. `n` counts them, `ids.id` is a row's own id. */
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  transaction: {
    id: "id",
    job_id: "'job-' || n % 1000",
    submitter: "'party-' || n % 100",
    status: "'settled'",
    confidential: "true",
    participants: "ARRAY['party-' || n % 100]",
    digest_list: "ARRAY['x']",
    meta: "'m'",
    created_at: "'2025-06-01T00:00:00.000000Z'",
    created_at_us: "1748736000000000 + n",
    create_entry_id: "other",
  },
  transaction_participant: {
    transaction_id: "id",
    participant_id: "'party-' || n % 100",
    created_at_us: "1748736000000000 + n",
  },
  transaction_group: {
    transaction_id: "id",
    grp: "'amount'",
    gen: "1",
    ep: "'ep'",
    field_count: "1",
    protected: "'p'",
    iv: "'i'",
    ciphertext: "repeat('c', 200)",
    tag: "'t'",
    bd: "'bd'",
    entry_id: "other",
  },
  transaction_version: {
    transaction_id: "id",
    version: "1",
    change: "'created'",
    at: "'2025-06-01T00:00:00.000000Z'",
    by_user_id: "other",
    entry_id: "other",
  },
  wrap: {
    transaction_id: "id",
    grp: "'amount'",
    gen: "1",
    kind: "'escrow'",
    kid: "'escrow#1'",
    epoch: "1",
    position: "0",
    epk: "'e'",
    encrypted_key: "'k'",
  },
  escrow_registration: {
    transaction_id: "id",
    grp: "'amount'",
    gen: "1",
    bd: "'bd'",
    kid: "'escrow#1'",
    signature: "'s'",
    registered_at: PAST,
    due_at: "NULL",
  },
  disclosure: {
    id: "other",
    transaction_id: "id",
    user_id: "other",
    groups: "ARRAY['amount']",
    level: "'full'",
    purpose: "'settlement'",
    via: "'party'",
    intent_entry_id: "other",
    outcome_entry_id: "id",
    outcome: "'done'",
    at: PAST,
  },
  auth_session: {
    sid: "id::text",
    user_id: "other",
    created_at: PAST,
    last_seen_at: PAST,
    expires_at: `${PAST} + interval '1 hour'`,
    revoked_at: `${PAST} + interval '1 hour'`,
    end_reason: "'sign-out'",
    method: "'password'",
    proved_at: PAST,
    standing: "'s'",
  },
  // Older ones are deleted.
  notification: {
    id: "id",
    user_id: "person",
    event_id: "other",
    kind: "'request'",
    subject: "'request:' || id",
    state: "'closed'",
    at: "now()",
    read_at: "now()",
  },
  notify_delivery: {
    id: "id",
    channel: "'mail'",
    user_id: "person",
    event_id: "other",
    kind: "'request'",
    subject: "'request:' || id",
    state: "'closed'",
    at: "now()",
    status: "'delivered'",
    next_at: "now()",
    ended_at: "now()",
  },
  access_request: {
    id: "id",
    reference: "'R-' || n",
    requester_user_id: "person",
    organisation_id: "other",
    purpose: "'support'",
    justification: "'j'",
    transactions: "ARRAY[other::text]",
    groups: "ARRAY['amount']",
    level: "'masked'",
    state: "'closed'",
    created_at: PAST,
    updated_at: PAST,
  },
  request_event: { id: "other", request_id: "id", kind: "'close'", to_state: "'closed'", at: PAST },
  access_grant: {
    id: "other",
    request_id: "id",
    subject_user_id: "person",
    transactions: "ARRAY[other::text]",
    groups: "ARRAY['amount']",
    level: "'masked'",
    purpose: "'support'",
    not_before: PAST,
    not_after: `${PAST} + interval '1 day'`,
    max_views: "20",
    max_exports: "0",
    state: "'ended'",
    policy_version: "'p'",
    assurance: "'signed'",
    revoked_at: PAST,
    created_at: PAST,
  },
};

/**
 * Puts `count` rows of the past into every table that grows with use, past every trigger. Nothing is left to do for any
 * of them. For tests of how much a statement reads, not of their content.
 */
export async function seedPast(bench: AuditBench, person: string, count: number): Promise<void> {
  await seedIndex(bench, count);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    await admin.query(
      `CREATE TEMP TABLE ids AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS other, $1::uuid AS person
       FROM generate_series(1, $2::int) AS n`,
      [person, count],
    );
    await pastTriggers(admin, Object.keys(TABLES), async () => {
      for (const [table, columns] of Object.entries(TABLES)) {
        const names = Object.keys(columns).map((name) => `"${name}"`);
        await admin.query(
          `INSERT INTO ${table} (tenant_id, ${names.join(", ")})
           SELECT '${bench.place.tenantId}'::uuid, ${Object.values(columns).join(", ")} FROM ids`,
        );
      }
    });
    await admin.query("VACUUM ANALYZE");
  } finally {
    await admin.end();
  }
}
