import type { ActionFacts } from "@/lib/access/rules/action-facts";
import { decideAction } from "@/lib/access/rules/action-rules";
import { seesEveryCase } from "@/lib/audit/reading/fence";
import { REGISTRAR_DUTIES } from "@/lib/authorities/registry/rules";
import type { Principal } from "@/lib/context/principal";
import { mayKnow as mayKnowDispute } from "@/lib/disputes/rules";
import { mayUseKey, seesUnderEpochs } from "@/lib/keys/permissions";
import type { LiveChange } from "@/lib/live/schema";
import { mayWrite } from "@/lib/policies/who-may";
import { mayKnow } from "@/lib/transactions/read/who-may-know";
import type { Duty } from "@/lib/vocabulary";

/** A changed thing with the facts that decide who may know of it. */
export type Changed =
  | {
      readonly change: LiveChange & { kind: "request" | "grant" };
      readonly filing: ActionFacts["grant.read"];
    }
  | {
      readonly change: LiveChange & { kind: "transaction" | "dispute" | "rotation" | "key" | "notice" };
      readonly parties: readonly string[];
    }
  | {
      readonly change: LiveChange & { kind: "hold" };
      readonly organisationId: string | undefined;
      readonly sealedFrom: readonly string[];
    }
  | { readonly change: LiveChange & { kind: "notification" }; readonly userId: string }
  /**
   * An act that needs two people. `excluded`: accounts that do not see it, because they cannot be the second person and
   * did not ask for it.
   */
  | {
      readonly change: LiveChange & { kind: "agreement" | "erasure" | "authority" };
      readonly excluded: readonly string[];
    }
  | {
      readonly change: LiveChange & { kind: "roster" };
      /** The person who asked. */
      readonly owner: string | undefined;
      /** Handles of the people whom a version changes. */
      readonly concerned: readonly string[];
    }
  | { readonly change: LiveChange & { kind: "access_review" }; readonly people: readonly string[] }
  | { readonly change: LiveChange & { kind: "policy" }; readonly isPolicy: true }
  | {
      readonly change: LiveChange & { kind: "alert" | "alert_address" | "alert_threshold" };
      readonly isAlert: true;
      readonly sealedFrom: readonly string[];
    }
  | { readonly change: LiveChange & { kind: "epoch" } };

const CONFIRMING: readonly string[] = ["admin", "approve", "legal"];

/**
 * Returns true for the person who asked, and for people with a duty to confirm changes of the roster, except those whom
 * it changes.
 */
function seesRosterChange(
  { userId, handle, duties }: Principal,
  owner: string | undefined,
  concerned: readonly string[],
) {
  return (
    userId === owner || (duties.some((duty) => CONFIRMING.includes(duty)) && !concerned.includes(handle))
  );
}

const HOLD_ROLES: readonly string[] = ["auditor", "regulator", "coordinator"];

/**
 * Holds are shown to the agency that placed them and to people who decide about every case and belong to no party of
 * the records (`list-preservations.ts`).
 */
function seesHold(
  principal: Principal,
  organisationId: string | undefined,
  sealedFrom: readonly string[],
): boolean {
  if (!HOLD_ROLES.includes(principal.role)) return false;
  if (principal.organisationId === organisationId) return true;
  return seesEveryCase({ principal }) && !sealedFrom.includes(principal.userId);
}

type OfParties = Extract<Changed, { readonly parties: readonly string[] }>;

function seesOfParties(principal: Principal, { change: { kind }, parties }: OfParties): boolean {
  switch (kind) {
    // A notice is only for the people whose data were disclosed.
    case "notice":
      return principal.participantId !== undefined && parties.includes(principal.participantId);
    case "transaction":
      return mayKnow(principal, parties);
    case "dispute":
      return mayKnowDispute(principal, parties);
    default:
      // The state of a key is not a secret; operators also see the data sealed with it and its recovery.
      if (kind === "key" && seesUnderEpochs(principal)) return true;
      return parties.some((participantId) => mayUseKey(principal, participantId, "read-rotation"));
  }
}

type OfTwo = Extract<Changed, { readonly excluded: readonly string[] }>;

/**
 * Administrators see agreements, people with a duty for erasures see erasures, and people who keep the registry see
 * authorities' keys. The person whom an act concerns does not see it.
 */
function seesOfTwo({ role, duties, userId }: Principal, { change: { kind }, excluded }: OfTwo): boolean {
  if (excluded.includes(userId)) return false;
  const has = (...wanted: readonly Duty[]) => wanted.some((duty) => duties.includes(duty));
  if (kind === "agreement") return role === "admin" && has("admin");
  if (kind === "erasure") return role === "coordinator" && has("privacy", "compliance");
  return (role === "coordinator" || role === "admin") && has(...REGISTRAR_DUTIES);
}

/** An access review is shown to administrators, compliance, its reviewers, and people whose duties it paused. */
function seesReview({ role, duties, userId }: Principal, people: readonly string[]): boolean {
  const isCompliance = role === "coordinator" && duties.includes("compliance");
  return role === "admin" || isCompliance || people.includes(userId);
}

/** Alerts, and where and when they are sent, are for administrators and compliance. */
function seesAlerts({ role, duties }: Principal): boolean {
  return role === "admin" || (role === "coordinator" && duties.includes("compliance"));
}

/**
 * Returns whether a person receives a change. The rules are those for reading the object, so that a stream shows no
 * more than a call.
 */
export function isVisibleTo(principal: Principal, changed: Changed): boolean {
  if ("filing" in changed) {
    const action = changed.change.kind === "request" ? "request.read" : "grant.read";
    return decideAction(principal, action, changed.filing).length === 0;
  }
  if ("userId" in changed) return changed.userId === principal.userId;
  if ("excluded" in changed) return seesOfTwo(principal, changed);
  if ("concerned" in changed) return seesRosterChange(principal, changed.owner, changed.concerned);
  if ("people" in changed) return seesReview(principal, changed.people);
  if ("isPolicy" in changed) return principal.role === "admin" || mayWrite(principal);
  if ("isAlert" in changed) return seesAlerts(principal) && !changed.sealedFrom.includes(principal.userId);
  if ("organisationId" in changed) return seesHold(principal, changed.organisationId, changed.sealedFrom);
  return "parties" in changed ? seesOfParties(principal, changed) : seesUnderEpochs(principal);
}
