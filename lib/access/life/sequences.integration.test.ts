import { afterAll, beforeAll, expect, it } from "vitest";
import { attachAuthorization } from "@/lib/access/attach-authorization";
import { changeDraft } from "@/lib/access/change-draft";
import { commentRequest } from "@/lib/access/comment-request";
import { decideRequest } from "@/lib/access/decide-request";
import { answerPartly } from "@/lib/access/life/answer-partly";
import { extendRequest } from "@/lib/access/life/extend-request";
import { keepRequests } from "@/lib/access/life/keep-requests";
import { objectRequest } from "@/lib/access/life/object-request";
import { revokeGrant } from "@/lib/access/revoke-grant";
import { AuthorizationFactsBody, InstrumentKind, NewDecision, type Stage } from "@/lib/access/schema";
import { submitRequest } from "@/lib/access/submit-request";
import { TRANSITIONS } from "@/lib/access/transitions";
import { useView } from "@/lib/access/use-view";
import { withdrawRequest } from "@/lib/access/withdraw-request";
import { appendEntry } from "@/lib/audit/append-entry";
import { fixedClock } from "@/lib/clock";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/access-bench";

/** The whole run is 10,000 (`SEALPORT_LIFE_SEQUENCES=10000`); CI makes a few. `SEALPORT_LIFE_SEED` repeats from one. */
const SEQUENCES = Number(process.env.SEALPORT_LIFE_SEQUENCES ?? 12);
const FIRST = Number(process.env.SEALPORT_LIFE_SEED ?? 1);
const EVENTS = 14;
const DAY_MS = 86_400_000;

let bench: AccessBench;
let head: BenchPerson;
let executive: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  head = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  executive = await bench.person({ role: "coordinator", duties: ["executive"], hasKey: false });
});
afterAll(async () => {
  await bench?.close();
});

/** Deterministic noise (mulberry32), so that a failure can be repeated. */
function dice(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(values: readonly T[]): T => {
    for (const value of values.slice(Math.floor(next() * values.length))) return value;
    throw new Error("nothing to pick");
  };
  return { next, pick };
}

/** One request, or one of its rests, with everybody's clock at one instant. */
interface Play {
  readonly id: string;
  readonly kind: InstrumentKind | undefined;
  readonly owner: BenchPerson;
  readonly pick: <T>(values: readonly T[]) => T;
  readonly at: (who: BenchPerson) => BenchPerson;
}

async function grantOf(id: string): Promise<string> {
  const { rows } = await bench.query("SELECT id FROM access_grant WHERE request_id = $1", [id]);
  const [row] = rows;
  return typeof row === "object" && row !== null
    ? String(Reflect.get(row, "id"))
    : "00000000-0000-7000-8000-000000000000";
}

function approval(play: Play, stage: Stage, more: object = {}): NewDecision {
  const { issuer, case_number, valid_from } = bench.order;
  const confirms = { issuer, case_number, valid_from, valid_until: FAR };
  const read = play.kind === undefined ? {} : { confirms };
  return NewDecision.parse({ stage, decision: "approve", comment: "As it says", ...read, ...more });
}

const other = (stage: Stage, decision: "ask" | "deny") =>
  NewDecision.parse({ stage, decision, comment: "Why?" });
const FAR = new Date(Date.now() + 3_000 * DAY_MS).toISOString().slice(0, 10);

/** Takes a view as an opening does. */
async function view(who: BenchPerson, id: string): Promise<void> {
  const grant = await grantOf(id);
  await inTransaction(who, async (tx) => {
    const entry = { class: "disclosure", outcome: "intent", action: "disclosure.open" } as const;
    await appendEntry(tx, who, { ...entry, subjects: [`grant:${grant}`] });
    await useView(tx, who, grant);
  });
}

