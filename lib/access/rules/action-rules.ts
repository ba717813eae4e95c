import type { Stage } from "@/lib/access/requests/schema";
import { conflictReasons } from "@/lib/access/review/conflicts/conflict-reasons";
import type { Action, ActionFacts, FilingFacts } from "@/lib/access/rules/action-facts";
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

/** The designated executive (access.md "Requests") knows only of requests that were escalated to this level. */
export function isExecutive(subject: Pick<SubjectFacts, "role" | "duties">): boolean {
  return subject.role === "coordinator" && subject.duties.includes("executive");
}

/**
 * A seal hides an order from its parties and from their own reviewers, who must know no more of it than their clients.
 */
function isSealedFrom(subject: ActionSubject, { sealedFrom = [] }: FilingFacts): boolean {
  return sealedFrom.includes(subject.userId);
}

/** Reviewers know of every submitted request that is not sealed from them; other people know only of their own. */
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
  const { purposes } = facts;
  if (!purposes.includes(facts.purpose))
    return [
      reason(
        "default.purpose",
        "access.purpose",
        `Your role cannot use the purpose ${facts.purpose}. It can use: ${purposes.join(", ")}.`,
      ),
    ];
  if (isSupport(subject) && facts.level === "full")
    return [reason("floor.support-masked", "access.level", "Support sees masked fields only.")];
  if (!facts.isLevelOpen)
    return [
      reason("default.request-level", "access.level", "Your role cannot use this level for this purpose."),
    ];
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
 * The requester and members of their organisation never decide. Each stage has its duty and needs a different person.
 * The order of the refusals matters: the first ones reveal nothing about requests that the caller may not know of.
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
    return [reason("floor.same-person", "decision.same-person", "Different people must decide the stages.")];
  if (facts.isParty)
    return [reason("floor.party", "decision.party", "A party to these transactions cannot decide.")];
  return [];
};

/** Executives release overdue requests, but not their own, their organisation's or a party's. */
const mayRelease: Rule<"request.release"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot release your own request.")];
  if (!subject.duties.includes("executive"))
    return [reason("default.release-duty", "decision.duty", "A release needs the executive duty.")];
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
  // An executive may check too. Otherwise reviewers could prevent a release by not checking the officer.
  if (!subject.duties.includes("legal") && !subject.duties.includes("executive"))
    return [
      reason("default.identity-duty", "decision.duty", "Identity checks need the duty legal or executive."),
    ];
  const against = conflictReasons(
    subject,
    facts,
    "Members of the requester's organisation cannot check the requester's identity.",
  );
  if (against.length > 0) return against;
  return [];
};

/** The review panel is for deciders only, not for the requester or their organisation. */
const mayReview: Rule<"request.review"> = (subject, facts) => {
  if (isOwn(subject, facts))
    return [reason("floor.self-approval", "decision.self", "You cannot review your own request.")];
  if (!mayKnow(subject, facts)) return [hidden("floor.request-of-another", "request-file.not-found")];
  const against = conflictReasons(subject, facts, "The requester's organisation cannot review it.");
  if (against.length > 0) return against;
  return [];
};

/**
 * Extension, claim of privilege, partial answer: acts of a reviewer that neither approve nor refuse. As with a
 * decision, the requester, members of their organisation and members of a party's organisation cannot do them.
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

/** The requester may remove a co-viewer, and so may every reviewer of the request: removing only takes access away. */
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

/** Co-viewers know of the grant they may open. Executives always know of a grant that executives released. */
const mayReadGrant: Rule<"grant.read"> = (subject, facts) =>
  mayKnow(subject, facts) ||
  isViewer(subject, facts) ||
  (facts.isReleased === true &&
    !isSealedFrom(subject, facts) &&
    subject.role === "coordinator" &&
    subject.duties.includes("executive"))
    ? []
    : [hidden("floor.grant-of-another", "grant.not-found")];

/** Reviewers revoke a grant; its holder may end their own access. */
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
      "Executives released this grant. Only an executive or the holder can end it.",
    ),
  ];
};

/** An executive or the holder ends an executive release, each with a signature. */
const mayEndRelease: Rule<"grant.end-release"> = (subject, facts) => {
  const against = mayReadGrant(subject, facts);
  if (against.length > 0) return against;
  if (isOwn(subject, facts) || subject.duties.includes("executive")) return [];
  return [reason("default.release-duty", "decision.duty", "Ending a release needs the executive duty.")];
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

/** Returns the reasons against an action; an empty list allows it. Pure. */
export function decideAction<A extends Action>(
  subject: ActionSubject,
  action: A,
  facts: ActionFacts[A],
): Reason[] {
  return RULES[action](subject, facts);
}
