import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveAlert } from "@/lib/alerts/act-on-alert";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { evaluateRules } from "@/lib/alerts/rules/evaluate-rules";
import { getThresholds, setThreshold } from "@/lib/alerts/rules/set-threshold";
import { ThresholdQuery } from "@/lib/alerts/rules/thresholds";
import { AlertQuery } from "@/lib/alerts/schema";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { OWN_APPROVAL } from "@/lib/errors";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: UseCaseBench;
let owner: Client;
let admin: Context;
beforeAll(async () => {
  bench = await createUseCaseBench();
  owner = new Client({ connectionString: bench.database.adminUrl });
  await owner.connect();
  admin = await bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
});
afterAll(async () => {
  await owner?.end();
  await bench?.close();
});

const event = (more: Partial<AuditEvent>): AuditEvent => ({
  class: "access",
  outcome: "denied",
  action: "request.read",
  subjects: [],
  ...more,
});
const times = async (count: number, act: () => Promise<unknown>) => {
  for (let i = 0; i < count; i += 1) await act();
};
const evaluate = async (more: object = {}) => {
  await bench.integrate();
  await evaluateRules({ ...bench.cx, system: "portal", ...more });
};
const alertsOf = async (name: string) =>
  (await listAlerts(admin, AlertQuery.parse({ limit: "500" }))).items.filter((one) => one.name === name);
const subjects = async (name: string) => (await alertsOf(name)).map(({ subject }) => subject);

