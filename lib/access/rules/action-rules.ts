import type { Stage } from "@/lib/access/requests/schema";
import { conflictReasons } from "@/lib/access/review/conflicts/conflict-reasons";
import type { Action, ActionFacts, FilingFacts } from "@/lib/access/rules/action-facts";
import { purposesOf } from "@/lib/access/rules/default-rules";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { isSupport } from "@/lib/access/rules/floor";
import { type Reason, reason } from "@/lib/access/rules/reason";
import type { Duty } from "@/lib/vocabulary";

type ActionSubject = Pick<SubjectFacts, "userId" | "organisationId" | "role" | "duties">;
type Rule<A extends Action> = (subject: ActionSubject, facts: ActionFacts[A]) => Reason[];

const ASKING_ROLES: ReadonlySet<string> = new Set(["auditor", "regulator", "coordinator"]);
/** The duty that decides each stage. */
export const STAGE_DUTY: Readonly<Record<Stage, Duty>> = { legal: "legal", coordinator: "approve" };
const DECIDING_DUTIES: readonly Duty[] = ["legal", "approve", "compliance"];

const hidden = (id: string, code: "request-file.not-found" | "grant.not-found"): Reason =>
  reason(id, code, "Not found.");

function isOwn(subject: ActionSubject, facts: FilingFacts): boolean {
  return facts.requesterUserId === subject.userId;
}

/** Staff with a deciding duty know of every request and grant; support and other staff do not. */
export function isReviewer(subject: Pick<SubjectFacts, "role" | "duties">): boolean {
  return subject.role === "coordinator" && DECIDING_DUTIES.some((duty) => subject.duties.includes(duty));
}

/** The designated executive (access.md "Requests"): knows of what has been escalated so far, and of nothing else. */
export function isExecutive(subject: Pick<SubjectFacts, "role" | "duties">): boolean {
  return subject.role === "coordinator" && subject.duties.includes("executive");
}

/** A seal keeps an order from its parties, their own reviewers included: these know no more of it than their clients. */
function isSealedFrom(subject: ActionSubject, { sealedFrom = [] }: FilingFacts): boolean {
  return sealedFrom.includes(subject.userId);
}

/** Reviewers know of every request that was sent and is not sealed from them; everybody else knows of his own. */
function mayKnow(subject: ActionSubject, facts: FilingFacts): boolean {
  if (isOwn(subject, facts)) return true;
  if (!facts.isSent || isSealedFrom(subject, facts)) return false;
  return isReviewer(subject) || (facts.escalatedTo === "executive" && isExecutive(subject));
}

const mayFile: Rule<"request.create"> = (subject, facts) => {
  if (!ASKING_ROLES.has(subject.role))
    return [
      reason(
        "default.request-role",
        "auth.role",
        "Access requests are filed by auditors, regulators and staff.",
      ),
    ];
  const purposes = purposesOf(subject);
  if (!purposes.includes(facts.purpose))
    return [
      reason(
        "default.purpose",
        "access.purpose",
        `The purpose ${facts.purpose} is not open to your role: ${purposes.join(", ")}.`,
      ),
    ];
  if (isSupport(subject) && facts.level === "full")
    return [reason("floor.support-masked", "access.level", "Support sees masked fields only.")];
  return [];
};

const mayRead: Rule<"request.read"> = (subject, facts) =>
  mayKnow(subject, facts) ? [] : [hidden("floor.request-of-another", "request-file.not-found")];

const mayChange: Rule<"request.change"> = (subject, facts) => {
  if (isOwn(subject, facts)) return [];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  return [reason("default.request-owner", "access.forbidden", "Only the requester may do this.")];
};

/**
 * The requester never decides, nor anyone of his organisation; each stage has its duty and a person of its own.
 * The order of the refusals matters: what comes first tells nothing about requests one may not know of.
 */
const mayDecide: Rule<"request.decide"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot decide on your own request.")];
  const duty = STAGE_DUTY[facts.stage];
  if (!subject.duties.includes(duty))
    return [
      reason("default.stage-duty", "decision.duty", `The stage ${facts.stage} needs the duty ${duty}.`),
    ];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  const against = conflictReasons(subject, facts, "Members of the requester's organisation cannot decide.");
  if (against.length > 0) return against;
  if (facts.deciders.includes(subject.userId))
    return [
      reason("floor.same-person", "decision.same-person", "The stages are decided by different people."),
    ];
  if (facts.isParty)
    return [reason("floor.party", "decision.party", "A party to these transactions cannot decide.")];
  return [];
};

/** Executives release what is overdue: nobody for himself, his organisation or a party. */
const mayRelease: Rule<"request.release"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot release your own request.")];
  if (!subject.duties.includes("executive"))
    return [reason("default.release-duty", "decision.duty", "A release needs the duty executive.")];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  const against = conflictReasons(subject, facts, "The requester's organisation cannot release it.");
  if (against.length > 0) return against;
  if (facts.isParty)
    return [reason("floor.party", "decision.party", "A party to these transactions cannot release it.")];
  return [];
};

