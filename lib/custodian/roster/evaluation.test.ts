import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import type { DecidedSubmission, RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { EscrowOpening } from "@/lib/escrow/protocol/port";
import { Roster } from "@/lib/escrow/protocol/roster";
import { TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

/** All people of the test roster, without keys of their own: the portal signs for them. */
async function demonstration(): Promise<TestCustodian> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-roster-"));
  const t = await TestCustodian.start({ isEvaluation: true, roster: false });
  const file = path.join(dir, "roster.json");
  await writeEvaluationRoster(file, {
    log: TEST_LOG,
    persons: t.roster().persons.map(({ credentials: _own, ...person }) => person),
    evaluationKey: ed25519PublicKey(t.evaluationSeed),
    sign: async (statement) => t.signAsPortal("roster", statement),
  });
  await t.writeRoster(Roster.parse(JSON.parse(readFileSync(file, "utf8"))));
  rmSync(dir, { recursive: true });
  return t;
}

function byPortal(t: TestCustodian, items: readonly RegistrationItem[]): DecidedSubmission {
  const submission = t.submission({ transactions: [items[0]?.tx ?? ""] });
  return {
    ...submission,
    decisions: submission.decisions.map(({ statement }) => ({
      statement,
      signature: t.signAsPortal("decision", statement),
    })),
  };
}

function openByPortal(t: TestCustodian, grant: string, items: readonly RegistrationItem[]): EscrowOpening {
  const opening = t.opening(grant, items);
  const { statement } = opening.opening;
  return { ...opening, opening: { statement, signature: t.signAsPortal("open", statement) } };
}

test("an evaluation custodian accepts the portal's signature and marks everything based on it", async () => {
  const t = await demonstration();
  try {
    const items = await t.seal();
    const submission = byPortal(t, items);
    const accepted = await t.client.submitGrant({ ...submission, registrations: items });
    expect(accepted.statement.assurance).toBe("evaluation");
    const opened = await t.client.open(openByPortal(t, submission.grant, items));
    expect(opened.assurance).toBe("evaluation");
    expect(opened.data).toHaveProperty("amount");
  } finally {
    await t.stop();
  }
});

test("without a roster no grant is accepted, and a later roster is loaded without a restart", async () => {
  const t = await TestCustodian.start({ roster: false });
  try {
    await expect(t.client.submitGrant(t.submission())).rejects.toMatchObject({ extra: { reason: "roster" } });
    await t.writeRoster(t.roster());
    expect((await t.client.submitGrant(t.submission())).ok).toBe(true);
  } finally {
    await t.stop();
  }
});

test("even in an evaluation a signature by a key other than the portal's is refused", async () => {
  const t = await demonstration();
  try {
    const items = await t.seal();
    const honest = byPortal(t, items);
    const decisions = honest.decisions.map(({ statement, signature }) => {
      const forged = t.sign("legal", "decision", statement);
      if (forged.kind !== "ed25519" || signature.kind !== "ed25519") throw new Error("Ed25519 expected");
      return { statement, signature: { ...signature, signature: forged.signature } };
    });
    const act = t.client.submitGrant({ ...honest, decisions });
    await expect(act).rejects.toMatchObject({ extra: { reason: "signature" } });
  } finally {
    await t.stop();
  }
});
