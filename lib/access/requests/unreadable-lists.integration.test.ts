import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listOwnNotices } from "@/lib/access/notices/list-notices";
import { listRequests } from "@/lib/access/requests/list-requests";
import { scopesFor } from "@/lib/api-client/registry";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { listEvents } from "@/lib/audit/reading/list-events";
import { listQuarantine } from "@/lib/audit/reading/list-quarantine";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { EventQuery } from "@/lib/audit/schema";
import { listVerifications } from "@/lib/audit/self-check/list-verifications";
import { listAuthorities } from "@/lib/authorities/registry/list-authorities";
import { uuidv7 } from "@/lib/crypto/uuid";
import { getHome } from "@/lib/home/get-home";
import { listOwnApiKeys } from "@/lib/identity/api-keys/list-api-keys";
import { listDeliveries } from "@/lib/notify/deliveries/list-deliveries";
import { listWebhooks } from "@/lib/notify/webhooks/list-webhooks";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { plant, spoil, YEAR_10000 } from "@/lib/testing/benches/unreadable-row";

let bench: AccessBench;
let compliance: BenchPerson;

beforeAll(async () => {
  bench = await createAccessBench();
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
});
afterAll(async () => {
  await bench?.close();
});

const PAGE = { limit: 50 } as const;
const text = (value: string): string => `'${value}'`;
const newId = (): string => uuidv7(Date.now());

interface Listed {
  readonly unreadable?: readonly { readonly id: string }[] | undefined;
}

/** What every planted row has. */
function own(who: BenchPerson, by: string): Readonly<Record<string, string>> & { readonly id: string } {
  const { tenantId, userId } = who.principal;
  return { id: text(newId()), tenant_id: text(tenantId), [by]: text(userId) };
}

async function plantIn(table: string, row: Readonly<Record<string, string>> & { readonly id: string }) {
  await plant(bench.query, table, row);
  return row.id.replaceAll("'", "");
}

function webhook(created_at: string): Promise<string> {
  return plantIn("webhook", {
    ...own(bench.client, "user_id"),
    name: "'hook'",
    url: "'https://hooks.example.org/a'",
    kinds: "'{}'",
    secret: "'\\x00'",
    secret_at: "now()",
    created_at,
  });
}