/** What can be done to a request, by whoever may and by others; each is tried whatever the state is. */
const ACTS: Readonly<Record<string, (play: Play) => Promise<unknown>>> = {
  submit: ({ at, id, owner }) => submitRequest(at(owner), id),
  change: ({ at, id, owner }) => changeDraft(at(owner), id, { max_views: 2 }),
  withdraw: ({ at, id, owner }) => withdrawRequest(at(owner), id, "mistake"),
  comment: ({ at, id, owner, pick }) => commentRequest(at(pick([owner, bench.legal])), id, "Annex A"),
  legal: (play) =>
    decideRequest(play.at(play.pick([bench.legal, bench.both])), play.id, approval(play, "legal")),
  last: (play) =>
    decideRequest(play.at(play.pick([bench.approver, bench.both])), play.id, approval(play, "coordinator")),
  narrowed: (play) =>
    decideRequest(
      play.at(bench.approver),
      play.id,
      approval(play, "coordinator", { scope: { fields: ["amount"] } }),
    ),
  ask: ({ at, id, pick }) => {
    const [who, stage] = pick([
      [bench.legal, "legal"],
      [bench.approver, "coordinator"],
    ] as const);
    return decideRequest(at(who), id, other(stage, "ask"));
  },
  deny: ({ at, id, pick }) => {
    const [who, stage] = pick([
      [bench.legal, "legal"],
      [bench.second, "coordinator"],
    ] as const);
    return decideRequest(at(who), id, other(stage, "deny"));
  },
  extend: ({ at, id, pick }) => extendRequest(at(pick([bench.legal, head])), id, { reason: "Two archives" }),
  object: ({ at, id }) => objectRequest(at(bench.legal), id, { reason: "Counsel", act: "raise" }),
  settle: ({ at, id }) => objectRequest(at(bench.legal), id, { reason: "Taken out", act: "settle" }),
  partly: ({ at, id }) => answerPartly(at(bench.approver), id, "The rest takes longer"),
  revoke: async ({ at, id, pick, owner }) =>
    revokeGrant(at(pick([bench.legal, owner])), await grantOf(id), "over"),
  view: ({ at, id, owner }) => view(at(owner), id),
  keep: ({ at }) => keepRequests({ ...at(bench.legal), principal: undefined, system: "portal" }),
  stranger: ({ at, id, pick }) =>
    pick([extendRequest, (cx: BenchPerson, which: string) => withdrawRequest(cx, which, undefined)])(
      at(pick([bench.auditor, bench.support, executive])),
      id,
      { reason: "mine now" },
    ),
};

/** The clock and the way on come up more often, or hardly anything would ever be granted. */
const DRAWN = [
  ...Object.keys(ACTS),
  "keep",
  "keep",
  "legal",
  "legal",
  "last",
  "narrowed",
  "comment",
  "partly",
  "view",
  "view",
];

/** Tries one act. A refusal is fine, but never the database's own: that would be a move the use cases let through. */
async function attempt(name: string, play: Play): Promise<string> {
  try {
    await ACTS[name]?.(play);
    return "done";
  } catch (error) {
    const isOwn = error instanceof DomainError && error.detail !== undefined;
    const isBare = error instanceof DomainError && error.code !== "request.illegal-transition";
    if (!isOwn && !isBare) throw error;
    return error.code;
  }
}

async function begin(play: Omit<Play, "id">): Promise<string> {
  const { at, owner, kind } = play;
  const id = await bench.draft({
    who: at(owner),
    asked: { purpose: kind === undefined ? "dispute" : "audit", max_views: 2 },
  });
  if (kind === undefined) return id;
  const facts = AuthorizationFactsBody.parse({ ...bench.order, kind, valid_until: FAR });
  const upload = { filename: "order.pdf", mediaType: "application/pdf", bytes: bench.document };
  await attachAuthorization(at(owner), id, facts, upload);
  return id;
}

async function restsOf(id: string): Promise<string[]> {
  const { rows } = await bench.query("SELECT id FROM access_request WHERE continues_id = $1", [id]);
  return rows.map((row) => (typeof row === "object" && row !== null ? String(Reflect.get(row, "id")) : ""));
}

async function playOut(seed: number, staff: BenchPerson): Promise<string[]> {
  const { next, pick } = dice(seed);
  const clock = fixedClock(new Date());
  const kind = pick([...InstrumentKind.options, "court_order", undefined] as const);
  const owner = kind === undefined ? staff : bench.regulator;
  const scene = { kind, owner, pick, at: (who: BenchPerson) => ({ ...who, clock }) };
  const ids = [await begin(scene)];
  const told: string[] = [];
  for (let event = 0; event < EVENTS; event += 1) {
    // Mostly hours, now and then days, so that sequences see both sides of every date.
    clock.advance(Math.ceil(next() < 0.7 ? next() * DAY_MS : next() * 12 * DAY_MS) + 1_000);
    const name = event < 1 ? "submit" : pick(DRAWN);
    const id = pick(ids);
    told.push(`${name} ${await attempt(name, { ...scene, id })}`);
    if (name === "partly") ids.push(...(await restsOf(id)).filter((rest) => !ids.includes(rest)));
  }
  // To its end, where the clock of the next sequence, which begins anew, finds nothing to do.
  const keep = () => keepRequests({ ...scene.at(bench.legal), principal: undefined, system: "portal" });
  do clock.advance(120 * DAY_MS);
  while ((await keep()) > 0);
  return told;
}

