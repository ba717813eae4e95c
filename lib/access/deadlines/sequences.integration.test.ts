import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TRANSITIONS } from "@/lib/access/rules/transitions";
import { DomainError } from "@/lib/errors";
import { ACTS } from "@/lib/testing/request-life/acts";
import { BREAK_GLASS_ACTS } from "@/lib/testing/request-life/break-glass";
import { DAY } from "@/lib/testing/request-life/model";
import { ORDER_ACTS } from "@/lib/testing/request-life/orders";
import { playOut, type Sequence } from "@/lib/testing/request-life/play";
import { createLifeWorld, type LifeWorld } from "@/lib/testing/request-life/world";
import { isDeep, scale } from "@/lib/testing/scale";
import { InstrumentKind } from "@/lib/vocabulary";

/** `SEALPORT_LIFE_SEED` repeats a run. */
const SEQUENCES = scale("life sequences");
const SEED = Number(process.env.SEALPORT_LIFE_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Databases and custodians in parallel: one waits while another works. */
const LANES = Number(process.env.SEALPORT_LIFE_LANES ?? 1);
/** A failing sequence is made shorter, which takes minutes. Its seed and path are printed either way. */
const SHRINKS = process.env.SEALPORT_LIFE_SHRINK !== undefined;
/** After this many minutes a run ends and prints how many sequences it has played. */
const MINUTES = process.env.SEALPORT_LIFE_MINUTES;
const LIMIT = MINUTES === undefined ? {} : { interruptAfterTimeLimit: Number(MINUTES) * 60_000 };
/** One sequence of a run, by its seed and path. */
const PATH = process.env.SEALPORT_LIFE_PATH === undefined ? {} : { path: process.env.SEALPORT_LIFE_PATH };
/** Least and greatest number of events; the first one files the request. */
const EVENTS = [8, 14] as const;

/** After this many events a lane reports its progress. */
const TELLS = 50;
/** After this many sequences a world is replaced, so that one person's lists of requests and grants stay short. */
const WORLD = 400;

let worlds: LifeWorld[];
beforeAll(async () => {
  worlds = [];
  for (let lane = 0; lane < LANES; lane += 1) worlds.push(await createLifeWorld());
});
afterAll(async () => {
  for (const world of worlds ?? []) await world.close();
});

/**
 * The clock and the next step have more weight, since few runs would reach a grant otherwise. An event chosen by the
 * model is one of the possible ones.
 */
const DRAWN = [
  ...Object.keys(ACTS),
  ...Object.keys(BREAK_GLASS_ACTS),
  ...Object.keys(ORDER_ACTS),
  ...["keep", "keep", "keep", "keep", "clean", "infected", "legal", "legal", "legal", "last", "last", "last"],
  ...["narrowed", "comment", "partly", "view", "view", "open", "propose", "propose", "word", "word", "word"],
  ...["again", "distrust"],
];

const after = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1_000, max: 1_800_000 }) },
  { weight: 10, arbitrary: fc.integer({ min: 1_000, max: DAY }) },
  { weight: 5, arbitrary: fc.integer({ min: DAY, max: 12 * DAY }) },
);
const event = fc.record({
  name: fc.constantFrom(...DRAWN),
  who: fc.nat({ max: 59 }),
  which: fc.nat({ max: 5 }),
  after,
  isLed: fc.integer({ min: 0, max: 99 }).map((one) => one % 5 < 2),
});
/** Unsubmitted requests test nothing, so every sequence begins with a submission. */
const sent = fc.record({
  name: fc.constant("submit"),
  who: fc.constant(0),
  which: fc.constant(0),
  after,
  isLed: fc.constant(false),
});
/** The request stays unanswered until executives propose a release: chance alone hardly ever comes so far. */
const SILENCE: Sequence["events"] = [
  { name: "keep", who: 0, which: 0, after: 31 * DAY, isLed: false },
  { name: "keep", who: 0, which: 0, after: 4 * DAY, isLed: false },
  { name: "propose", who: 0, which: 0, after: 1_000, isLed: false },
  { name: "word", who: 0, which: 0, after: 1_000, isLed: false },
];
const sequence: fc.Arbitrary<Sequence> = fc
  .record({
    kind: fc.constantFrom(...InstrumentKind.options, "court_order" as const, undefined),
    isPending: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
    events: fc.array(event, { minLength: EVENTS[0] - 1, maxLength: EVENTS[1] - 1, size: "max" }),
    first: sent,
    isSilent: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
    isOnce: fc.integer({ min: 0, max: 1 }).map((one) => one === 0),
    isSigned: fc.integer({ min: 0, max: 2 }).map((one) => one === 0),
  })
  .map(({ kind, isPending, isOnce, isSigned, events, first, isSilent }) => ({
    kind,
    // What an authority's key signed comes without a document.
    isPending: isPending && kind !== undefined && !isSigned,
    isOnce: isOnce && kind !== undefined,
    isSigned: isSigned && kind !== undefined,
    events: isSilent ? [first, ...SILENCE, ...events.slice(SILENCE.length)] : [first, ...events],
  }));

