import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { listGrants } from "@/lib/access/grants/list-grants";
import { listOwnNotices } from "@/lib/access/notices/list-notices";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { listRequests, listUnreadableRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { withdrawRequest, withdrawUnreadableRequest } from "@/lib/access/requests/withdraw-request";
import { scopesFor } from "@/lib/api-client/registry";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { listEvents } from "@/lib/audit/reading/list-events";
import { listQuarantine } from "@/lib/audit/reading/list-quarantine";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { EventQuery } from "@/lib/audit/schema";
import { listVerifications } from "@/lib/audit/self-check/list-verifications";
import { listAuthorities } from "@/lib/authorities/registry/list-authorities";
import { uuidv7 } from "@/lib/crypto/uuid";
import { listDisputes } from "@/lib/disputes/list-disputes";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { getHome } from "@/lib/home/get-home";
import { Home } from "@/lib/home/schema";
import { listOwnApiKeys } from "@/lib/identity/api-keys/list-api-keys";
import { listKeys } from "@/lib/keys/list-keys";
import { listDeliveries } from "@/lib/notify/deliveries/list-deliveries";
import { listWebhooks } from "@/lib/notify/webhooks/list-webhooks";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { plant, spoil, spoil as spoilRow, YEAR_10000 } from "@/lib/testing/benches/unreadable-row";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("one unreadable request", () => {
  const spoil = (table: string, change: string, id: string): Promise<void> =>
    spoilRow(bench.query, table, change, id);

  interface Alarm {
    readonly alarm?: string;
    readonly list?: string;
    readonly id?: string;
  }

  /** The person, with what their calls log as errors. */
  function listening(who: BenchPerson): { readonly who: BenchPerson; readonly alarms: Alarm[] } {
    const alarms: Alarm[] = [];
    const logger = Object.assign(Object.create(who.logger), { error: (facts: Alarm) => alarms.push(facts) });
    return { who: { ...who, logger }, alarms };
  }

  const PAGE = { limit: 50 } as const;

  describe("an unreadable request", () => {
    it("is shown by its id in the list and on the home, with an alarm, next to the others", async () => {
      const [bad, good] = [await bench.draft(), await bench.draft()];
      await spoil("access_request", `"until" = ${YEAR_10000}`, bad);
      const { who, alarms } = listening(bench.regulator);
      const page = await listRequests(who, PAGE);
      expect(page.unreadable).toEqual([{ id: bad, unreadable: true }]);
      expect(page.items.map(({ id }) => id)).toContain(good);
      expect(alarms).toContainEqual(
        expect.objectContaining({ alarm: "row.unreadable", list: "requests", id: bad, fault: "until" }),
      );
      const home = Home.parse(await getHome(who));
      expect(home.unreadable).toContainEqual({ id: bad, unreadable: true });
      expect(home.needs.map(({ subject }) => subject.id)).toContain(good);
      await expect(getRequest(bench.regulator, bad)).rejects.toMatchObject({ code: "request.unreadable" });
    });

    it.each([
      ["time", `"from" = ${YEAR_10000}`],
      ["query", `query = '{"from": 7}'`],
      ["state of a field", `groups = '{unheard-of}'`],
    ])("can be withdrawn by its requester: a broken %s", async (_name, change) => {
      const id = await bench.draft();
      await spoil("access_request", change, id);
      expect(await withdrawRequest(bench.regulator, id, "broken")).toMatchObject({
        id,
        unreadable: true,
        state: "withdrawn",
      });
      const { rows } = await bench.query("SELECT state FROM access_request WHERE id = $1", [id]);
      expect(rows).toEqual([{ state: "withdrawn" }]);
    });

    it("can be withdrawn by an administrator, who can withdraw no readable one", async () => {
      const admin = await bench.person({ role: "admin", hasKey: false });
      const [bad, good] = [await bench.draft(), await bench.draft()];
      await spoil("access_request", `"until" = ${YEAR_10000}`, bad);
      for (const [who, id] of [
        [bench.client, bad],
        [admin, bad],
      ] as const)
        await expect(withdrawRequest(who, id, undefined)).rejects.toMatchObject({
          code: "request-file.not-found",
        });
      expect(await listUnreadableRequests(admin, {})).toMatchObject({
        unreadable: expect.arrayContaining([{ id: bad, unreadable: true }]),
        next_cursor: null,
      });
      expect(await withdrawUnreadableRequest(admin, bad, "broken")).toMatchObject({
        id: bad,
        state: "withdrawn",
      });
      for (const id of [good, bad, uuidv7(1)])
        await expect(withdrawUnreadableRequest(admin, id, undefined)).rejects.toMatchObject({
          code: id === bad ? "request.illegal-transition" : "request-file.not-found",
        });
    });
  });

  interface Listed {
    readonly items: readonly unknown[];
    readonly unreadable?: readonly { readonly id: string }[] | undefined;
  }

  /** Each list: a row of it, a change that makes the row unreadable, and the list as someone reads it. */
  const LISTS: Readonly<
    Record<string, { table: string; change: string; make(): Promise<string>; list(): Promise<Listed> }>
  > = {
    grants: {
      table: "access_grant",
      change: `not_after = ${YEAR_10000}`,
      make: async () => {
        const id = await bench.file();
        await decideRequest(bench.legal, id, bench.approval("legal"));
        const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
        return grant_id;
      },
      list: () => listGrants(bench.regulator, PAGE),
    },
    preservations: {
      table: "preservation",
      change: `until = ${YEAR_10000}`,
      make: async () => {
        const transactions = [...bench.transactions];
        return (await preserveTransactions(bench.regulator, { transactions, reason: "Examination" })).id;
      },
      list: () => listPreservations(bench.regulator, PAGE),
    },
    disputes: {
      table: "dispute",
      change: `opened_at = ${YEAR_10000}`,
      make: async () => {
        // No field of it is sealed, so that the dispute needs no statement of a person on the roster.
        const participants = [bench.client.principal.participantId];
        const plain = { job_id: "job-2", amount: "7", currency: "EUR", confidential: false, participants };
        const made = await submitTransaction(bench.client, NewTransaction.parse(plain));
        const reason = NewDispute.parse({ reason: "The price is wrong." });
        return (await openDispute(bench.client, made.transaction_id, reason)).id;
      },
      list: () => listDisputes(bench.client, { ...PAGE, view: "all" }),
    },
    keys: {
      table: "key_version",
      change: `created_at = ${YEAR_10000}`,
      make: async () => (await listKeys(bench.client, PAGE)).items[0]?.key_id ?? "",
      list: () => listKeys(bench.client, PAGE),
    },
    transactions: {
      table: "transaction",
      change: `plain = '{"amount": 1, "unheard-of": {}}'`,
      make: async () => bench.transactions[0],
      list: () => listTransactions(bench.client, PAGE),
    },
  };

  describe("lists with an unreadable row", () => {
    it.each(Object.entries(LISTS))("%s show its id and all other rows", async (_name, one) => {
      const id = await one.make();
      const before = await one.list();
      expect(before.unreadable).toBeUndefined();
      await spoil(one.table, one.change, id);
      const after = await one.list();
      expect(after.unreadable).toEqual([{ id, unreadable: true }]);
      expect(after.items).toHaveLength(before.items.length - 1);
      await getHome(bench.regulator);
      await getHome(bench.client);
    });
  });
});

describe("lists with unreadable rows", () => {
  let compliance: BenchPerson;

  beforeAll(async () => {
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
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

  /** Each list with one row that cannot be read: how the row is made, and who reads the list. */
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
});
