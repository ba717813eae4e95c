import { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { ALL_HOURS, OFFICE_HOURS } from "@/lib/organisations/hours";
import { type Duty, GroupName, InstrumentKind, type Role } from "@/lib/vocabulary";

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
  // Most draws are the good value. Otherwise random requests would hardly ever be allowed.
  const mostly = <T>(good: T, others: readonly T[]): T => (next() < 0.88 ? good : pick(others));
  return { next, pick, mostly };
}

const DAY = 86_400_000;
const MINUTE = 60_000;
const BASE = Date.UTC(2026, 0, 5);

/**
 * Returns the facts of one random opening; equal for equal seeds. Most facts are the good value, so that about a tenth of openings is
 * allowed.
 */
export function randomFacts(seed: number): OpeningFacts {
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
    viewers: mostly<readonly string[]>([], [["me"]]),
    coViewers: mostly<readonly string[]>([], [["p2"], ["p3", "me"]]),
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
  const { authorization: _none, requestId: _asked, viewers: _looking, coViewers: _named, ...bare } = grant;
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
  const breakGlassGrant = {
    ...bare,
    approvals: [],
    breakGlass: { id: "e", partyOrganisations: mostly(["their-org"], [["their-org", "my-org"]]) },
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
  // The last day that a role may look back to, the one after it, and those of other roles.
  const day = { regulator: 2_555, auditor: 1_825, coordinator: 3_650, client: 365, miner: 365, admin: 365 }[
    role
  ];
  const lookBack = [day, day, day + 1, day + 1, 364, 365, 1_826, 2_555, 3_650];
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
    ...(next() < 0.85 ? { grant: pick([grant, grant, grant, disputeGrant, breakGlassGrant]) } : {}),
    ...(next() < 0.9 ? { opening: pick(["signed", "signed", "evaluation", "unbound"] as const) } : {}),
    ...(next() < 0.3 ? { hoursOverride: { reason: pick(["ordered", " "]) } } : {}),
    isEvaluation: next() < 0.5,
    now,
  };
}
