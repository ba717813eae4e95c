import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import {
  CLASS_MINIMUMS,
  DEFAULT_RETENTION,
  type RetentionSettings,
  ROLE_MINIMUMS,
} from "@/lib/access/policy/retention";
import { getRetention } from "@/lib/audit/retention/get-retention";
import { prepareLog } from "@/lib/audit/sequencer/sequencer";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { activateSet } from "@/lib/policies/activate-set";
import { createDraft } from "@/lib/policies/create-draft";
import { getSet } from "@/lib/policies/get-set";
import { rollBackSet } from "@/lib/policies/roll-back";
import { saveDraft } from "@/lib/policies/save-draft";
import { submitSet } from "@/lib/policies/submit-set";
import { createPolicyBench, type PolicyBench } from "@/lib/testing/benches/policy-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: PolicyBench;
beforeAll(async () => {
  bench = await createPolicyBench();
  const { sequencerPool, place } = bench.portal.audit;
  await prepareLog(sequencerPool, place);
});
afterAll(() => bench?.close());

const stored = () => bench.query("SELECT kind, name, days FROM audit_retention ORDER BY kind, name");
const rowsOf = ({ classes, roles }: RetentionSettings) => {
  const of = (kind: string, days: Readonly<Record<string, number | undefined>>) =>
    Object.entries(days).map(([name, value]) => ({ kind, name, days: value }));
  return [...of("class", classes), ...of("role", roles)];
};

/** Drafts a set with these periods, which may be refused. */
async function drafted(retention: RetentionSettings): Promise<{ number: number; given: PolicyDocument }> {
  const { number } = await createDraft(bench.anke, { title: "Other periods", reason: "for a test" });
  const { document } = await getSet(bench.anke, number);
  return { number, given: { ...document, settings: { ...document.settings, retention } } };
}

async function approved(retention: RetentionSettings): Promise<number> {
  const { number, given } = await drafted(retention);
  await saveDraft(bench.anke, number, { document: given }, undefined);
  await bench.dryRun(number);
  await submitSet(bench.anke, number, undefined);
  await bench.decide(bench.jonas, number, { decision: "approve", reason: "read" });
  return number;
}

describe("the periods of the log", () => {
  it("are those of the first set on a new instance, with the minimums of the schema in the database", async () => {
    expect(await stored()).toEqual(expect.arrayContaining(rowsOf(DEFAULT_RETENTION)));
    expect((await stored()).length).toBe(rowsOf(DEFAULT_RETENTION).length);
    expect((await getRetention(bench.greta)).version).toMatchObject({ number: 1 });
    const minimums = (kind: string, of: typeof CLASS_MINIMUMS | typeof ROLE_MINIMUMS) =>
      Object.entries(of).map(([name, { days }]) => ({ kind, name, days }));
    const inDatabase = await bench.query("SELECT kind, name, days FROM audit_retention_minimum()");
    expect(inDatabase).toHaveLength(16);
    expect(inDatabase).toEqual(
      expect.arrayContaining([...minimums("class", CLASS_MINIMUMS), ...minimums("role", ROLE_MINIMUMS)]),
    );
  });

  it("below a minimum are refused by name, with the reason", async () => {
    const { number, given } = await drafted({
      classes: { "*": 2_555, disclosure: 1_460, admin: 364 },
      roles: { ...DEFAULT_RETENTION.roles, "*": 364, regulator: 3_651 },
    });
    const error = await refusalOf(saveDraft(bench.anke, number, { document: given }, undefined));
    expect(error.code).toBe("policy.invalid");
    const told = (error.errors ?? []).map(({ detail }) => detail).join("\n");
    expect(told).toContain("Names are kept for at most 3650 days");
    const other = await drafted({
      classes: { "*": 2_555, disclosure: 1_460, admin: 364 },
      roles: { "*": 364 },
    });
    const faults = (
      await refusalOf(saveDraft(bench.anke, other.number, { document: other.given }, undefined))
    ).errors;
    const all = (faults ?? []).map(({ detail }) => detail).join("\n");
    expect(all).toContain(
      "Entries of class disclosure: 1460 days; at least 1461, because claims after a disclosure",
    );
    expect(all).toContain("Entries of class admin: 364 days; at least 365, because a yearly audit");
    expect(all).toContain("People of role auditor: 364 days; at least 1461");
  });

  it("change with the activation and name its version, each change with an entry, and return with a roll back", async () => {
    const retention: RetentionSettings = {
      classes: { "*": 2_000, disclosure: 2_400 },
      roles: { "*": 365, auditor: 1_461, coordinator: 3_000, regulator: 2_555 },
    };
    const number = await approved(retention);
    expect((await stored()).length).toBe(rowsOf(DEFAULT_RETENTION).length);
    const before = await bench.entries("retention.change");
    await activateSet(bench.jonas, number);
    expect(await stored()).toEqual(expect.arrayContaining(rowsOf(retention)));
    expect((await stored()).length).toBe(rowsOf(retention).length);
    expect(await bench.entries("retention.change")).toBe(before + 1);
    expect(await getRetention(bench.anke)).toMatchObject({
      version: { number },
      classes: [
        { name: "disclosure", days: 2_400 },
        { name: "*", days: 2_000 },
      ],
    });
    await bench.dryRun(1);
    await rollBackSet(bench.jonas, { to: 1, reason: "the former periods" });
    expect((await stored()).length).toBe(rowsOf(DEFAULT_RETENTION).length);
    expect(await stored()).toEqual(expect.arrayContaining(rowsOf(DEFAULT_RETENTION)));
    expect((await getRetention(bench.anke)).version).toMatchObject({ number: 1 });
  });

  it("stay where a set keeps them", async () => {
    const before = await bench.entries("retention.change");
    const { number } = await bench.approved();
    await activateSet(bench.jonas, number);
    expect(await bench.entries("retention.change")).toBe(before);
  });

  it("are not taken below a minimum, whoever writes the set's row, nor from a text without the digest", async () => {
    const number = await approved({ classes: { "*": 2_500 }, roles: DEFAULT_RETENTION.roles });
    const admin = new Client({ connectionString: bench.portal.audit.database.adminUrl });
    await admin.connect();
    const document = (await getSet(bench.anke, number)).document;
    const low = { classes: { "*": 1 }, roles: { "*": 1 } };
    const text = canonicalJson({ ...document, settings: { ...document.settings, retention: low } });
    const activation = `INSERT INTO policy_activation
        (id, tenant_id, seq, set_id, number, version, document_digest, why, by_user_id, at, entry_id)
      SELECT gen_random_uuid(), s.tenant_id, (SELECT max(seq) + 1 FROM policy_activation), s.id, s.number, 'v',
        s.document_digest, 'activate', $2, now(), gen_random_uuid() FROM policy_set s WHERE s.number = $1`;
    const values = [number, bench.jonas.principal.userId];
    await pastTriggers(admin, ["policy_set"], () =>
      admin.query("UPDATE policy_set SET document = $2 WHERE number = $1", [number, text]),
    );
    await expect(admin.query(activation, values)).rejects.toThrow("for too short a time");
    await pastTriggers(admin, ["policy_set"], () =>
      admin.query(
        `UPDATE policy_set SET document_digest =
           rtrim(translate(encode(sha256(convert_to(document, 'UTF8')), 'base64'), '+/', '-_'), '=') WHERE number = $1`,
        [number],
      ),
    );
    await expect(admin.query(activation, values)).rejects.toThrow("for too short a time");
    await admin.end();
    expect((await stored()).length).toBe(rowsOf(DEFAULT_RETENTION).length);
  });
});
