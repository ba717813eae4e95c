import "server-only";
import { z } from "zod";
import { keepAuthorizations } from "@/lib/access/deadlines/keep-authorizations";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { scanWaiting } from "@/lib/access/documents/scan-waiting";
import { DomainError } from "@/lib/errors";
import { ACTS, type Target } from "@/lib/testing/request-life/acts";
import {
  BREAK_GLASS_ACTS,
  BREAK_GLASS_STANDING,
  type BreakGlass,
  breakGlassShape,
  DOES_BREAK_GLASS,
  MAY_BREAK_GLASS,
  newBreakGlass,
} from "@/lib/testing/request-life/break-glass";
import { DOES, kept, scanned } from "@/lib/testing/request-life/effects";
import {
  type Actor,
  type Basis,
  type GrantLife,
  type Life,
  MAY,
  newLife,
} from "@/lib/testing/request-life/model";
import { DOES_ORDER, keptOrder, MAY_ORDER, ORDER_ACTS } from "@/lib/testing/request-life/orders";
import type { Filing, LifeOrder, LifeWorld } from "@/lib/testing/request-life/world";

const NOTHING = "00000000-0000-7000-8000-000000000000";

/** One event of a sequence: what happens, which of the people who try it acts, on which request, after how long. */
export interface LifeEvent {
  readonly name: string;
  readonly who: number;
  readonly which: number;
  readonly after: number;
  /** Whether an act that the model allows is chosen instead of the drawn one. */
  readonly isLed: boolean;
}

export interface Sequence extends Filing {
  readonly events: readonly LifeEvent[];
}

/** What a led event is chosen from. */
interface Drawn {
  readonly drawn: readonly string[];
}

/** What the database has of a request after a step. */
interface Standing {
  readonly id: string;
  readonly state: string;
  readonly stage_before: string | null;
  readonly escalated_to: string | null;
  readonly reminders: number;
  readonly answer_ms: number | null;
  readonly order_id: string | null;
  readonly order_state: string | null;
  readonly grant_id: string | null;
  readonly grant_state: string | null;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly views_used: number;
  readonly max_views: number;
  readonly groups: readonly string[] | null;
  readonly release_id: string | null;
  readonly rest_id: string | null;
  readonly viewer: "none" | "named" | "out";
  readonly deciders: number;
  readonly own_decisions: number;
  readonly unrecorded: number;
}

const STANDING = `SELECT r.id::text, r.state, r.stage_before, r.escalated_to, r.reminders,
    (extract(epoch FROM r.response_due_at) * 1000)::float8 AS answer_ms,
    a.id::text AS order_id, a.state AS order_state, g.id::text AS grant_id, g.state AS grant_state,
    (extract(epoch FROM g.not_before) * 1000)::float8 AS from_ms, (extract(epoch FROM g.not_after) * 1000)::float8 AS until_ms,
    g.views_used, g.max_views, g.groups,
    (SELECT e.id::text FROM executive_release e WHERE e.request_id = r.id ORDER BY e.id DESC LIMIT 1) AS release_id,
    (SELECT c.id::text FROM access_request c WHERE c.continues_id = r.id) AS rest_id,
    CASE WHEN cardinality(r.co_viewers) = 0 THEN 'none' WHEN EXISTS (SELECT 1 FROM co_viewer_end o WHERE o.request_id = r.id)
      THEN 'out' ELSE 'named' END AS viewer,
    (SELECT count(DISTINCT d.approver_user_id)::int FROM decision d WHERE d.request_id = r.id AND d.decision = 'approve') AS deciders,
    (SELECT count(*)::int FROM decision d WHERE d.request_id = r.id AND d.approver_user_id = r.requester_user_id) AS own_decisions,
    (SELECT count(*)::int FROM request_event e WHERE e.request_id = r.id AND e.to_state IS NOT NULL AND NOT EXISTS
      (SELECT 1 FROM audit_index i WHERE i.request_id = r.id AND i.xmin = e.xmin)) AS unrecorded
  FROM access_request r
  LEFT JOIN LATERAL (SELECT id, state FROM legal_authorization WHERE request_id = r.id ORDER BY id DESC LIMIT 1) a ON true
  LEFT JOIN access_grant g ON g.request_id = r.id
  WHERE r.id = ANY ($1::uuid[])`;

