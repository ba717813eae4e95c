import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Context } from "@/lib/context/context";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { seedIndex } from "@/lib/testing/log/seed-index";
import { EventQuery } from "../schema";
import { listActors } from "./actors/list-actors";
import { listAccessLogs } from "./list-access-logs";
import { listEvents } from "./list-events";
import { getProof } from "./proofs/get-proof";

const ENTRIES = 200_000;
const GUARDED = ["audit_index", "audit_entry", "audit_leaf"];

let bench: UseCaseBench;
let auditor: Context;

/** Planner settings of the lists' own transactions (reading/store.ts). */
const SETTINGS = /set_config\('(plan_cache_mode|random_page_cost|enable_\w+)', '([^']+)'/g;

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Settings that its transaction had. */
  readonly settings: readonly (readonly [string, string])[];
}

function settingsOf(text: string): (readonly [string, string])[] {
  return [...text.matchAll(SETTINGS)].map(([, name = "", value = ""]) => [name, value] as const);
}

/** Records the statements about the log that `act` sends. */
async function statementsOf(act: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  let settings: readonly (readonly [string, string])[] = [];
  const spy = vi.spyOn(pg.Client.prototype, "query");
  const isStatement = (value: unknown): value is { text: string } =>
    typeof value === "object" && value !== null && "text" in value && typeof value.text === "string";
  try {
    await act();
    for (const [first, second] of spy.mock.calls as unknown[][]) {
      const text = isStatement(first) ? first.text : typeof first === "string" ? first : "";
      const given = isStatement(first) && "values" in first ? first.values : second;
      if (/^BEGIN/.test(text)) settings = [];
      settings = [...settings, ...settingsOf(text)];
      if (/^\s*SELECT/.test(text) && text.includes("audit_"))
        sent.push({ text, settings, values: Array.isArray(given) ? given : [] });
    }
  } finally {
    spy.mockRestore();
  }
  return sent;
}

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/**
 * Returns tables of the log that a statement reads whole, by PostgreSQL's own plan for its values: row after row, or
 * along an index without a condition on it.
 */
