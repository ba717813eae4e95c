import { isReviewer } from "@/lib/access/rules/action-rules";
import type { SubjectFacts } from "@/lib/access/rules/facts";

/** For whom a refusal has words of its own; other staff are told the rule's sentence alone. */
export type Audience = "participant" | "auditor" | "regulator" | "support" | "reviewer";

/** Who is told. A reviewer who also supports is told as a reviewer. Pure. */
export function audienceOf(subject: Pick<SubjectFacts, "role" | "duties">): Audience | undefined {
  if (subject.role === "client" || subject.role === "miner") return "participant";
  if (subject.role === "auditor" || subject.role === "regulator") return subject.role;
  if (isReviewer(subject)) return "reviewer";
  return subject.role === "coordinator" && subject.duties.includes("support") ? "support" : undefined;
}

const ASK = "File an access request with your legal authority.";

/**
 * What each role can do about a refusal, by the rule's id. Chosen by the rule and the reader's own role and by nothing else,
 * so that the words tell of a record, a case or a person no more than the refusal does.
 */
const WORDS: Readonly<Record<string, Readonly<Partial<Record<Audience, string>>>>> = {
  "default.hours": {
    auditor: "Auditors open records in office hours only, whatever the instrument.",
    regulator:
      "Your agency set these hours. For an order or a demand that does not wait, give hours_override with a reason; it is logged.",
  },
  "default.retention": {
    participant: "The operator can tell you what became of an older record.",
    auditor: "An instrument that names a record under a legal hold reaches further back.",
    regulator: "An instrument that names a record under a legal hold reaches further back.",
    support: "An older record takes a request of a reviewer's.",
    reviewer: "An older record takes an instrument that names it, and a hold.",
  },
  "floor.no-grant": {
    auditor: ASK,
    regulator: ASK,
    support: "A party lets support see a transaction, masked, by disputing it.",
    reviewer: "Reviewing gives no access of its own: file a request, which others decide.",
  },
  "default.groups": {
    participant: "A record opens for you in the fields that were sealed for you.",
    auditor: "The deciders granted other fields; these take a new request.",
    regulator: "The deciders granted other fields; these take a new request.",
    reviewer: "These fields take a new request.",
  },
  "default.level": {
    auditor: "Another level takes a new request.",
    regulator: "Another level takes a new request.",
    reviewer: "Another level takes a new request.",
  },
  "default.views": {
    auditor: "More views take a new request.",
    regulator: "More views take a new request under the same authority.",
    support: "More views take the party's word in its dispute.",
    reviewer: "More views take a new request.",
  },
  "default.purpose": {
    participant: "Participants open their own records for settlement, dispute and support.",
    auditor: "Auditors open for audit and compliance.",
    regulator: "Regulators open for audit and compliance.",
    support: "Support opens for a dispute, masked.",
  },
};

/** Rules of the floor that say what another rule says, to the same readers. */
const ALIKE: Readonly<Record<string, string>> = {
  "floor.views": "default.views",
  "floor.grant-state": "floor.no-grant",
  "floor.grant-transaction": "floor.no-grant",
};

/** The words for this reader beside the rule's own sentence; nothing where a rule says the same to everybody. */
export function wordsFor(reasonId: string, audience: Audience | undefined): string | undefined {
  return audience === undefined ? undefined : WORDS[ALIKE[reasonId] ?? reasonId]?.[audience];
}

/** Every rule with words by role, and for whom; for the test that holds them against the pages' own. */
export function wordedReasons(): readonly (readonly [reasonId: string, audiences: readonly string[]])[] {
  return Object.entries(WORDS).map(([id, words]) => [id, Object.keys(words)] as const);
}
