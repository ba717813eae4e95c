import "server-only";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { createDraft } from "@/lib/policies/create-draft";
import { getActiveSet, getSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";
import type { DecideBody, PolicySetAnswer, PolicySetView, ProofOutcome } from "@/lib/policies/schema";
import { decideSet, submitSet } from "@/lib/policies/submit-set";
import {
  type AdministrationBench,
  createAdministrationBench,
} from "@/lib/testing/benches/administration-bench";

/** What a dry run found in addition to the proof. */
interface Found {
  readonly gainers?: readonly string[];
  readonly isLooser?: boolean;
}

/** A portal with people who write policies, agree to them and activate them. */
export interface PolicyBench extends AdministrationBench {
  /** Compliance: writes. */
  readonly anke: Context;
  /** Duty approve. */
  readonly jonas: Context;
  /** Duty legal. */
  readonly clara: Context;
  /** A saved draft of this person with a document that no other draft has. */
  draft(who?: Context): Promise<PolicySetView>;
  /** Stores a finished dry run of a set's present document against the active set, and returns its id. */
  dryRun(number: number, outcome?: ProofOutcome, found?: Found): Promise<string>;
  submitted(outcome?: ProofOutcome): Promise<PolicySetAnswer>;
  /** Decides on a submission as it is now. */
  decide(who: Context, number: number, body: Omit<DecideBody, "revision">): Promise<PolicySetAnswer>;
  approved(): Promise<PolicySetAnswer>;
}

/** The custodian of an instance in set-up: it has no roster, so no one signs for it. */
function withoutRoster<C extends Context>(cx: C): C {
  const roster = () => Promise.reject(new DomainError("custodian.refused", { extra: { reason: "roster" } }));
  return { ...cx, escrow: { ...cx.escrow, roster } };
}

export async function createPolicyBench(): Promise<PolicyBench> {
  const made = await createAdministrationBench();
  const person: PolicyBench["person"] = async (options) => withoutRoster(await made.person(options));
  const bench = { ...made, person };
  const [anke, jonas, clara] = [
    await bench.person({ role: "coordinator", duties: ["compliance"] }),
    await bench.person({ role: "coordinator", duties: ["approve"] }),
    await bench.person({ role: "coordinator", duties: ["legal"] }),
  ];
  let days = 10;
  const draft = async (who: Context = anke) => {
    const { number } = await createDraft(who, { title: "Other days", reason: "for a test" });
    const { document } = await getSet(who, number);
    days = (days % 60) + 1;
    const settings = { ...document.settings, review_days: days };
    await saveDraft(who, number, { document: { ...document, settings } }, undefined);
    return getSet(who, number);
  };
  const dryRun = async (number: number, outcome: ProofOutcome = "proved", found: Found = {}) => {
    // The newest run counts.
    bench.clock.advance(1);
    const id = uuidv7(bench.clock.nowMs());
    const { gainers = [], isLooser = false } = found;
    const result = {
      proof: { outcome },
      people_gain: gainers.length,
      gainers: gainers.map((user_id) => ({ user_id })),
      settings: [{ name: "review_days", before: 1, after: 2, is_looser: isLooser }],
    };
    const active = await getActiveSet(anke);
    await bench.query(
      `INSERT INTO policy_run (id, tenant_id, set_id, kind, state, document_digest, base_number, result, asked_by, created_at, finished_at)
       SELECT $1, s.tenant_id, s.id, 'dry_run', 'done', s.document_digest, $3, $4, $5, now(), now()
       FROM policy_set s WHERE s.number = $2`,
      [id, number, active.number, JSON.stringify(result), anke.principal.userId],
    );
    return id;
  };
  const submitted = async (outcome: ProofOutcome = "proved") => {
    const { number } = await draft();
    await dryRun(number, outcome);
    return submitSet(anke, number, undefined);
  };
  const decide = async (who: Context, number: number, body: Omit<DecideBody, "revision">) => {
    const { revision } = await getSet(anke, number);
    return decideSet(who, number, { ...body, revision });
  };
  const approved = async () => {
    const { number } = await submitted();
    return decide(jonas, number, { decision: "approve", reason: "read" });
  };
  return { ...bench, anke, jonas, clara, draft, dryRun, submitted, decide, approved };
}
