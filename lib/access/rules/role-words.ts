import { isReviewer } from "@/lib/access/rules/action-rules";
import type { SubjectFacts } from "@/lib/access/rules/facts";

/** Reader roles for which a refusal has its own text; other staff get the rule's sentence alone. */
export type Audience = "participant" | "auditor" | "regulator" | "support" | "reviewer";

/** Returns the reader role. A reviewer who is also support counts as a reviewer. Pure. */
export function audienceOf(subject: Pick<SubjectFacts, "role" | "duties">): Audience | undefined {
  if (subject.role === "client" || subject.role === "miner") return "participant";
  if (subject.role === "auditor" || subject.role === "regulator") return subject.role;
  if (isReviewer(subject)) return "reviewer";
  return subject.role === "coordinator" && subject.duties.includes("support") ? "support" : undefined;
}

const ASK = "File an access request with your legal authority.";

/**
 * What each role can do about a refusal, by the rule's id. Only the rule and the reader's own role choose the text, so
 * it reveals no more of a record, a case or a person than the refusal does.
 */
const WORDS: Readonly<Record<string, Readonly<Partial<Record<Audience, string>>>>> = {
  "default.hours": {
    auditor: "Auditors open transactions in office hours only, whatever the instrument.",
    regulator:
      "Your agency set these hours. For an order or a demand that does not wait, give hours_override with a reason; it is logged.",
  },
  "default.retention": {
    participant: "The operator can tell you what became of an older transaction.",
    auditor: "An instrument that names a transaction under a legal hold reaches further back.",
    regulator: "An instrument that names a transaction under a legal hold reaches further back.",
    support: "An older transaction takes a request of a reviewer's.",
    reviewer: "An older transaction takes an instrument that names it, and a hold.",
  },
  "floor.no-grant": {
    auditor: ASK,
    regulator: ASK,
    support: "A party lets support see a transaction, masked, by disputing it.",
    reviewer: "Reviewing gives no access of its own: file a request, which others decide.",
  },
  "default.groups": {
    participant: "A transaction opens for you in the fields that were sealed for you.",
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
};

/** Rules of the floor that mean the same as another rule, for the same readers. */
const ALIKE: Readonly<Record<string, string>> = {
  "floor.views": "default.views",
  "floor.grant-state": "floor.no-grant",
  "floor.grant-transaction": "floor.no-grant",
};

/**
 * Returns the text for this reader in addition to the rule's sentence; undefined when the rule's text is the same for
 * all.
 */
export function wordsFor(reasonId: string, audience: Audience | undefined): string | undefined {
  return audience === undefined ? undefined : WORDS[ALIKE[reasonId] ?? reasonId]?.[audience];
}

/** Every rule with texts by role, and the roles; for the test that compares them with the texts of the pages. */
export function wordedReasons(): readonly (readonly [reasonId: string, audiences: readonly string[]])[] {
  return Object.entries(WORDS).map(([id, words]) => [id, Object.keys(words)] as const);
}
