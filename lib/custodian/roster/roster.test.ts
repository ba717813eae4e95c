import { afterEach, beforeEach, expect, test } from "vitest";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { RosterError } from "@/lib/custodian/roster/roster";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import type { RosterStatement } from "@/lib/escrow/protocol/statements";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start();
});
afterEach(() => t.stop());

function successor(change: Partial<Roster>, agreeing: readonly PersonName[]): Roster {
  const previous = rosterDigest(t.roster());
  const next: Roster = { ...t.roster(), version: 2, previous, ...change };
  const statements = agreeing.map((name) => {
    const { person } = t.people[name].person;
    const statement: RosterStatement = {
      log: TEST_LOG,
      version: next.version,
      previous,
      roster: rosterDigest(next),
      person,
    };
    return { statement, signature: t.sign(name, "roster", statement) };
  });
  return { ...next, statements };
}

async function version(): Promise<number | undefined> {
  return (await t.client.identity()).roster?.version;
}

test("version 2 with the agreement of two persons of version 1 is accepted while running and survives a restart", async () => {
  await t.writeRoster(successor({ origins: ["https://new.example"] }, ["legal", "approver"]));
  expect(await version()).toBe(2);
  await t.restart();
  expect(await version()).toBe(2);
});

test.each<[string, () => Roster]>([
  ["one person's agreement", () => successor({}, ["legal"])],
  ["one person twice", () => successor({}, ["legal", "legal"])],
  ["no agreement", () => successor({}, [])],
  ["a skipped version", () => successor({ version: 3 }, ["legal", "approver"])],
  [
    "another predecessor",
    () => successor({ previous: rosterDigest({ ...t.roster(), origins: ["x"] }) }, ["legal", "approver"]),
  ],
  ["another content than agreed to", () => ({ ...successor({}, ["legal", "approver"]), persons: [] })],
  ["a first version changed in place", () => ({ ...t.roster(), origins: ["https://evil.example"] })],
  ["another log", () => ({ ...successor({}, ["legal", "approver"]), log: "other/log" })],
])(
  "a roster with %s is refused: the former stays in force, and a restart reports why",
  async (_what, roster) => {
    await t.writeRoster(roster());
    expect((await t.client.identity()).roster).toEqual({ version: 1, digest: rosterDigest(t.roster()) });
    await expect(t.restart()).rejects.toThrow(RosterError);
  },
);

test("two persons cannot share one key, because they would count as one person", async () => {
  const [a, b, ...rest] = t.roster().persons;
  if (a === undefined || b === undefined) throw new Error("two persons expected");
  await t.writeRoster(
    successor({ persons: [a, { ...b, credentials: a.credentials }, ...rest] }, ["legal", "approver"]),
  );
  expect(await version()).toBe(1);
});

test("an older roster file does not replace the newer one", async () => {
  await t.writeRoster(successor({ origins: ["https://new.example"] }, ["legal", "approver"]));
  expect(await version()).toBe(2);
  await t.writeRoster(t.roster());
  expect(await version()).toBe(2);
});

test("a person who left the roster can no longer open", async () => {
  const { items, grant } = await t.granted();
  const persons = t.roster().persons.filter(({ person }) => person !== "regulator-001");
  await t.writeRoster(successor({ persons }, ["legal", "approver"]));
  await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject({
    extra: { reason: "requester" },
  });
});

test("the portal writes demonstration rosters that only an evaluation custodian accepts", async () => {
  const e = await TestCustodian.start({ isEvaluation: true });
  try {
    const write = (persons: readonly string[]) =>
      writeEvaluationRoster(e.rosterFile, {
        log: TEST_LOG,
        persons: [
          ...e.roster().persons,
          ...persons.map((person) => ({ person, organisation: "x", duties: ["approve"] })),
        ],
        evaluationKey: ed25519PublicKey(e.evaluationSeed),
        sign: async (statement) => e.signAsPortal("roster", statement),
      });
    await write(["demo-a", "demo-b"]);
    // The test's version 1 has only people with their own keys, so the portal cannot agree for them.
    expect((await e.client.identity()).roster?.version).toBe(1);
  } finally {
    await e.stop();
  }
});

test("a first roster for another log, or one that claims predecessors, is not accepted", async () => {
  const fresh = await TestCustodian.start({ roster: false });
  try {
    for (const change of [{ log: "other/log" }, { version: 2 }, { previous: rosterDigest(fresh.roster()) }]) {
      await fresh.writeRoster({ ...fresh.roster(), ...change });
      await expect(fresh.restart()).rejects.toThrow(RosterError);
    }
  } finally {
    await fresh.stop();
  }
});
