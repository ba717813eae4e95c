import type { Allowed, Refused } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { ALL_HOURS } from "@/lib/organisations/hours";

const DAY = 86_400_000;

/** Returns whether an opening is allowed: the rules again, written from access.md as one condition and in another form. UTC only. */
export function isAllowedByOracle(f: OpeningFacts): boolean {
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
  const mayLook = g.subjectUserId === "me" || (g.viewers ?? []).includes("me");
  if (!mayLook || !g.transactions.includes("tx") || g.state !== "active") return false;
  if (now < g.notBefore.getTime() || now >= g.notAfter.getTime() || g.viewsUsed >= 2) return false;
  const a = g.authorization;
  if (g.dispute !== undefined) {
    if (!g.dispute.isLive || g.dispute.takenBy !== "me" || !s.duties.includes("support")) return false;
    if (g.dispute.partyOrganisations.includes("my-org") || g.level !== "masked") return false;
  }
  if (g.breakGlass !== undefined) {
    if (s.role !== "coordinator" || !s.duties.includes("break-glass") || g.level !== "masked") return false;
    if (g.breakGlass.partyOrganisations.includes("my-org")) return false;
  }
  if (a === undefined && s.role !== "coordinator") return false;
  if (a !== undefined && g.breakGlass === undefined) {
    if (!["signature_verified", "attested", "approved", "active"].includes(a.state)) return false;
    if (now < a.validFrom.getTime() || now >= a.validUntil.getTime()) return false;
  }
  const needsApproval = g.dispute === undefined && g.breakGlass === undefined;
  const people = g.approvals.map((one) => one.approverUserId);
  if (people.includes("me") || g.approvals.some((one) => one.approverOrganisationId === "my-org"))
    return false;
  if ((g.coViewers ?? []).some((one) => people.includes(one))) return false;
  if (needsApproval && g.level === "full" && new Set(people).size < 2) return false;
  if (g.level === "metadata" || g.purpose !== f.purpose) return false;
  const isSupport = s.duties.includes("support");
  if (isSupport && s.role !== "coordinator") return false;
  const isSupports = f.purpose === "dispute" || g.breakGlass !== undefined;
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

/** Returns which groups open, and at which level: masked where a weaker instrument reaches what may identify a person. */
function levelsByOracle(f: OpeningFacts): Record<string, string> {
  const isOwn = f.subject.role === "client" || f.subject.role === "miner";
  const open = isOwn ? f.record.groups : (f.grant?.groups ?? []);
  const asked = f.groups === undefined ? open : open.filter((group) => f.groups?.includes(group));
  const kind = isOwn ? undefined : f.grant?.authorization?.kind;
  const isWeak = kind === "subpoena" || kind === "statutory_demand" || kind === "audit_mandate";
  const level = (group: string) => {
    if (isWeak && ["parties", "narrative", "external_references"].includes(group)) return "masked";
    return isOwn ? "full" : (f.grant?.level ?? "full");
  };
  return Object.fromEntries(asked.map((group) => [group, level(group)]));
}

/** Returns whether a decision differs from the oracle's, or opens another group or more of one. */
export function differs(decision: Allowed | Refused, f: OpeningFacts): boolean {
  if (decision.isAllowed !== isAllowedByOracle(f)) return true;
  if (!decision.isAllowed) return false;
  const [ours, theirs] = [decision.levels, levelsByOracle(f)] as const;
  return JSON.stringify(Object.entries(ours).sort()) !== JSON.stringify(Object.entries(theirs).sort());
}