describe("the rules over the log", () => {
  it("find a burst of refusals at its figure, with the numbers of its entries, and not just under it", async () => {
    const who = await bench.person({ role: "auditor" });
    const other = await bench.person({ role: "auditor" });
    await times(10, () => recordEvent(who, event({})));
    await times(9, () => recordEvent(other, event({})));
    await times(1, () => recordEvent(other, event({ outcome: "done" })));
    await evaluate();
    const [alert, ...more] = await alertsOf("denial-burst");
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ subject: `actor:${who.principal.pseudonym}`, count: 10 });
    const { rows } = await bench.appPool.query(
      "SELECT l.seq::int FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id WHERE i.actor = $1 ORDER BY l.seq",
      [who.principal.pseudonym],
    );
    expect(alert?.entries).toEqual(rows.map(({ seq }) => seq));
  });

  it("forget what is older than their window, and leave suspicions out", async () => {
    const who = await bench.person({ role: "auditor" });
    await times(10, () => recordEvent(who, event({})));
    const hidden = await bench.person({ role: "auditor" });
    await times(10, () => recordEvent(hidden, event({ suspicion: { text: "x" } })));
    await bench.integrate();
    const after = fixedClock(new Date(Date.now() + 11 * 60_000));
    await evaluate({ clock: after });
    expect(await subjects("denial-burst")).not.toContain(`actor:${who.principal.pseudonym}`);
    await evaluate();
    expect(await subjects("denial-burst")).toContain(`actor:${who.principal.pseudonym}`);
    expect(await subjects("denial-burst")).not.toContain(`actor:${hidden.principal.pseudonym}`);
  });

  it("find openings while the office is closed, by the hours of the person's organisation", async () => {
    const [closed, open] = [
      await bench.person({ role: "regulator" }),
      await bench.person({ role: "regulator" }),
    ];
    const always = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, ["00:00", "24:00"]]));
    const setHours = (cx: Context, hours: object) =>
      owner.query("UPDATE organisation SET weekly_hours = $2 WHERE id = $1", [
        cx.principal.organisationId,
        hours,
      ]);
    await pastTriggers(owner, ["organisation"], async () => {
      await setHours(closed, {});
      await setHours(open, always);
    });
    const opening = event({ class: "disclosure", outcome: "done", action: "disclosure.open" });
    for (const who of [closed, open]) await times(20, () => recordEvent(who, opening));
    await evaluate();
    expect(await subjects("off-hours-reads")).toEqual([`actor:${closed.principal.pseudonym}`]);
  });

  it("find an attempt to decide on one's own request", async () => {
    const requester = await bench.person({ role: "regulator" });
    const other = await bench.person({ role: "coordinator", duties: ["legal"] });
    const requestId = uuidv7(Date.now());
    await pastTriggers(owner, ["access_request"], () =>
      owner.query(
        `INSERT INTO access_request (id, tenant_id, reference, requester_user_id, organisation_id, purpose, justification, transactions, groups, level)
         VALUES ($1, $2, 'AR-2026-00000001', $3, $4, 'court', 'x', '{}', '{}', 'full')`,
        [requestId, bench.place.tenantId, requester.principal.userId, requester.principal.organisationId],
      ),
    );
    const attempt = event({ action: "request.decide", index: { requestId } });
    await recordEvent(other, attempt);
    await recordEvent(requester, attempt);
    await evaluate();
    expect(await subjects("self-approval")).toEqual([`actor:${requester.principal.pseudonym}`]);
  });

  it("find an attempt to approve one's own change, whatever it is", async () => {
    const asker = await bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
    await recordEvent(asker, event({ class: "admin", action: "agreement.agree" }));
    await evaluate();
    expect(await subjects("self-approval")).not.toContain(`actor:${asker.principal.pseudonym}`);
    await recordEvent(asker, event({ class: "admin", action: OWN_APPROVAL }));
    await evaluate();
    expect(await subjects("self-approval")).toContain(`actor:${asker.principal.pseudonym}`);
  });

  it("find a verification that the log records as failed", async () => {
    const check = event({ class: "log", action: "audit.verify", outcome: "done" });
    await recordEvent({ ...bench.cx, system: "worker" }, check);
    await evaluate();
    expect(await alertsOf("integrity")).toEqual([]);
    await recordEvent({ ...bench.cx, system: "worker" }, { ...check, outcome: "failed" });
    await evaluate();
    await evaluate();
    expect(await alertsOf("integrity")).toMatchObject([
      { subject: "instance", count: 1, severity: "critical" },
    ]);
  });

  it("find openings through escrow without an order, and a grant near its cap", async () => {
    const who = await bench.person({ role: "coordinator", duties: ["break-glass"] });
    const [glass, grant, disclosure] = [uuidv7(1), uuidv7(2), uuidv7(3)];
    const opening = { class: "disclosure", outcome: "done", action: "disclosure.open" } as const;
    await recordEvent(who, event({ ...opening, index: { transactionId: disclosure } }));
    await bench.integrate();
    const { rows } = await bench.appPool.query(
      "SELECT entry_id, seq::int FROM audit_leaf ORDER BY seq DESC LIMIT 1",
    );
    const { entry_id: entry, seq } = rows[0];
    const { tenantId } = bench.place;
    const { userId } = who.principal;
    await pastTriggers(owner, ["break_glass", "access_grant", "disclosure"], async () => {
      await owner.query(
        `INSERT INTO break_glass (id, tenant_id, holder_user_id, reason, statement, signature, proof_kind, nonce, began_at, review_by)
         VALUES ($1, $2, $3, 'A person is in danger of their life', '{}', '{}', 'evaluation', 'n-1', now(), now())`,
        [glass, tenantId, userId],
      );
      await owner.query(
        `INSERT INTO access_grant (id, tenant_id, break_glass_id, subject_user_id, transactions, level, purpose, not_before,
           not_after, max_views, views_used, max_exports, state, policy_version, assurance)
         VALUES ($1, $2, $3, $4, '{t}', 'masked', 'support', now(), now() + interval '1 hour', 10, 8, 0, 'active', '1', 'evaluation')`,
        [grant, tenantId, glass, userId],
      );
      await owner.query(
        `INSERT INTO disclosure (id, tenant_id, transaction_id, grant_id, user_id, groups, level, purpose, via, intent_entry_id, outcome_entry_id, outcome)
         VALUES ($1, $2, $1, $3, $4, '{amount}', 'masked', 'support', 'escrow', $5, $5, 'done')`,
        [disclosure, tenantId, grant, userId, entry],
      );
    });
    await evaluate();
    const found = [{ subject: `grant:${grant}`, entries: [seq] }];
    expect(await alertsOf("escrow-without-order")).toMatchObject(found);
    expect(await alertsOf("grant-near-cap")).toMatchObject(found);
    // The holder cannot end the alert about their own opening, whatever duty they have.
    const [alert] = await alertsOf("escrow-without-order");
    const holder = { ...who, principal: { ...who.principal, duties: ["compliance"] as const } };
    expect(await outcomeOf(resolveAlert(holder, alert?.id ?? "", { reason: "mine" }))).toBe("alert.own");
  });
});

describe("a figure of the rules", () => {
  it("has its default until an administrator sets it, which the log records", async () => {
    const listed = async () => (await getThresholds(admin, ThresholdQuery.parse({}))).items;
    const denials = async () => (await listed()).find(({ name }) => name === "denials");
    expect(await denials()).toMatchObject({ value: 10, usual: 10, changed_by: null });
    const answer = await setThreshold(admin, "denials", { value: 3 });
    expect(answer).toMatchObject({ value: 3, changed_by: admin.principal.name, receipt: expect.anything() });
    await setThreshold(admin, "denials", { value: 4 });
    expect(await denials()).toMatchObject({ value: 4, usual: 10, changed_by: admin.principal.name });
    const who = await bench.person({ role: "auditor" });
    await times(4, () => recordEvent(who, event({})));
    await evaluate();
    expect(await subjects("denial-burst")).toContain(`actor:${who.principal.pseudonym}`);
    const { rows } = await bench.appPool.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'alert.threshold'",
    );
    expect(rows[0].n).toBe(2);
  });

  it("is refused outside its bounds", async () => {
    for (const value of [1, 10_001])
      expect(await outcomeOf(setThreshold(admin, "denials", { value }))).toBe("request.invalid");
    expect(await outcomeOf(setThreshold(admin, "grant_cap_percent", { value: 101 }))).toBe("request.invalid");
  });
});