/** Every move of every request, in order, with the state before it. */
const CHAINS = `SELECT e.request_id AS id, r.state, json_agg(json_build_array(e.from_state, e.to_state, e.kind, e.by_user_id)
    ORDER BY e.at, e.id) AS moves
  FROM request_event e JOIN access_request r ON r.id = e.request_id WHERE e.to_state IS NOT NULL GROUP BY e.request_id, r.state`;

/** States that must never occur. Each query returns the requests that are in one. */
const NEVER: Readonly<Record<string, string>> = {
  "what must be answered lapses":
    "SELECT id FROM access_request WHERE state = 'expired_unreviewed' AND (response_due_at IS NOT NULL OR authorization_digest IS NOT NULL)",
  "a grant is in force and its request is not":
    "SELECT r.id FROM access_grant g JOIN access_request r ON r.id = g.request_id WHERE g.state = 'active' AND r.state NOT IN ('active', 'partial')",
  "a request is in force and its grant is not":
    "SELECT r.id FROM access_request r LEFT JOIN access_grant g ON g.request_id = r.id WHERE r.state IN ('active', 'partial') AND g.state IS DISTINCT FROM 'active'",
  "a request has two grants":
    "SELECT request_id FROM access_grant WHERE request_id IS NOT NULL GROUP BY request_id HAVING count(*) > 1",
  "a grant rests on fewer than two people, or on the requester": `SELECT g.request_id FROM access_grant g JOIN access_request r ON r.id = g.request_id WHERE (SELECT count(DISTINCT d.approver_user_id)
       FROM decision d WHERE d.request_id = r.id AND d.decision = 'approve' AND d.approver_user_id <> r.requester_user_id) < 2
       AND (SELECT count(DISTINCT w.user_id) FROM executive_release_word w WHERE w.release_id = g.release_id AND w.user_id <> r.requester_user_id) < 2`,
  "break-glass is used again before its review": `SELECT e.id FROM break_glass e JOIN break_glass o ON o.holder_user_id = e.holder_user_id AND o.id <> e.id
       WHERE NOT EXISTS (SELECT 1 FROM break_glass_review r WHERE r.break_glass_id IN (e.id, o.id))`,
  "break-glass is reviewed by its holder":
    "SELECT e.id FROM break_glass e JOIN break_glass_review r ON r.break_glass_id = e.id AND r.reviewer_user_id = e.holder_user_id",
  "a deadline is extended twice":
    "SELECT request_id FROM request_event WHERE kind = 'extend' GROUP BY request_id HAVING count(*) > 1",
  "a request in a stage keeps an earlier stage, or one next to a stage has none": `SELECT id FROM access_request WHERE state IN ('stage_1', 'stage_2') AND stage_before IS NOT NULL
       OR state IN ('needs_information', 'extended', 'objected') AND stage_before IS NULL`,
  "a request is approved without a decision": `SELECT e.request_id FROM request_event e WHERE e.kind = 'approve' AND NOT EXISTS (SELECT 1 FROM decision d
       WHERE d.request_id = e.request_id AND d.approver_user_id = e.by_user_id AND d.decision = 'approve')`,
  "a person does what only the clock does":
    "SELECT request_id FROM request_event WHERE kind IN ('overdue', 'lapse', 'expire', 'exhaust', 'close', 'remind', 'escalate') AND by_user_id IS NOT NULL",
  "a request is overdue before its date, or without a notification": `SELECT r.id FROM access_request r JOIN request_event e ON e.request_id = r.id AND e.kind = 'overdue' WHERE r.response_due_at IS NULL
       OR r.escalated_to IS NULL AND NOT EXISTS (SELECT 1 FROM request_event b WHERE b.request_id = r.id AND b.kind = 'refuse_document' AND b.at > e.at)`,
};

interface Lane {
  readonly seen: Map<string, number>;
  readonly reached: Set<string>;
  /** What differed from the model, with the path that repeats it. */
  readonly wrong: string[];
  played: number;
  /** Sequences ended by an outage (a machine under load answers too late). They show nothing and are not counted. */
  lost: number;
}

/** Checks the state of a world, and begins another. */
async function renew(lane: number, { played, reached }: Lane): Promise<void> {
  const world = worlds[lane];
  if (world === undefined || played === 0 || played % WORLD !== 0) return;
  await replace(lane, world, reached);
}

async function replace(lane: number, world: LifeWorld, reached: Set<string>): Promise<void> {
  await checkChains(world, reached);
  worlds[lane] = await createLifeWorld();
  await world.close();
}

function isOutage(error: unknown): boolean {
  const all = error instanceof Error ? [error, error.cause] : [];
  return all.some((one) => one instanceof DomainError && one.status === 503);
}

