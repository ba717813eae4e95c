import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { uuidv7 } from "@/lib/crypto/uuid";
import { activateSet } from "@/lib/policies/activate-set";
import type { ActivePolicies } from "@/lib/policies/active-set";
import { createDraft } from "@/lib/policies/create-draft";
import { getActiveSet, getSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";
import { decideSet, submitSet } from "@/lib/policies/submit-set";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { withExamples } from "@/lib/testing/contracts/open-set";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: AccessBench;
let anke: BenchPerson;
/** Two portals that are not notified: they learn of a switch by what an opening reads. */
let portals: readonly [ActivePolicies, ActivePolicies];
beforeAll(async () => {
  bench = await createAccessBench();
  portals = [await openBenchPolicies(bench.cx), await openBenchPolicies(bench.cx)];
  anke = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisation: "operator",
  });
});
afterAll(() => bench?.close());

/** Opens the client's own record in one of the portals. */
function open(portal: 0 | 1) {
  const [transaction] = bench.transactions;
  const client = { ...bench.client, policies: portals[portal] };
  return openTransaction(client, transaction, { purpose: "settlement" });
}

/** Drafts, submits, approves and activates a change of the active document, all in the first portal. */
async function activate(change: (document: PolicyDocument) => PolicyDocument): Promise<number> {
  const who = { ...anke, policies: portals[0] };
  const { number } = await createDraft(who, { title: "Another set", reason: "for a test" });
  const { document } = await getSet(who, number);
  await saveDraft(who, number, { document: change(document) }, undefined);
  await bench.query(
    `INSERT INTO policy_run (id, tenant_id, set_id, kind, state, document_digest, base_number, result, asked_by, created_at, finished_at)
     SELECT $1, s.tenant_id, s.id, 'dry_run', 'done', s.document_digest, $3, '{"proof": {"outcome": "proved"}}', $4, now(), now()
     FROM policy_set s WHERE s.number = $2`,
    [uuidv7(Date.now()), number, (await getActiveSet(who)).number, who.principal.userId],
  );
  const { revision } = await submitSet(who, number, undefined);
  await decideSet(bench.approver, number, { decision: "approve", reason: "read", revision });
  await activateSet(who, number);
  return number;
}

const REST = {
  id: "rest-of-clients",
  text: 'forbid(principal in Role::"client", action == Action::"open", resource);',
  examples: [],
};

describe("an opening", () => {
  it("in a portal that missed the switch is decided by the new set, which names its policy", async () => {
    expect(await outcomeOf(open(0))).toBe("done");
    expect(await outcomeOf(open(1))).toBe("done");
    await activate((document) => withExamples({ ...document, policies: [...document.policies, REST] }));
    for (const portal of [1, 0] as const) {
      const refused = await refusalOf(open(portal));
      expect(refused).toMatchObject({ code: "access.policy", extra: { reason: "policy.rest-of-clients" } });
    }
    await activate((document) =>
      withExamples({ ...document, policies: document.policies.filter(({ id }) => id !== REST.id) }),
    );
    expect(await outcomeOf(open(1))).toBe("done");
  });

  it("is refused while the text of the active set is not the one that was agreed to", async () => {
    const triggers = async (switched: "DISABLE" | "ENABLE ALWAYS") => {
      for (const name of ["policy_set_guard", "policy_set_complete"])
        await bench.query(`ALTER TABLE policy_set ${switched} TRIGGER ${name}`, []);
    };
    const number = await activate((document) => ({
      ...document,
      settings: { ...document.settings, review_days: 8 },
    }));
    await triggers("DISABLE");
    await bench.query(
      "UPDATE policy_set SET document = replace(document, '2555', '9555') WHERE number = $1",
      [number],
    );
    const refused = await refusalOf(open(1));
    expect(refused).toMatchObject({ code: "policy.unavailable", status: 503 });
    expect(await portals[0].check()).toBe("altered");
    expect(await outcomeOf(open(0))).toBe("policy.unavailable");
    await bench.query(
      "UPDATE policy_set SET document = replace(document, '9555', '2555') WHERE number = $1",
      [number],
    );
    await triggers("ENABLE ALWAYS");
    expect(await outcomeOf(open(1))).toBe("done");
    expect(await outcomeOf(open(0))).toBe("done");
  });
});
