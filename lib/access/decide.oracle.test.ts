import { expect, it } from "vitest";
import { decideOpening } from "@/lib/access/decide";
import type { OpeningFacts } from "@/lib/access/facts";
import { ALL_HOURS, OFFICE_HOURS } from "@/lib/access/hours";
import { AuthorizationState, GrantState, InstrumentKind } from "@/lib/access/schema";
import type { Duty, Role } from "@/lib/context";
import { GroupName } from "@/lib/escrow/statements";

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
  // Most draws are the good value, or random requests would hardly ever be allowed.
  const mostly = <T>(good: T, others: readonly T[]): T => (next() < 0.88 ? good : pick(others));
  return { next, pick, mostly };
}

const DAY = 86_400_000;
const MINUTE = 60_000;
const BASE = Date.UTC(2026, 0, 5);

function randomFacts(seed: number): OpeningFacts {
  const { next, pick, mostly } = dice(seed);
  const now = new Date(BASE + Math.floor(next() * 365 * 24 * 4) * 15 * MINUTE);
  const near = (ms: readonly number[]): Date => new Date(now.getTime() + pick(ms));
  const role = pick<Role>(["client", "miner", "coordinator", "auditor", "regulator", "admin"]);
  const purposes = ["settlement", "audit", "compliance", "dispute", "support", "reporting"];
  const isParty = role === "client" || role === "miner";
  const purpose = mostly(isParty ? "settlement" : pick(["audit", "compliance", "dispute"]), purposes);
  const groups = GroupName.options.filter(() => next() < 0.6);
  const asked = GroupName.options.filter(() => next() < 0.3);
  const held: Duty[][] = [[], [], [], [], ["support"], ["break-glass"], ["support", "break-glass"]];
  const duties = pick(held);
  const authorization = {
    id: "a",
    kind: pick(InstrumentKind.options),
    state: mostly("active" as const, AuthorizationState.options),
    validFrom: mostly(near([-DAY]), [near([0]), near([1])]),
    validUntil: mostly(near([DAY]), [near([0]), near([1])]),
  };
  const grant = {
    id: "g",
    requestId: "r",
    subjectUserId: mostly("me", ["other"]),
    requesterOrganisationId: "my-org",
    transactions: mostly(["tx"], [["other"]]),
    groups,
    level: mostly(duties.length > 0 ? ("masked" as const) : ("full" as const), [
      "metadata",
      "masked",
      "full",
    ] as const),
    purpose: mostly(purpose, purposes),
    notBefore: mostly(near([-DAY]), [near([0]), near([1])]),
    notAfter: mostly(near([DAY]), [near([0]), near([1])]),
    maxViews: 2,
    viewsUsed: mostly(0, [1, 2]),
    state: mostly("active" as const, GrantState.options),
    assurance: "signed",
    ...(next() < 0.9 ? { authorization } : {}),
    approvals: [
      { approverUserId: mostly("p1", ["me"]), approverOrganisationId: mostly("staff", ["my-org"]) },
      { approverUserId: mostly("p2", ["p1"]), approverOrganisationId: "staff" },
    ],
  };
  const { authorization: _none, requestId: _asked, ...bare } = grant;
  const disputeGrant = {
    ...bare,
    approvals: [],
    dispute: {
      id: "d",
      isLive: mostly(true, [false]),
      takenBy: mostly("me", ["other", undefined]),
      partyOrganisations: mostly(["their-org"], [["their-org", "my-org"]]),
    },
  };
  const emergencyGrant = {
    ...bare,
    approvals: [],
    emergency: { id: "e", partyOrganisations: mostly(["their-org"], [["their-org", "my-org"]]) },
  };
  const session = {
    kind: "session" as const,
    sessionId: "s",
    method: "totp" as const,
    provedAt: near([0, -15 * MINUTE, -15 * MINUTE - 1, 1]),
    multiFactorAt: near([-MINUTE, -15 * MINUTE, -15 * MINUTE - 1]),
  };
  const apiKey = { kind: "api-key" as const, keyId: "k", prefix: "p", signed: next() < 0.7 };
  const hours = pick([undefined, OFFICE_HOURS, ALL_HOURS, ALL_HOURS]);
  const hold = pick([undefined, undefined, 0, 1]);
  const lookBack = [1, 364, 365, 366, 1_825, 1_826, 2_555, 2_556, 3_650, 3_651];
  return {
    subject: {
      userId: "me",
      handle: "me",
      organisationId: "my-org",
      participantId: mostly("mine", ["theirs"]),
      role,
      duties,
      isActive: mostly(true, [false]),
      proof: next() < 0.5 ? session : apiKey,
      hasSecondFactor: next() < 0.5,
    },
    office: {
      zone: "UTC",
      ...(hours === undefined ? {} : { weeklyHours: hours }),
      holidays: next() < 0.1 ? [now.toISOString().slice(0, 10)] : [],
    },
    record: {
      transactionId: "tx",
      participants: ["mine", "third"],
      submitter: "mine",
      createdAt: new Date(now.getTime() - mostly(1, lookBack) * DAY),
      groups: GroupName.options,
      retentionClass: mostly("standard", ["extended"]),
      ...(hold === undefined ? {} : { holdUntil: new Date(now.getTime() + hold) }),
    },
    purpose,
    ...(next() < 0.4 && asked.length > 0 ? { groups: asked } : {}),
    ...(next() < 0.85 ? { grant: pick([grant, grant, grant, disputeGrant, emergencyGrant]) } : {}),
    ...(next() < 0.9 ? { opening: pick(["signed", "signed", "evaluation", "unbound"] as const) } : {}),
    ...(next() < 0.3 ? { hoursOverride: { reason: pick(["ordered", " "]) } } : {}),
    isEvaluation: next() < 0.5,
    now,
  };
}