async function playNext(lane: number, so: Lane, one: Sequence): Promise<void> {
  await renew(lane, so);
  const world = worlds[lane];
  if (world === undefined) throw new Error("no world");
  const path = so.played + so.lost;
  try {
    for (const what of await playOut(world, { ...one, drawn: DRAWN }))
      so.seen.set(what, (so.seen.get(what) ?? 0) + 1);
  } catch (error) {
    if (isOutage(error)) {
      so.lost += 1;
      // Unfinished work of one sequence must not reach the next one.
      return replace(lane, world, so.reached);
    }
    if (SHRINKS) throw error;
    // A long run continues and reports everything at its end.
    const what = `seed ${SEED + lane}, path ${path}: ${String(error)} of ${JSON.stringify(one)}`;
    so.wrong.push(what);
    console.error(what);
  }
  so.played += 1;
  if (so.played % TELLS === 0)
    console.info(`lane ${lane} of seed ${SEED}: ${so.played} sequences, ${so.wrong.length} differences`);
}

async function playLane(_world: LifeWorld, lane: number): Promise<Lane> {
  const so: Lane = { seen: new Map(), reached: new Set(), wrong: [], played: 0, lost: 0 };
  let last = Promise.resolve();
  const property = fc.asyncProperty(sequence, (one) => {
    last = playNext(lane, so, one);
    return last;
  });
  const numRuns = Math.ceil(SEQUENCES / LANES);
  await fc.assert(property, { seed: SEED + lane, numRuns, endOnFailure: !SHRINKS, ...PATH, ...LIMIT });
  // A time limit ends the run, but not the sequence that is being played.
  await last;
  return so;
}

async function checkChains(world: LifeWorld, reached: Set<string>): Promise<void> {
  const legal = new Set(TRANSITIONS.map((row) => row.join(" ")));
  const rows = await world.rows<{ id: string; state: string; moves: [string | null, string, string][] }>(
    CHAINS,
    [],
  );
  for (const row of rows) {
    let state: string | null = null;
    for (const [from, to, kind] of row.moves) {
      const move = [from, to, kind].join(" ");
      if (from !== state || (from !== null && !legal.has(move))) throw new Error(`${row.id}: ${move}`);
      state = to;
      reached.add(to);
    }
    expect([row.id, state]).toEqual([row.id, row.state]);
  }
  for (const [what, text] of Object.entries(NEVER))
    expect([what, await world.rows(text, [])]).toEqual([what, []]);
}

function tell(lanes: readonly Lane[], reached: ReadonlySet<string>, tookMs: number): void {
  const seen = new Map<string, number>();
  for (const [what, count] of lanes.flatMap((lane) => [...lane.seen]))
    seen.set(what, (seen.get(what) ?? 0) + count);
  const sequences = lanes.reduce((sum, lane) => sum + lane.played, 0);
  const differences = lanes.reduce((sum, lane) => sum + lane.wrong.length, 0);
  const lost = lanes.reduce((sum, lane) => sum + lane.lost, 0);
  const all = Object.fromEntries([...seen].sort());
  console.info({ sequences, lost, differences, seed: SEED, msEach: Math.round(tookMs / sequences) });
  console.info(JSON.stringify({ reached: [...reached].sort(), seen: all }, undefined, 1));
}

/** Plays one event after another, a second apart. The first person who tries an event plays it. */
const inOrder = (names: readonly string[], order: Pick<Sequence, "isOnce" | "isSigned">): Sequence => ({
  ...{ kind: "court_order", isPending: false, ...order },
  events: names.map((name) => ({ name, who: 0, which: 0, after: 1_000, isLed: false })),
});

it.each([
  {
    isOnce: false,
    isSigned: true,
    names: ["submit", "suspend", "distrust", "again"],
    ends: "again authorization.signature",
  },
  {
    isOnce: false,
    isSigned: true,
    names: ["submit", "legal", "last", "view", "distrust", "view"],
    ends: "view access.views-exhausted",
  },
  {
    isOnce: true,
    isSigned: false,
    names: ["submit", "legal", "last", "view", "view", "keep", "again"],
    ends: "again authorization.used",
  },
  {
    isOnce: true,
    isSigned: false,
    names: ["submit", "legal", "last", "view", "suspend", "again"],
    ends: "again authorization.used",
  },
  {
    isOnce: true,
    isSigned: false,
    names: ["submit", "legal", "last", "suspend", "again"],
    ends: "again done",
  },
])(
  "a rare sequence also matches the model: $names",
  async ({ names, ends, ...order }) => {
    const [world] = worlds;
    if (world === undefined) throw new Error("no world");
    const seen = await playOut(world, { ...inOrder(names, order), drawn: DRAWN });
    const done = names.filter((name) => name !== "keep").map((name) => `${name} done`);
    expect(seen).toEqual([...done.slice(0, -1), ends]);
  },
  600_000,
);

it(`random sequences (${SEQUENCES} unless a time limit ends them) of ${EVENTS.join(" to ")} events from seed ${SEED} match the model and reach no illegal state`, async () => {
  const begun = performance.now();
  const lanes = await Promise.all(worlds.map(playLane));
  const tookMs = performance.now() - begun;
  const reached = new Set(lanes.flatMap((lane) => [...lane.reached]));
  for (const world of worlds) await checkChains(world, reached);
  const wrong = lanes.flatMap((lane) => lane.wrong);
  if (isDeep || process.env.SEALPORT_LIFE_SEQUENCES !== undefined) tell(lanes, reached, tookMs);
  expect(wrong).toEqual([]);
}, 86_400_000);
