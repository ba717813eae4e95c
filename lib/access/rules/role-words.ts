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
    auditor: "Auditors can open transactions in office hours only. No legal authority changes this.",
    regulator:
      "Your agency set these hours. For an urgent order or demand, give hours_override with a reason. The reason is logged.",
  },
  "default.retention": {
    participant: "Ask the operator about older transactions.",
    auditor: "To open it, you need a legal hold on it and a legal authority that names it.",
    regulator: "To open it, you need a legal hold on it and a legal authority that names it.",
    support: "A reviewer can file a request for it.",
    reviewer: "To open it, you need a legal hold on it and a legal authority that names it.",
  },
  "floor.no-grant": {
    auditor: ASK,
    regulator: ASK,
    support: "Support sees a transaction, masked, when a party has opened a dispute and allows it.",
    reviewer: "Reviewing gives you no access. File a request for others to decide.",
  },
  "default.groups": {
    participant: "You can open only the fields that were sealed for you.",
    auditor: "Your grant does not have these fields. File a new request for them.",
    regulator: "Your grant does not have these fields. File a new request for them.",
    reviewer: "File a new request for these fields.",
  },
  "default.level": {
    auditor: "File a new request for another level.",
    regulator: "File a new request for another level.",
    reviewer: "File a new request for another level.",
  },
  "default.views": {
    auditor: "File a new request for more views.",
    regulator: "File a new request for more views, with the same legal authority if it is still valid.",
    support: "File a request for more views.",
    reviewer: "File a new request for more views.",
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