const mayCheckIdentity: Rule<"identity.check"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot check your own identity.")];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  // An executive too: else whoever reviews could keep a release back by checking nobody.
  if (!subject.duties.includes("legal") && !subject.duties.includes("executive"))
    return [
      reason("default.identity-duty", "decision.duty", "Identity checks need the duty legal or executive."),
    ];
  const against = conflictReasons(subject, facts, "The requester's organisation cannot check them.");
  if (against.length > 0) return against;
  return [];
};

/** What deciders are shown is for deciders: never for the requester, nor for his organisation. */
const mayReview: Rule<"request.review"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot review your own request.")];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  const against = conflictReasons(subject, facts, "The requester's organisation cannot review it.");
  if (against.length > 0) return against;
  return [];
};

/**
 * More time, a claim of privilege, an answer in part: acts of a reviewer that neither give nor refuse. Like a decision
 * they are nobody's who asked, of the requester's organisation, or of a party's.
 */
const maySteer: Rule<"request.steer"> = (subject, facts) => {
  const against = mayReview(subject, facts);
  if (against.length > 0) return against;
  const held = facts.isLegalOnly ? subject.duties.includes("legal") : isReviewer(subject);
  if (!held)
    return [
      reason(
        "default.steer-duty",
        "decision.duty",
        facts.isLegalOnly ? "This needs the duty legal." : "This needs a duty of a reviewer.",
      ),
    ];
  if (facts.isParty)
    return [reason("floor.party", "decision.party", "A party to these transactions cannot decide.")];
  return [];
};

/** The requester takes a co-viewer out, and so does whoever may review the request: both can only take away. */
const mayEndCoViewer: Rule<"request.end-co-viewer"> = (subject, facts) => {
  if (isOwn(subject, facts)) return [];
  const against = mayReview(subject, facts);
  if (against.length > 0) return against;
  if (isReviewer(subject)) return [];
  return [reason("default.steer-duty", "decision.duty", "This needs a duty of a reviewer.")];
};

function isViewer(
  subject: ActionSubject,
  { viewers = [] }: { readonly viewers?: readonly string[] },
): boolean {
  return viewers.includes(subject.userId);
}

/** Co-viewers know of the grant they may open; what executives released they know of, whatever else they may know. */
const mayReadGrant: Rule<"grant.read"> = (subject, facts) =>
  mayKnow(subject, facts) ||
  isViewer(subject, facts) ||
  (facts.isReleased === true &&
    !isSealedFrom(subject, facts) &&
    subject.role === "coordinator" &&
    subject.duties.includes("executive"))
    ? []
    : [hidden("floor.grant-of-another", "grant.not-found")];

/** Reviewers take a grant back; its holder may give it up. */
const mayRevoke: Rule<"grant.revoke"> = (subject, facts) => {
  const against = mayReadGrant(subject, facts);
  if (against.length > 0) return against;
  if (!mayKnow(subject, facts) && !facts.isReleased)
    return [reason("default.grant-holder", "access.forbidden", "Only the holder can end this access.")];
  if (!facts.isReleased) return [];
  return [
    reason(
      "floor.released",
      "access.forbidden",
      "Executives released this grant: they end it, or its holder.",
    ),
  ];
};

/** An executive ends what executives released, and its holder gives it up: each by a signed word. */
const mayEndRelease: Rule<"grant.end-release"> = (subject, facts) => {
  const against = mayReadGrant(subject, facts);
  if (against.length > 0) return against;
  if (isOwn(subject, facts) || subject.duties.includes("executive")) return [];
  return [reason("default.release-duty", "decision.duty", "Ending a release needs the duty executive.")];
};

const mayOpen: Rule<"grant.open"> = (subject, facts) => {
  if (isOwn(subject, facts) || isViewer(subject, facts)) return [];
  if (!mayKnow(subject, facts)) return [hidden("floor.grant-of-another", "grant.not-found")];
  return [reason("floor.grant-of-another", "access.no-grant", "No grant of yours covers this.")];
};

const RULES: { readonly [A in Action]: Rule<A> } = {
  "request.create": mayFile,
  "request.read": mayRead,
  "request.change": mayChange,
  "request.comment": (subject, facts) => mayRead(subject, facts),
  "request.review": mayReview,
  "request.decide": mayDecide,
  "request.steer": maySteer,
  "request.release": mayRelease,
  "identity.check": mayCheckIdentity,
  "request.end-co-viewer": mayEndCoViewer,
  "grant.read": mayReadGrant,
  "grant.revoke": mayRevoke,
  "grant.end-release": mayEndRelease,
  "grant.open": mayOpen,
};

/** Reasons against an action; none means it is allowed. Pure. */
export function decideAction<A extends Action>(
  subject: ActionSubject,
  action: A,
  facts: ActionFacts[A],
): Reason[] {
  return RULES[action](subject, facts);
}