/** Each list with one row that cannot be read: how the row comes to be, and the list as someone reads it. */
const LISTS: Readonly<Record<string, { make(): Promise<string>; list(id: string): Promise<Listed> }>> = {
  webhooks: { make: () => webhook(YEAR_10000), list: () => listWebhooks(bench.client, PAGE) },
  exports: {
    make: async () => {
      await bench.query("ALTER TABLE audit_export DROP CONSTRAINT audit_export_times_sane", []);
      return plantIn("audit_export", {
        ...own(compliance, "by_user_id"),
        format: "'ndjson'",
        filter: "'{}'",
        state: "'running'",
        started_at: YEAR_10000,
      });
    },
    list: () => listExports(compliance, PAGE),
  },
  verifications: {
    make: () =>
      plantIn("audit_verification", {
        ...own(bench.auditor, "by_user_id"),
        state: "'failed'",
        started_at: YEAR_10000,
      }),
    list: () => listVerifications(bench.auditor, PAGE),
  },
  erasures: {
    make: () =>
      plantIn("audit_erasure", {
        ...own(compliance, "asked_by"),
        compartment_id: "(SELECT id FROM audit_compartment WHERE kind = 'subject' LIMIT 1)",
        reason: "'asked'",
        asked_at: YEAR_10000,
      }),
    list: () => listErasures(compliance, PAGE),
  },
  authorities: {
    make: () =>
      plantIn("authority", {
        ...own(compliance, "proposed_by"),
        kind: "'key'",
        issuer: "'Court'",
        jurisdiction: "'DE'",
        kid: "'k1'",
        public_key: "'AA'",
        digest: "'AA'",
        valid_from: "now()",
        valid_until: YEAR_10000,
        proposed_at: "now()",
      }),
    list: () => listAuthorities(compliance, PAGE),
  },
  "notices of a participant": {
    make: async () => {
      const request_id = text(await bench.draft());
      return plantIn("subject_notice", {
        ...own(bench.legal, "user_id"),
        request_id,
        participant_id: text(bench.client.principal.participantId),
        state: "'sent'",
        transactions: `ARRAY[${text(bench.transactions[0])}]::uuid[]`,
        groups: "'{amount}'",
        first_at: YEAR_10000,
        last_at: YEAR_10000,
        at: "now()",
      });
    },
    list: () => listOwnNotices(bench.client, PAGE),
  },
  "quarantined entries": {
    make: async () => {
      const { rows } = await bench.query("SELECT entry_id::text FROM audit_queue LIMIT 1", []);
      const [{ entry_id }] = rows as [{ entry_id: string }];
      const { tenantId } = compliance.principal;
      const row = { entry_id: text(entry_id), tenant_id: text(tenantId), reason: "'unheard'" };
      await plant(bench.query, "audit_quarantine", row);
      return entry_id;
    },
    list: () => listQuarantine(compliance, PAGE),
  },
  "entries of the log": {
    make: async () => {
      await bench.integrate();
      const { rows } = await bench.query(
        "SELECT i.entry_id::text FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id WHERE i.case_id IS NULL ORDER BY l.seq DESC LIMIT 1",
        [],
      );
      const [{ entry_id }] = rows as [{ entry_id: string }];
      await spoil(bench.query, "audit_index", "outcome = 'unheard'", entry_id, "entry_id");
      return entry_id;
    },
    list: () => listEvents(bench.auditor, EventQuery.parse({ limit: "200" })),
  },
  "API keys": {
    make: () =>
      plantIn("api_key", {
        ...own(bench.client, "user_id"),
        label: "'key'",
        prefix: "'spk_unread'",
        secret_hash: "'\\x00'",
        scopes: "'{}'",
        created_at: YEAR_10000,
      }),
    list: () => listOwnApiKeys({ ...bench.client, scopesFor }, PAGE),
  },
  "requests with an unreadable legal authority": {
    make: async () => {
      const id = await bench.file();
      await spoil(bench.query, "legal_authorization", "kind = 'unheard'", id, "request_id");
      return id;
    },
    list: () => listRequests(bench.regulator, PAGE),
  },
};

describe("lists of every room", () => {
  it.each(Object.entries(LISTS))("%s show the id of an unreadable row", async (_name, one) => {
    const id = await one.make();
    const { unreadable = [] } = await one.list(id);
    expect(unreadable).toContainEqual({ id, unreadable: true });
  });

  it.each([
    ["message", (id: string) => spoil(bench.query, "notify_delivery", `next_at = ${YEAR_10000}`, id)],
    [
      "attempt",
      (id: string) =>
        plant(bench.query, "notify_attempt", {
          delivery_id: text(id),
          number: "1",
          tenant_id: text(bench.client.principal.tenantId),
          at: YEAR_10000,
          outcome: "'timeout'",
          took_ms: "1",
        }),
    ],
  ] as const)("deliveries of a webhook show the id of an unreadable %s", async (_what, breakIt) => {
    const hook = await webhook("now()");
    const id = await plantIn("notify_delivery", {
      ...own(bench.client, "user_id"),
      channel: "'webhook'",
      webhook_id: text(hook),
      event_id: text(newId()),
      kind: "'request'",
      subject: text(newId()),
      state: "'submitted'",
      at: "now()",
      next_at: "now()",
    });
    expect((await listDeliveries(bench.client, hook, PAGE)).items).toHaveLength(1);
    await breakIt(id);
    const { items, unreadable } = await listDeliveries(bench.client, hook, PAGE);
    expect([items, unreadable]).toEqual([[], [{ id, unreadable: true }]]);
  });

  it("leave the home readable for every person", async () => {
    for (const who of [bench.client, bench.regulator, bench.auditor, bench.legal, compliance])
      await getHome(who);
  });
});