interface Playing {
  readonly world: LifeWorld;
  readonly kind: Filing["kind"];
  readonly order: LifeOrder;
  readonly basis: Basis;
  readonly lives: Map<string, Life>;
  readonly standings: Map<string, Standing>;
  readonly glass: BreakGlass;
  readonly history: string[];
  readonly drawn: readonly string[];
}

/**
 * Returns how an act ended: done, or refused by a use case. Throws other errors, including refusals of the database that a use case did not
 * catch.
 */
async function outcome(act: Promise<unknown>): Promise<{ readonly came: string; readonly answer?: unknown }> {
  try {
    return { came: "done", answer: await act };
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    return { came: error.code };
  }
}

function targetOf({ kind, order, standings, world, glass }: Playing, id: string): Target {
  const now = standings.get(id);
  return {
    kind,
    order,
    id,
    requester: world.who("owner", kind).principal.handle,
    grantId: now?.grant_id ?? NOTHING,
    orderId: now?.order_id ?? NOTHING,
    releaseId: now?.release_id ?? NOTHING,
    txId: world.bench.txId,
    glassId: glass.id ?? NOTHING,
    viewer: world.viewer,
  };
}

/** Returns the model's state in the database's words. */
function shapeOf(one: Life) {
  const isBeside = ["needs_information", "overdue", "extended", "objected"].includes(one.state);
  return {
    state: one.state,
    stage_before: isBeside && one.stage > 0 ? `stage_${one.stage}` : undefined,
    escalated_to: one.escalated ?? null,
    reminders: one.reminders,
    isOwed: Number.isFinite(one.answer),
    order: one.order === "none" ? null : one.order,
    grant: one.grant?.state ?? null,
    views: one.grant?.views ?? 0,
    rest: one.rest !== undefined,
    viewer: one.viewer,
  };
}

function seen(one: Life, now: Standing) {
  const isBeside = ["needs_information", "overdue", "extended", "objected"].includes(now.state);
  return {
    state: now.state,
    stage_before: isBeside ? (now.stage_before ?? undefined) : undefined,
    escalated_to: now.escalated_to,
    reminders: now.reminders,
    isOwed: now.answer_ms !== null,
    order: one.order === "none" ? null : now.order_state,
    grant: now.grant_state,
    views: now.views_used ?? 0,
    rest: now.rest_id !== null,
    viewer: now.viewer,
  };
}

/** Takes over a new grant, and checks that it is no longer, wider or larger than what was asked and decided. */
function takeGrant(one: Life, now: Standing): void {
  const { groups } = now;
  if (one.grant !== undefined || now.grant_id === null || groups === null) return;
  const isReleased = one.release?.words.length === 2;
  one.grant = {
    from: now.from_ms,
    until: now.until_ms,
    max: now.max_views,
    fields: groups,
    isReleased,
    views: 0,
    state: "active",
  } satisfies GrantLife;
  const isWide = groups.some((group) => !one.fields.includes(group)) || now.max_views > 2;
  const isLong = !isReleased && now.until_ms > one.firstUntil;
  if (isWide || isLong) throw new Error(`the grant of ${now.id} is wider than what was decided`);
}

/** Checks what is true of every request at every moment, whatever the model says. */
function requireLawful(now: Standing, one: Life): void {
  const wrongs = {
    "a move has no entry of its own transaction": now.unrecorded > 0,
    "more views than its budget": (now.views_used ?? 0) > (now.max_views ?? 0),
    "the requester decided": now.own_decisions > 0,
    "a grant with fewer than two approvers":
      now.grant_id !== null && one.grant?.isReleased !== true && now.deciders < 2,
    "a grant in force without its request":
      now.grant_state === "active" && now.state !== "active" && now.state !== "partial",
    // Moves are a millisecond apart; the model does not count them.
    "another date than the model's": now.answer_ms !== null && Math.abs(now.answer_ms - one.answer) > 50,
    "a request with a deadline lapsed": now.state === "expired_unreviewed" && now.answer_ms !== null,
  };
  const wrong = Object.entries(wrongs).find(([, is]) => is);
  if (wrong !== undefined) throw new Error(`${now.id}: ${wrong[0]}`);
}

