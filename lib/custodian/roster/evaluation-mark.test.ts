import { afterEach, beforeEach, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { JournalError } from "@/lib/custodian/journal/journal";
import { Refused } from "@/lib/custodian/refused";
import { RosterError } from "@/lib/custodian/roster/roster";
import { proveSignature } from "@/lib/custodian/roster/signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import type { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

// What the portal's evaluation key must never do: create people who seem to sign for themselves.
const BY_PORTAL = { kind: "portal-evaluation" } as const;
let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start({ isEvaluation: true, roster: false });
});
afterEach(() => t.stop());

type Credentials = RosterPerson["credentials"];

function rosterWith(credentials: (own: Credentials) => Credentials): Roster {
  const roster = t.roster();
  const persons = roster.persons.map((person) => ({
    ...person,
    credentials: credentials(person.credentials),
  }));
  return { ...roster, persons };
}

function successor(
  current: Roster,
  change: (next: Roster) => Roster,
  sign: (person: string, statement: RosterStatement) => StatementSignature,
): Roster {
  const previous = rosterDigest(current);
  const next = change({ ...current, version: current.version + 1, previous });
  const statements = current.persons.map(({ person }) => {
    const roster = rosterDigest(next);
    const statement = { log: TEST_LOG, version: next.version, previous, roster, person };
    return { statement, signature: sign(person, statement) };
  });
  return { ...next, statements };
}

const byPortal = (_person: string, statement: RosterStatement): StatementSignature =>
  t.signAsPortal("roster", statement);

function byOwnKey(person: string, statement: RosterStatement): StatementSignature {
  const signer = Object.values(t.people).find((candidate) => candidate.person.person === person);
  const signature = toBase64url(signStatement(signer?.seed ?? randomBytes(32), "roster", statement));
  return { kind: "ed25519", key_id: `${person}/1`, signature };
}

const withPersons =
  (persons: RosterPerson[]) =>
  (next: Roster): Roster => ({ ...next, persons });

async function version(): Promise<number | undefined> {
  return (await t.client.identity()).roster?.version;
}

function attacker(): RosterPerson {
  const public_key = toBase64url(ed25519PublicKey(randomBytes(32)));
  const credentials = [{ kind: "ed25519" as const, key_id: "attacker/1", public_key }];
  return { person: "attacker", organisation: "x", duties: ["legal", "approve"], credentials };
}

test("the evaluation key can add people without keys, but no one with a key of their own", async () => {
  const first = rosterWith(() => [BY_PORTAL]);
  await t.writeRoster(first);
  expect(await version()).toBe(1);
  await t.writeRoster(successor(first, withPersons([...first.persons, attacker()]), byPortal));
  expect(await version()).toBe(1);
  const passkey = { kind: "passkey" as const, credential_id: "c", public_key: "p", rp_id: "r" };
  const holder = { ...attacker(), credentials: [passkey] };
  await t.writeRoster(successor(first, withPersons([...first.persons, holder]), byPortal));
  expect(await version()).toBe(1);
  const harmless = { ...attacker(), credentials: [BY_PORTAL] };
  await t.writeRoster(successor(first, withPersons([...first.persons, harmless]), byPortal));
  expect(await version()).toBe(2);
});

test("the evaluation key cannot remove keys that people have themselves", async () => {
  const mixed = rosterWith((own) => [...own, BY_PORTAL]);
  await t.writeRoster(mixed);
  expect(await version()).toBe(1);
  const { persons } = rosterWith(() => [BY_PORTAL]);
  await t.writeRoster(successor(mixed, withPersons(persons), byPortal));
  expect(await version()).toBe(1);
  await t.writeRoster(successor(mixed, withPersons(persons), byOwnKey));
  expect(await version()).toBe(2);
});

test.each(["roster", "grant-ok", "escrow-key"])(
  "the portal cannot sign a %s statement for a person",
  async (kind) => {
    const roster = rosterWith(() => [BY_PORTAL]);
    const [person] = roster.persons;
    if (person === undefined) throw new Error("a person expected");
    const rules = { log: TEST_LOG, isEvaluation: true, roster };
    const check = (signed: string) =>
      proveSignature(rules, person, signed, { a: 1 }, t.signAsPortal(signed, { a: 1 }));
    await expect(check(kind)).rejects.toThrow(Refused);
    for (const allowed of ["decision", "open", "dispute"]) {
      expect(await check(allowed)).toEqual({ assurance: "evaluation" });
    }
  },
);

test("after a roster with an evaluation key every answer is marked, also with keys of people and later rosters", async () => {
  const first = t.roster();
  await t.writeRoster(first);
  const { items, accepted, grant } = await t.granted();
  expect(accepted.statement.assurance).toBe("evaluation");
  const withoutKey = ({ evaluation_key: _key, ...next }: Roster): Roster => next;
  await t.writeRoster(successor(first, withoutKey, byOwnKey));
  expect(await version()).toBe(2);
  expect((await t.granted()).accepted.statement.assurance).toBe("evaluation");
  await t.restart();
  expect((await t.client.open(t.opening(grant, items))).assurance).toBe("evaluation");
  await expect(t.restart({ isEvaluation: false })).rejects.toThrow(JournalError);
});

test("a grant signed before the mark is answered and opened as evaluation after it", async () => {
  const { evaluation_key: _key, ...first } = t.roster();
  await t.writeRoster(first);
  const { items, submission, accepted, grant } = await t.granted();
  expect(accepted.statement.assurance).toBe("signed");
  await t.writeRoster(successor(first, (next) => ({ ...t.roster(), ...next }), byOwnKey));
  expect(await version()).toBe(2);
  expect((await t.client.submitGrant(submission)).statement.assurance).toBe("evaluation");
  expect((await t.client.open(t.opening(grant, items))).assurance).toBe("evaluation");
});

test("a custodian not started for evaluation accepts neither a roster with an evaluation key nor a journal with such a roster", async () => {
  await t.writeRoster(t.roster());
  await expect(t.restart({ isEvaluation: false })).rejects.toThrow(RosterError);
  await t.restart();
  expect(await version()).toBe(1);
  await expect(t.restart({ isEvaluation: false })).rejects.toThrow(/CUSTODIAN_EVALUATION=1/);
});