/** The rules once more, written from access.md as one condition and in another shape. UTC only. */
function oracle(f: OpeningFacts): boolean {
  const { subject: s, grant: g, record: r } = f;
  const now = f.now.getTime();
  if (!s.isActive) return false;
  const days = Math.floor((now - r.createdAt.getTime()) / DAY);
  const isRecent = (then: Date | undefined) => {
    const age = now - (then?.getTime() ?? 0);
    return age >= 0 && age <= 900_000;
  };
  const fresh = s.proof.kind === "session" && isRecent(s.proof.multiFactorAt);
  if (s.role === "client" || s.role === "miner") {
    const isParty = s.participantId !== undefined && r.participants.includes(s.participantId);
    const allowed = s.role === "client" ? ["settlement", "dispute", "support"] : ["settlement"];
    const purposes = allowed.filter((one) => !s.duties.includes("support") || one === "dispute");
    const proven =
      s.proof.kind === "api-key" || isRecent(s.hasSecondFactor ? s.proof.multiFactorAt : s.proof.provedAt);
    return isParty && purposes.includes(f.purpose) && days <= 365 && proven;
  }
  if (g === undefined || s.role === "admin") return false;
  if (g.subjectUserId !== "me" || !g.transactions.includes("tx") || g.state !== "active") return false;
  if (now < g.notBefore.getTime() || now >= g.notAfter.getTime() || g.viewsUsed >= 2) return false;
  const a = g.authorization;
  if (g.dispute !== undefined) {
    if (!g.dispute.isLive || g.dispute.takenBy !== "me" || !s.duties.includes("support")) return false;
    if (g.dispute.partyOrganisations.includes("my-org") || g.level !== "masked") return false;
  }
  if (g.emergency !== undefined) {
    if (s.role !== "coordinator" || !s.duties.includes("break-glass") || g.level !== "masked") return false;
    if (g.emergency.partyOrganisations.includes("my-org")) return false;
  }
  if (a === undefined && s.role !== "coordinator") return false;
  if (a !== undefined && g.emergency === undefined) {
    if (!["signature_verified", "attested", "approved", "active"].includes(a.state)) return false;
    if (now < a.validFrom.getTime() || now >= a.validUntil.getTime()) return false;
  }
  const needsApproval = g.dispute === undefined && g.emergency === undefined;
  const people = g.approvals.map((one) => one.approverUserId);
  if (people.includes("me") || g.approvals.some((one) => one.approverOrganisationId === "my-org"))
    return false;
  if (needsApproval && g.level === "full" && new Set(people).size < 2) return false;
  if (g.level === "metadata" || g.purpose !== f.purpose) return false;
  const isSupport = s.duties.includes("support");
  if (isSupport && s.role !== "coordinator") return false;
  const isSupports = f.purpose === "dispute" || g.emergency !== undefined;
  if (isSupport && (g.level !== "masked" || !isSupports)) return false;
  if (!isSupport && s.role !== "coordinator" && f.purpose !== "audit" && f.purpose !== "compliance")
    return false;
  if (f.groups?.some((group) => !g.groups.includes(group))) return false;
  const limit = { regulator: 2_555, auditor: 1_825, coordinator: 3_650 }[s.role];
  const kept = r.retentionClass !== "standard" || (r.holdUntil !== undefined && now < r.holdUntil.getTime());
  if (days > limit && !(kept && a !== undefined)) return false;
  if (!inHours(f) && !(f.hoursOverride?.reason.trim() && a !== undefined && a.kind !== "audit_mandate"))
    return false;
  if (s.proof.kind === "session" ? !fresh : !s.proof.signed && !f.isEvaluation) return false;
  return f.isEvaluation || f.opening === "signed";
}

function inHours({ subject, office, now }: OpeningFacts): boolean {
  if (subject.role === "coordinator" || (subject.role === "regulator" && office.weeklyHours === undefined))
    return true;
  if (office.holidays.includes(now.toISOString().slice(0, 10))) return false;
  if (office.weeklyHours === ALL_HOURS) return true;
  return ![0, 6].includes(now.getUTCDay()) && now.getUTCHours() >= 9 && now.getUTCHours() < 17;
}

it("agrees with a hand-written oracle in 30,000 random requests, and both allow and refuse often", () => {
  let allowed = 0;
  for (let seed = 1; seed <= 30_000; seed++) {
    const facts = randomFacts(seed);
    const decision = decideOpening(facts);
    expect(decision.isAllowed, `seed ${seed}: ${JSON.stringify(decision)}`).toBe(oracle(facts));
    if (decision.isAllowed) allowed += 1;
  }
  expect(allowed).toBeGreaterThan(3_000);
  expect(allowed).toBeLessThan(27_000);
});
