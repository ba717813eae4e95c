import { expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { readFacts } from "@/lib/access/rules/read-facts";
import { factsOf } from "@/lib/access/rules/recorded-facts";
import { canonicalBytes, canonicalJson } from "@/lib/crypto/json/canonical-json";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";

const CASES = 3_000;

/** A decision without the next possible time, for which an entry has not all holidays. */
function answerOf(facts: OpeningFacts): unknown {
  const decision = decideOpening(facts, defaultSet());
  return decision.isAllowed ? decision : { ...decision, nextPossibleAt: undefined };
}

it(`recorded facts give the same decision, reasons and policies in ${CASES} random requests`, () => {
  const differences: number[] = [];
  for (let seed = 1; seed <= CASES; seed += 1) {
    const facts = randomFacts(seed);
    const recorded = JSON.parse(canonicalJson(factsOf(facts)));
    const read = readFacts(recorded);
    if (read === undefined || JSON.stringify(answerOf(read)) !== JSON.stringify(answerOf(facts)))
      differences.push(seed);
  }
  expect(differences).toEqual([]);
});

it("recorded facts are facts again: what was read is recorded the same", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const recorded = factsOf(randomFacts(seed));
    const read = readFacts(recorded);
    expect(read === undefined ? undefined : factsOf(read)).toEqual(recorded);
  }
});

it("an entry gets no id of a person, record or grant, and at most 2 kB of facts", () => {
  const facts = randomFacts(7);
  const ids = {
    ...facts,
    subject: {
      ...facts.subject,
      userId: "id-of-reader",
      handle: "handle-of-reader",
      participantId: "id-of-party",
      proof: { kind: "session", sessionId: "id-of-session", method: "totp", provedAt: facts.now } as const,
    },
    record: { ...facts.record, transactionId: "id-of-record", participants: ["id-of-party", "id-of-other"] },
    grant: {
      ...(facts.grant ?? randomFacts(1).grant),
      id: "id-of-grant",
      requestId: "id-of-request",
      subjectUserId: "id-of-holder",
      transactions: ["id-of-record", ...Array.from({ length: 500 }, (_, at) => `id-of-record-${at}`)],
      viewers: ["id-of-viewer"],
      approvals: [{ approverUserId: "id-of-approver", approverOrganisationId: "id-of-staff" }],
    },
  } as OpeningFacts;
  const text = canonicalJson(factsOf(ids));
  expect(text).not.toMatch(/id-of|handle-of/);
  expect(canonicalBytes(factsOf(ids)).length).toBeLessThan(2_000);
});

it("facts of another form are not read", () => {
  const recorded = factsOf(randomFacts(1));
  expect(readFacts({ ...recorded, format: 2 })).toBeUndefined();
  expect(readFacts({ ...recorded, more: true })).toBeUndefined();
  expect(readFacts("facts")).toBeUndefined();
});
