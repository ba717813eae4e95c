import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { uuidv7 } from "@/lib/crypto/uuid";
import { simulate } from "@/lib/policies/simulate/simulate";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf } from "@/lib/testing/benches/refusal";

let bench: AccessBench;
/** Reads policies, and simulates, with the compliance duty. */
let anke: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  const policies = await openBenchPolicies(bench.cx);
  const duties = ["compliance"] as const;
  const person = await bench.person({ role: "coordinator", duties, hasKey: false, organisation: "operator" });
  anke = { ...person, policies };
});
afterAll(() => bench?.close());

const real = (person: BenchPerson, change: object = {}) => ({
  kind: "record" as const,
  person: person.principal.userId,
  transaction_id: bench.transactions[0],
  purpose: "settlement" as const,
  reason_outside_hours: false,
  ...change,
});
const AUDITOR = { role: "auditor", purpose: "audit", grant: "request", authority: "court_order" };

describe("simulator", () => {
  it("decides made-up facts, names the rule, and what would have to change", async () => {
    const example = ExampleFacts.parse({ ...AUDITOR, weekday: 7 });
    expect(await simulate(anke, { kind: "example", example })).toMatchObject({
      number: 1,
      allowed: false,
      policies: ["hours-auditor"],
      what_if: [
        { fact: "weekday", value: "1" },
        { fact: "override", value: "yes" },
      ],
      person: null,
    });
    const allowed = await simulate(anke, { kind: "example", example: { ...example, weekday: 2 } });
    expect(allowed).toMatchObject({ allowed: true, policies: ["auditor-grant"], what_if: [], reasons: [] });
  });

  it("decides about a person and a record as an opening would, and opens nothing", async () => {
    const done = await simulate(anke, real(bench.client));
    expect(done).toMatchObject({ allowed: true, policies: ["client-own"], person: { role: "client" } });
    expect(done.fields.length).toBeGreaterThan(0);
    expect(done.fields.every(({ level }) => level === "full")).toBe(true);
    const other = await simulate(anke, real(bench.client, { purpose: "audit" }));
    expect(other).toMatchObject({ allowed: false, reasons: [{ id: "default.purpose" }] });
    expect(other.what_if).toContainEqual({ fact: "purpose", value: "settlement" });
    const opened = await bench.query("SELECT count(*)::int AS n FROM disclosure", []);
    expect(opened.rows).toEqual([{ n: 0 }]);
  });

  it("decides about any person of a role and a record: a party, or a holder of a grant under a court order", async () => {
    const of = (
      role: "client" | "regulator" | "admin",
      purpose: "audit" | "settlement",
      change: object = {},
    ) =>
      simulate(anke, {
        ...{ kind: "role", role, purpose, transaction_id: bench.transactions[0] },
        ...{ level: "full", reason_outside_hours: false, ...change },
      });
    expect(await of("client", "settlement")).toMatchObject({
      allowed: true,
      policies: ["client-own"],
      person: null,
    });
    const regulator = await of("regulator", "audit");
    expect(regulator).toMatchObject({ allowed: true, policies: ["regulator-grant"] });
    expect(regulator.record).toMatchObject({ transaction_id: bench.transactions[0] });
    const masked = await of("regulator", "audit", { level: "masked" });
    expect(masked.fields.every(({ level }) => level === "masked")).toBe(true);
    const old = await of("regulator", "audit", {
      at: new Date(Date.now() + 2_556 * 86_400_000).toISOString(),
    });
    expect(old).toMatchObject({ allowed: false, policies: ["age-regulator"] });
    expect(await of("admin", "audit")).toMatchObject({ allowed: false, policies: [] });
  });

  it("names the floor where no grant covers the record", async () => {
    const answer = await simulate(anke, real(bench.auditor, { purpose: "audit" }));
    expect(answer.allowed).toBe(false);
    expect(answer.reasons.map(({ id }) => id)).toContain("floor.no-grant");
  });

  it("shows a person's access to the duties that change rules only", async () => {
    const policies = anke.policies;
    const auditor = { ...bench.auditor, policies };
    const example = ExampleFacts.parse(AUDITOR);
    expect(await outcomeOf(simulate(auditor, { kind: "example", example }))).toBe("done");
    expect(await outcomeOf(simulate(auditor, real(bench.client)))).toBe("access.forbidden");
    expect(await outcomeOf(simulate({ ...bench.regulator, policies }, { kind: "example", example }))).toBe(
      "access.forbidden",
    );
  });

  it("answers unknown people, records and versions as not found", async () => {
    const unknown = uuidv7(Date.now());
    expect(await outcomeOf(simulate(anke, real(bench.client, { person: unknown })))).toBe("person.not-found");
    expect(await outcomeOf(simulate(anke, real(bench.client, { transaction_id: unknown })))).toBe(
      "transaction.not-found",
    );
    expect(await outcomeOf(simulate(anke, { number: 99, ...real(bench.client) }))).toBe("policy.not-found");
  });

  it("is in the log", async () => {
    const entries = await bench.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'policy.simulate'",
      [],
    );
    expect(entries.rows).not.toEqual([{ n: 0 }]);
  });
});