/** Reads every request of the sequence and compares it with the model. */
async function compare(play: Playing): Promise<void> {
  const rows = await play.world.rows<Standing>(STANDING, [[...play.lives.keys()]]);
  for (const now of rows) {
    const one = play.lives.get(now.id);
    if (one === undefined) continue;
    play.standings.set(now.id, now);
    if (now.rest_id !== null && one.rest !== undefined && !play.lives.has(now.rest_id)) {
      play.lives.set(now.rest_id, one.rest);
      return compare(play);
    }
    takeGrant(one, now);
    requireLawful(now, one);
    const [expected, found] = [JSON.stringify(shapeOf(one)), JSON.stringify(seen(one, now))];
    if (expected !== found) throw new Error(`${now.id} is ${found}, and the model says ${expected}`);
  }
}

const Answer = z.object({ id: z.string() });

/** Compares the newest use of break-glass with the model. */
async function compareGlass({ world, glass }: Playing): Promise<void> {
  if (glass.id === undefined) return;
  const [found] = await world.rows<object>(BREAK_GLASS_STANDING, [glass.id]);
  const [expected, now] = [JSON.stringify(breakGlassShape(glass)), JSON.stringify(found)];
  if (expected !== now) throw new Error(`break-glass ${glass.id} is ${now}, and the model says ${expected}`);
}

/** Reviews a waiting use at the end, because its holder could not begin one in the next sequence. */
async function clearGlass(play: Playing): Promise<void> {
  const { world, kind, glass } = play;
  if (glass.isReviewed || glass.id === undefined) return;
  world.clock.advance(2 * 3_600_000);
  await BREAK_GLASS_ACTS.review?.act(world.who("legal", kind), targetOf(play, ""));
}

/** Runs a round of the clock, which handles each request once, in the order of filing. */
async function keep({ world, lives }: Playing): Promise<number> {
  const { legal, cx } = world.bench;
  const portal = { ...cx, clock: world.clock, logger: legal.logger, system: "portal" };
  const steps = await keepRequests(portal);
  for (const one of lives.values()) kept(one, world.clock.nowMs());
  await keepAuthorizations(portal);
  for (const one of lives.values()) keptOrder(one);
  return steps;
}

/** Runs the scanner after its absence, with the same result for all waiting documents. */
async function scan({ world, lives }: Playing, isClean: boolean): Promise<void> {
  const { legal, cx, keystore } = world.bench;
  const word = isClean ? ({ kind: "clean" } as const) : ({ kind: "infected", found: "EICAR" } as const);
  const scanner = { scan: async () => ({ ...word, engine: "ClamAV 1.4.3" }) };
  await scanWaiting({ ...cx, clock: world.clock, keystore, logger: legal.logger, system: "portal", scanner });
  for (const one of lives.values()) scanned(one, isClean, world.clock.nowMs());
}

const ALL: typeof ACTS = { ...ACTS, ...BREAK_GLASS_ACTS, ...ORDER_ACTS };

function isAllowed({ basis, glass, world }: Playing, name: string, one: Life, by: Actor): boolean {
  const now = world.clock.nowMs();
  return (
    MAY[name]?.(one, by, now) === true ||
    MAY_BREAK_GLASS[name]?.(glass, by, now) === true ||
    MAY_ORDER[name]?.(basis, by) === true
  );
}

/** Returns whether a filing is tried: a sequence needs few requests, and an order under which more can be filed. */
const isTried = ({ kind, basis, lives }: Playing, name: string): boolean =>
  name !== "again" || (kind !== undefined && lives.size < (basis.isOnce ? 3 : 2));

interface Choice {
  readonly name: string;
  readonly by: Actor | undefined;
  readonly id: string;
}

/** Returns what an event does as it was drawn. */
function drawnChoice({ lives }: Playing, { name, who, which }: LifeEvent): Choice {
  const id = [...lives.keys()][which % lives.size] ?? "";
  const all = ALL[name]?.by ?? [];
  return { name, by: all[who % all.length], id };
}

/** Acts that end a request, drawn often enough. */
const ENDS: readonly string[] = ["withdraw", "deny 1", "deny 2"];

