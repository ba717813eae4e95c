import type { Principal } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import type { SetAct, SetState } from "@/lib/policies/schema";
import type { SetRow } from "@/lib/policies/store";
import type { Duty } from "@/lib/vocabulary";

type Who = Pick<Principal, "userId" | "role" | "duties">;

/** Duties of coordinators that write, decide on and activate policy sets. */
const WRITING: readonly Duty[] = ["approve", "legal", "compliance"];

/** Returns whether this person may write policy sets and act on them. */
export function mayWrite({ role, duties }: Who): boolean {
  return role === "coordinator" && duties.some((duty) => WRITING.includes(duty));
}

/** Throws `access.forbidden` unless the caller may read policy sets. */
export function requireReader(who: Who): void {
  if (who.role === "admin" || who.role === "auditor" || mayWrite(who)) return;
  throw new DomainError("access.forbidden", {
    detail:
      "Only administrators, auditors, and people with the duty approve, legal or compliance can read policies.",
  });
}

/** States of the sets that decide or decided. */
export const DECIDING_STATES: readonly SetState[] = ["active", "superseded", "rolled_back"];

/** Throws `access.forbidden` for a set that was never in force, unless the caller writes sets. */
export function requireReadable(who: Who, { number, state }: Pick<SetRow, "number" | "state">): void {
  if (mayWrite(who) || DECIDING_STATES.includes(state)) return;
  throw new DomainError("access.forbidden", {
    detail: `Version ${number} was never in force. Drafts are for the people who write and decide on them.`,
  });
}

/** Throws `access.forbidden` unless the caller may act on policy sets. */
export function requireWriter(who: Who): void {
  if (mayWrite(who)) return;
  throw new DomainError("access.forbidden", {
    detail: "Only people with the duty approve, legal or compliance can change policies.",
  });
}

/** Throws `policy.second-person` unless the caller wrote this set. */
export function requireAuthor({ userId }: Who, { author, number }: SetRow): void {
  if (author === userId) return;
  throw new DomainError("policy.second-person", {
    detail: `Only its author can change version ${number}. Make your own draft from it.`,
  });
}

/** Returns the duties with which a person may decide on a set. */
export function decidingDuties({ duties }: Who): ("approve" | "legal")[] {
  return (["approve", "legal"] as const).filter((duty) => duties.includes(duty));
}

interface Decided {
  readonly duties: readonly string[];
}

/**
 * Returns which approvals one submission still needs: one by a person with the duty approve and, if anyone gains
 * access, one by another person with the duty legal.
 */
export function neededApprovals(
  gains: boolean,
  approvals: readonly Decided[],
): readonly ("approval" | "legal")[] {
  const has = (duty: string) => approvals.some(({ duties }) => duties.includes(duty));
  const needsApproval = !has("approve") || (gains && has("legal") && approvals.length < 2);
  return [
    ...(needsApproval ? (["approval"] as const) : []),
    ...(gains && !has("legal") ? (["legal"] as const) : []),
  ];
}

const OPEN: Readonly<Record<string, readonly SetAct[]>> = {
  draft: ["save", "submit", "withdraw"],
  submitted: ["decide", "withdraw"],
  approved: ["schedule", "activate", "withdraw"],
  scheduled: ["schedule", "activate", "withdraw"],
};

/** Returns the acts that this person may try on a set now. Each act checks its other conditions itself. */
export function actsOf(who: Who, set: SetRow, known: { readonly former: number | undefined }): SetAct[] {
  if (!mayWrite(who)) return [];
  const isAuthor = set.author === who.userId;
  const acts = OPEN[set.state] ?? (set.number === known.former ? ["roll_back" as const] : []);
  return acts.filter((act) => {
    if (act === "save" || act === "submit") return isAuthor;
    return act === "decide" ? !isAuthor && decidingDuties(who).length > 0 : true;
  });
}