async function readWhole({ text, values, settings }: Statement): Promise<string[]> {
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    for (const [name, value] of settings)
      await client.query("SELECT set_config($1, $2, true)", [name, value]);
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
    const whole = nodesOf(rows[0]["QUERY PLAN"][0].Plan).filter(
      (node) =>
        /Scan$/.test(node["Node Type"]) &&
        node["Index Cond"] === undefined &&
        !/Bitmap Heap/.test(node["Node Type"]),
    );
    return whole.flatMap((node) => node["Relation Name"] ?? []).filter((name) => GUARDED.includes(name));
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

beforeAll(async () => {
  bench = await createUseCaseBench();
  auditor = await bench.person({ role: "auditor" });
  await seedIndex(bench, ENTRIES);
});
afterAll(async () => {
  await bench.close();
});

const TRANSACTION = "transaction:00000000-0000-4000-8000-0000000000ff";
const REQUEST = "request:00000000-0000-4000-9000-00000000000f";
const GRANT = "grant:00000000-0000-4000-a000-00000000000f";
const FILTERS: Readonly<Record<string, Record<string, string>>> = {
  "no filter": {},
  "a common actor": { actor: "u_0" },
  "a rare actor": { actor: "u_5" },
  unknown: { actor: "u_unknown" },
  "a common action": { action: "transaction.read" },
  "a rare action": { action: "grant.revoke" },
  done: { outcome: "done" },
  denied: { outcome: "denied" },
  "a rare outcome": { outcome: "failed" },
  "a common purpose": { purpose: "settlement" },
  "a rare purpose": { purpose: "dispute" },
  "a transaction": { subject: TRANSACTION },
  "a participant": { subject: "participant:participant-5" },
  "a request": { subject: REQUEST },
  "a grant": { subject: GRANT },
  "a month": { from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" },
  "an hour": { from: "2026-02-01T00:00:00Z", to: "2026-02-01T01:00:00Z" },
  "since then": { from: "2026-02-01T00:00:00Z" },
  "until then": { to: "2026-01-02T00:00:00Z" },
  "actor and action": { actor: "u_5", action: "disclosure.open" },
  "actor, outcome and time": { actor: "u_0", outcome: "denied", from: "2026-04-01T00:00:00Z" },
  "purpose and outcome": { purpose: "settlement", outcome: "failed" },
  "subject, actor and purpose": { subject: TRANSACTION, actor: "u_0", purpose: "settlement" },
  "all together": {
    actor: "u_0",
    action: "disclosure.open",
    outcome: "denied",
    purpose: "settlement",
    subject: REQUEST,
    from: "2026-01-01T00:00:00Z",
    to: "2026-06-01T00:00:00Z",
  },
};

describe("searching a long log", () => {
  it.each(Object.entries(FILTERS))(
    "a search by %s reads no table whole, on the first page and on a later one",
    async (_, filter) => {
      let next: string | null = null;
      const first = await statementsOf(async () => {
        ({ next_cursor: next } = await listEvents(auditor, EventQuery.parse({ ...filter, waiting: "true" })));
      });
      const later = next ?? Buffer.from("100000").toString("base64url");
      const second = await statementsOf(() =>
        listEvents(auditor, EventQuery.parse({ ...filter, cursor: later })),
      );
      const forward = await statementsOf(() =>
        listEvents(auditor, EventQuery.parse({ ...filter, after: "150000" })),
      );
      const lists = [...first, ...second, ...forward].filter(({ text }) => text.includes("audit_leaf l"));
      expect(lists).toHaveLength(3);
      for (const statement of [...first, ...second, ...forward])
        expect(await readWhole(statement)).toEqual([]);
    },
  );

  it("a search finds the entries that match the filter, page by page, each once", async () => {
    const filter = { actor: "u_5", action: "disclosure.open" };
    const seqs: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query = { ...filter, limit: "7", ...(cursor === "" ? {} : { cursor }) };
      const page = await listEvents(auditor, EventQuery.parse(query));
      seqs.push(...page.items.map(({ seq }) => seq ?? -1));
      cursor = page.next_cursor;
    }
    const expected = Array.from({ length: ENTRIES }, (_, n) => n).filter(
      (n) => n % 997 === 5 && n % 3 !== 0 && n % 10 === 0 && n % 1000 !== 7,
    );
    expect(seqs).toEqual(expected.reverse());
  });

  it("a search for actors reads no table of the log whole, found or not", async () => {
    for (const q of [undefined, auditor.principal.name, "no one has this name"]) {
      const sent = await statementsOf(() => listActors(auditor, { ...(q === undefined ? {} : { q }) }));
      expect(sent).toHaveLength(1);
      for (const statement of sent) expect(await readWhole(statement)).toEqual([]);
    }
  });

  it("the access log reads no table whole", async () => {
    for (const filter of [{}, { purpose: "dispute" }, { participant_id: "participant-5" }]) {
      const sent = await statementsOf(() => listAccessLogs(auditor, { limit: 10, offset: 0, ...filter }));
      expect(sent.length).toBeGreaterThan(1);
      for (const statement of sent) expect(await readWhole(statement)).toEqual([]);
    }
  });
});

it("one proof reads no table whole, reads all its tiles with one statement, and has at most one hash per level of the tree", async () => {
  for (const seq of [0, 12_345, ENTRIES - 1]) {
    let proof = "";
    const sent = await statementsOf(async () => {
      proof = await getProof(auditor, seq);
    });
    for (const statement of sent) expect(await readWhole(statement)).toEqual([]);
    const hashes = proof.split("\n\n", 1)[0]?.split("\n").slice(2) ?? [];
    expect(hashes.length).toBeLessThanOrEqual(Math.ceil(Math.log2(ENTRIES)));
    const tiles = sent.filter(({ text }) => text.includes("audit_tile"));
    expect(tiles).toHaveLength(1);
  }
});