/** Every move of every request: in the order it was made, with the state it led from. */
const CHAINS = `SELECT e.request_id AS id, r.state, json_agg(json_build_array(e.from_state, e.to_state, e.kind, e.by_user_id)
    ORDER BY e.at, e.id) AS moves
  FROM request_event e JOIN access_request r ON r.id = e.request_id WHERE e.to_state IS NOT NULL GROUP BY e.request_id, r.state`;

/** What must never be so, whatever happened; each answers with the requests for which it is. */
const NEVER: Readonly<Record<string, string>> = {
  "what must be answered lapses":
    "SELECT id FROM access_request WHERE state = 'expired_unreviewed' AND (response_due_at IS NOT NULL OR authorization_digest IS NOT NULL)",
  "a grant is in force and its request is not":
    "SELECT r.id FROM access_grant g JOIN access_request r ON r.id = g.request_id WHERE g.state = 'active' AND r.state NOT IN ('active', 'partial')",
  "a request is in force and its grant is not":
    "SELECT r.id FROM access_request r LEFT JOIN access_grant g ON g.request_id = r.id WHERE r.state IN ('active', 'partial') AND g.state IS DISTINCT FROM 'active'",
  "a request has two grants": "SELECT request_id FROM access_grant GROUP BY request_id HAVING count(*) > 1",
  "a grant rests on fewer than two people, or on the requester": `SELECT g.request_id FROM access_grant g JOIN access_request r ON r.id = g.request_id WHERE (SELECT count(DISTINCT d.approver_user_id)
       FROM decision d WHERE d.request_id = r.id AND d.decision = 'approve' AND d.approver_user_id <> r.requester_user_id) < 2`,
  "an answer is put off twice":
    "SELECT request_id FROM request_event WHERE kind = 'extend' GROUP BY request_id HAVING count(*) > 1",
  "a stage is remembered in a stage, or forgotten beside one": `SELECT id FROM access_request WHERE state IN ('stage_1', 'stage_2') AND stage_before IS NOT NULL
       OR state IN ('needs_information', 'overdue', 'extended', 'objected') AND stage_before IS NULL`,
  "somebody approves by anything but a decision": `SELECT e.request_id FROM request_event e WHERE e.kind = 'approve' AND NOT EXISTS (SELECT 1 FROM decision d
       WHERE d.request_id = e.request_id AND d.approver_user_id = e.by_user_id AND d.decision = 'approve')`,
  "a person does what only the clock does":
    "SELECT request_id FROM request_event WHERE kind IN ('overdue', 'lapse', 'expire', 'exhaust', 'close', 'remind', 'escalate') AND by_user_id IS NOT NULL",
  "a request is overdue before its date, or with nobody told":
    "SELECT r.id FROM access_request r JOIN request_event e ON e.request_id = r.id AND e.kind = 'overdue' WHERE r.escalated_to IS NULL OR r.response_due_at IS NULL",
};

it(`${SEQUENCES} random sequences of ${EVENTS} events reach no illegal state`, async () => {
  const staff = await bench.person({ role: "coordinator", hasKey: false });
  const told = new Map<string, number>();
  for (let seed = FIRST; seed < FIRST + SEQUENCES; seed += 1) {
    const events = await playOut(seed, staff).catch((error: unknown) => {
      throw new Error(`sequence of seed ${seed}`, { cause: error });
    });
    for (const event of events) told.set(event, (told.get(event) ?? 0) + 1);
  }
  const legal = new Set(TRANSITIONS.map((row) => row.join(" ")));
  const { rows } = await bench.query(CHAINS, []);
  const reached = new Set<string>();
  for (const row of rows as { id: string; state: string; moves: [string | null, string, string][] }[]) {
    let state: string | null = null;
    for (const [from, to, kind] of row.moves) {
      expect([row.id, from]).toEqual([row.id, state]);
      if (from !== null)
        expect([row.id, [from, to, kind].join(" "), legal.has([from, to, kind].join(" "))]).toContain(true);
      state = to;
      reached.add(to);
    }
    expect([row.id, state]).toEqual([row.id, row.state]);
  }
  for (const [what, text] of Object.entries(NEVER))
    expect([what, (await bench.query(text, [])).rows]).toEqual([what, []]);
  if (process.env.SEALPORT_LIFE_SEQUENCES !== undefined)
    console.info({
      sequences: SEQUENCES,
      reached: [...reached].sort(),
      told: Object.fromEntries([...told].sort()),
    });
}, 86_400_000);
