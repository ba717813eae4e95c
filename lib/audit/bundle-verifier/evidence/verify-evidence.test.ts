import { describe, expect, test } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { keysOf, operator } from "../bundle-fixture";
import { Policy } from "../claims/bundle-format";
import { describeEvidence } from "./describe-evidence";
import { evidenceFixture, OPERATOR, resign } from "./evidence-fixture";
import {
  type EvidenceStatement,
  encodeEvidence,
  evidenceCode,
  isEvidenceText,
  type SignedEvidence,
} from "./evidence-format";
import { EVIDENCE_CODE } from "./evidence-names";
import { verifyEvidence } from "./verify-evidence";

const { log, receipts, witnesses } = keysOf(OPERATOR);
const POLICY = Policy.parse({ log, receipts, witnesses });
const fixture = evidenceFixture();

const check = (signed: SignedEvidence, policy: Policy | undefined = POLICY) =>
  verifyEvidence(utf8(encodeEvidence(signed)), policy);

/** The statement after a change. With `isResigned` its operator signed the change. */
function changed(change: (statement: EvidenceStatement) => void, isResigned = true): SignedEvidence {
  const statement = structuredClone(fixture.statement);
  change(statement);
  return isResigned ? resign(statement) : { ...fixture, statement };
}

const record = (statement: EvidenceStatement) => statement.records[0] ?? fixture.statement.records[0];

describe("evidence", () => {
  test("is described in whole lines", () => {
    const lines = describeEvidence(check(fixture));
    expect(lines[0]).toBe(`${fixture.statement.reference}: unchanged`);
    expect(lines.at(-1)).toBe("checked with the keys of your policy");
    expect(lines.join()).not.toContain("\u2026");
  });

  test("unchanged evidence is verified under the checker's keys, with its checkpoint", () => {
    const report = check(fixture);
    expect(report).toMatchObject({
      verdict: "unchanged",
      fault: undefined,
      keysFrom: "policy",
      promised: 0,
      checkpoint: { size: 10, witnesses: 1 },
      passed: ["values", "entries", "signature", "file", "checkpoint"],
    });
    expect(report.code).toMatch(EVIDENCE_CODE);
    expect(isEvidenceText(encodeEvidence(fixture))).toBe(true);
  });

  test("without the checker's keys evidence is only consistent", () => {
    const report = verifyEvidence(utf8(encodeEvidence(fixture)), undefined);
    expect(report).toMatchObject({ verdict: "consistent", keysFrom: "evidence" });
  });

  test("a changed value is named, even if the operator signs the statement again", () => {
    const other = changed((statement) => {
      const [amount] = record(statement)?.groups ?? [];
      if (amount?.fields !== undefined) amount.fields.amount = "482150.01";
    });
    expect(check(other)).toMatchObject({
      verdict: "differs",
      fault: {
        step: "values",
        detail: "job 88-1402: amount, amount: the value is not the one that was sealed",
      },
    });
  });

  const FAULTS: readonly (readonly [string, (statement: EvidenceStatement) => void, RegExp])[] = [
    ["a job", (it) => Object.assign(record(it) ?? {}, { job_id: "88-1403" }), /those in the log/],
    ["a digest", (it) => void record(it)?.digests.pop(), /list of digests|was sealed/],
    [
      "an unopened group",
      (it) => Object.assign(record(it)?.groups[3] ?? {}, { shown: "plain", fields: { parties: "x" } }),
      /parties was not opened/,
    ],
    [
      "a salt with a mask",
      (it) => Object.assign(record(it)?.groups[2] ?? {}, { salts: { narrative: "PZ7EPRIHeI4He888iwkYnA" } }),
      /salts of values/,
    ],
    [
      "the opening's record",
      (it) => Object.assign(record(it)?.opened ?? {}, { access_id: "01936f2a-7c1b-7def-8a10-0000000000bb" }),
      /another transaction/,
    ],
    ["a missing entry", (it) => void it.entries.shift(), /created the transaction is missing/],
  ];
  test.each(FAULTS)("%s that differs from the log is named", (_, change, detail) => {
    const report = check(changed(change));
    expect(report.verdict).toBe("differs");
    expect(report.fault?.step).toBe("values");
    expect(report.fault?.detail).toMatch(detail);
  });

  test("an entry that its checkpoint does not cover is named", () => {
    const other = changed((statement) => {
      const made = statement.entries[2];
      if (made !== undefined) made.proof = fixture.statement.entries[1]?.proof ?? "";
    });
    expect(check(other).fault).toMatchObject({ step: "entries" });
  });

  test("a fact that only the statement has is covered by its signature", () => {
    const other = changed((statement) => Object.assign(statement.made_by, { name: "Someone Else" }), false);
    expect(check(other).fault?.step).toBe("signature");
    expect(evidenceCode(other.statement)).not.toBe(evidenceCode(fixture.statement));
  });

  test("evidence of another operator with the same names is not verified", () => {
    const report = check(evidenceFixture(operator(2)));
    expect(report.verdict).toBe("differs");
    expect(report.fault?.detail).toMatch(/no known key of the log/);
  });

  test("a quorum that the checkpoint does not meet is named, and does not make the file a changed one", () => {
    const strict = Policy.parse({ log, receipts, witnesses, quorum: 2 });
    const report = check(fixture, strict);
    expect(report).toMatchObject({ verdict: "consistent", fault: { step: "checkpoint" } });
    expect(describeEvidence(report)[1]).toMatch(/^not enough \(checkpoint\): a checkpoint has fewer/);
  });

  test.each([
    ["amount", '"amount":"982150.00","amount"'],
    ["name", '"name":"Someone Else","name"'],
  ])("a second %s before the signed one, which other readers take, is refused", (member, twice) => {
    const text = encodeEvidence(fixture);
    const other = text.replace(`"${member}"`, twice);
    expect(other).not.toBe(text);
    expect(() => verifyEvidence(utf8(other), POLICY)).toThrow(/twice|duplicate/i);
  });

  test("a member that no schema sees is refused", () => {
    const other = encodeEvidence(fixture).replace(
      '"fields":{',
      '"fields":{"__proto__":{"amount":"982150.00"},',
    );
    expect(() => verifyEvidence(utf8(other), POLICY)).toThrow("not evidence");
  });

  test("a file that is no evidence is refused with the member that is wrong", () => {
    expect(() => verifyEvidence(utf8('{"statement":{"v":2},"signature":"x"}'), POLICY)).toThrow(
      /not evidence, at \/statement/,
    );
    expect(isEvidenceText("not JSON")).toBe(false);
  });
});