/** Chooses an act that the model allows on one of the requests; a comment only as an answer. */
function ledChoice(play: Playing, { who, which }: LifeEvent): Choice | undefined {
  const { basis, drawn, lives } = play;
  const may: Choice[] = [];
  const names = drawn.filter((each) => isTried(play, each) && !(each === "distrust" && basis.isRevoked));
  for (const name of names)
    for (const [id, one] of lives) {
      if (ENDS.includes(name) || (name === "comment" && one.state !== "needs_information")) continue;
      const by = ALL[name]?.by.find((each) => isAllowed(play, name, one, each));
      if (by !== undefined) may.push({ name, by, id });
    }
  return may[(who * 6 + which) % may.length];
}

async function step(play: Playing, event: LifeEvent): Promise<void> {
  const { world, lives, kind } = play;
  world.clock.advance(event.after);
  if (event.name === "keep" || !isTried(play, event.name)) return void (await keep(play));
  if (event.name === "clean" || event.name === "infected") return scan(play, event.name === "clean");
  const { name, by, id } = (event.isLed ? ledChoice(play, event) : undefined) ?? drawnChoice(play, event);
  const one = lives.get(id);
  const act = ALL[name]?.act;
  if (one === undefined || by === undefined || act === undefined) throw new Error(`no act ${name} of ${id}`);
  const expected = isAllowed(play, name, one, by);
  const { came, answer } = await outcome(act(world.who(by, kind), targetOf(play, id)));
  play.history.push(`${name} ${came}`);
  if ((came === "done") !== expected)
    throw new Error(`${name} by ${by}: ${came}, and the model says ${expected ? "done" : "refused"}`);
  if (expected) become(play, { name, by, id }, one, answer);
}

/** Applies the result of an act that was done. */
function become(play: Playing, { name, by }: Choice, one: Life, answer: unknown): void {
  const { world, lives, kind, glass, basis } = play;
  const now = world.clock.nowMs();
  DOES[name]?.(one, by ?? "owner", now);
  DOES_BREAK_GLASS[name]?.(glass, now);
  DOES_ORDER[name]?.(basis, now);
  if (name === "break") glass.id = Answer.parse(answer).id;
  if (name === "distrust") world.forgetKey();
  if (name !== "again" || by !== "owner") return;
  lives.set(Answer.parse(answer).id, Object.assign(newLife(kind, false, now, basis), { viewer: "none" }));
}

/** Leads all requests to their end, so that the clock of the next sequence, which starts again, has nothing to do. */
async function toItsEnd(play: Playing): Promise<void> {
  await scan(play, true);
  do play.world.clock.advance(120 * 86_400_000);
  while ((await keep(play)) > 0);
  await compare(play);
}

const OVER: readonly string[] = ["withdrawn", "expired_unreviewed", "closed"];
/** How many more acts are tried after a request can change no more. */
const AFTER_THE_END = 2;

const isOver = ({ lives }: Playing): boolean =>
  [...lives.values()].every(({ state, scan }) => OVER.includes(state) && scan !== "pending");

/**
 * Plays one sequence against the real use cases and their database, and compares both with the model after each event. Returns what
 * happened. Throws at the first difference.
 */
export async function playOut(world: LifeWorld, sequence: Sequence & Drawn): Promise<string[]> {
  const { kind, isPending, isOnce, isSigned, events, drawn } = sequence;
  world.clock.set(new Date());
  const { id, order } = await world.begin(sequence);
  const basis: Basis = { isOnce, isSigned, isRevoked: false, requests: [] };
  const lives = new Map([[id, newLife(kind, isPending, world.clock.nowMs(), basis)]]);
  const glass = newBreakGlass();
  const play: Playing = { world, kind, order, basis, lives, standings: new Map(), history: [], drawn, glass };
  await compare(play);
  try {
    let left = AFTER_THE_END;
    for (const event of events) {
      if (isOver(play) && left-- === 0) break;
      await step(play, event);
      await compare(play);
      await compareGlass(play);
    }
    if (!isOver(play)) await toItsEnd(play);
    await clearGlass(play);
    return play.history;
  } catch (cause) {
    const error = new Error(`${String(cause)} after ${play.history.join(", ")}`, { cause });
    // Leads the remaining requests to their end, so that the next sequence is independent.
    await scan(play, true);
    do world.clock.advance(120 * 86_400_000);
    while ((await keep(play)) > 0);
    await clearGlass(play);
    throw error;
  }
}
