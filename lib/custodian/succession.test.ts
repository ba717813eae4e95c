import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes, sha256 } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { RosterPerson } from "@/lib/escrow/protocol";
import { Roster, rosterDigest } from "@/lib/escrow/roster";
import type { RosterStatement, StatementSignature } from "@/lib/escrow/statements";
import { SoftwareAuthenticator } from "@/lib/testing/authenticator";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian";

// An evaluation: the portal signs for everybody who has no key. What can it do with that, and what not?
const ORIGIN = "http://localhost:3000";
const BY_PORTAL = [{ kind: "portal-evaluation" as const }];
type Credentials = RosterPerson["credentials"];

let t: TestCustodian;
/** The roster in force, as the test knows it. */
let current: Roster;
/** The passkeys that people really hold. */
let held: Map<string, SoftwareAuthenticator>;

beforeEach(async () => {
  t = await TestCustodian.start({ isEvaluation: true, roster: false });
  held = new Map();
  const persons = t.roster().persons.map((person) => ({ ...person, credentials: BY_PORTAL }));
  current = { ...t.roster(), origins: [ORIGIN], persons };
  await t.writeRoster(current);
});
afterEach(() => t.stop());

const handle = (name: PersonName): string => t.people[name].person.person;

function credentialOf(authenticator: SoftwareAuthenticator): Credentials[number] {
  const public_key = toBase64url(authenticator.publicKey);
  return { kind: "passkey", credential_id: authenticator.credentialId, public_key, rp_id: "localhost" };
}

function byPasskey(authenticator: SoftwareAuthenticator, statement: RosterStatement): StatementSignature {
  const challenge = toBase64url(sha256(statementBytes("roster", statement)));
  const { response } = authenticator.assert(challenge);
  return {
    kind: "passkey",
    credential_id: authenticator.credentialId,
    authenticator_data: response.authenticatorData,
    client_data_json: response.clientDataJSON,
    signature: response.signature,
  };
}

/** A person signs with their own passkey, the portal in place of anybody it likes. */
type Signer = { readonly own: PersonName } | { readonly portalFor: PersonName | string };
const own = (name: PersonName): Signer => ({ own: name });
const portal = (name: PersonName | string): Signer => ({ portalFor: name });

function nameOf(signer: Signer): string {
  const name = "own" in signer ? signer.own : signer.portalFor;
  return name in t.people ? t.people[name as PersonName].person.person : name;
}

function signed(next: Roster, signers: readonly Signer[]): Roster {
  const previous = rosterDigest(current);
  const statements = signers.map((signer) => {
    const person = nameOf(signer);
    const statement = { log: TEST_LOG, version: next.version, previous, roster: rosterDigest(next), person };
    if ("portalFor" in signer) return { statement, signature: t.signAsPortal("roster", statement) };
    const authenticator = held.get(person);
    if (authenticator === undefined) throw new Error(`${person} holds no passkey`);
    return { statement, signature: byPasskey(authenticator, statement) };
  });
  return { ...next, statements };
}

function changed(
  change: (persons: readonly RosterPerson[]) => RosterPerson[],
  over: Partial<Roster> = {},
): Roster {
  const { statements: _statements, ...rest } = current;
  const next = { ...rest, version: current.version + 1, previous: rosterDigest(current), ...over };
  return { ...next, persons: change(current.persons) };
}

const withCredentials =
  (person: string, credentials: Credentials) =>
  (persons: readonly RosterPerson[]): RosterPerson[] =>
    persons.map((one) => (one.person === person ? { ...one, credentials } : one));

async function take(next: Roster, signers: readonly Signer[]): Promise<void> {
  const full = signed(next, signers);
  await t.client.submitRoster(full);
  current = full;
}

async function refuse(next: Roster, signers: readonly Signer[]): Promise<void> {
  const act = t.client.submitRoster(signed(next, signers));
  await expect(act).rejects.toMatchObject({ code: "custodian.refused", extra: { reason: "roster" } });
  expect((await t.client.roster()).version).toBe(current.version);
}

/** An honest enrolment: the person gets a passkey, another one confirms. */
async function enrol(name: PersonName, confirmer: Signer): Promise<void> {
  const authenticator = new SoftwareAuthenticator();
  await take(changed(withCredentials(handle(name), [credentialOf(authenticator)])), [
    portal(name),
    confirmer,
  ]);
  held.set(handle(name), authenticator);
}

function bogus(name: PersonName | string): Roster {
  const person = name in t.people ? handle(name as PersonName) : name;
  return changed(withCredentials(person, [credentialOf(new SoftwareAuthenticator())]));
}

describe("enrolment", () => {
  test("the first: the portal's word for the person and for one of the operator's who may confirm", async () => {
    await enrol("legal", portal("approver"));
    const { persons } = await t.client.roster();
    expect(persons.find(({ person }) => person === handle("legal"))?.credentials).toMatchObject([
      { kind: "passkey" },
    ]);
  });

  test("the next ones are confirmed by somebody with a key", async () => {
    await enrol("legal", portal("approver"));
    await refuse(bogus("approver"), [portal("approver"), portal("both")]);
    await enrol("approver", own("legal"));
    await enrol("regulator", own("approver"));
    await refuse(bogus("support"), [portal("support"), own("regulator")]);
    await enrol("support", own("legal"));
  });

  test("a regulator who came first lets the first of the operator in, and nobody after that", async () => {
    await enrol("regulator", portal("legal"));
    await refuse(bogus("legal"), [portal("legal"), portal("approver")]);
    await enrol("legal", own("regulator"));
    await refuse(bogus("approver"), [portal("approver"), own("regulator")]);
    await enrol("approver", own("legal"));
  });

  test.each<[string, () => readonly Signer[]]>([
    ["alone", () => [portal("legal")]],
    ["twice by the same", () => [portal("legal"), portal("legal")]],
    ["without the person", () => [portal("approver"), portal("both")]],
    ["confirmed by somebody without the duty", () => [portal("legal"), portal("support")]],
    ["confirmed by an agency", () => [portal("legal"), portal("regulator")]],
    ["by nobody", () => []],
  ])("%s is refused", async (_what, signers) => {
    await refuse(bogus("legal"), signers());
  });

  test("outside an evaluation the portal's word is worth nothing", async () => {
    const p = await TestCustodian.start();
    try {
      const roster = p.roster();
      const persons = roster.persons.map((person, at) =>
        at === 0 ? { ...person, credentials: [credentialOf(new SoftwareAuthenticator())] } : person,
      );
      const next: Roster = { ...roster, version: 2, previous: rosterDigest(roster), persons };
      const statements = roster.persons.map(({ person }) => {
        const statement = {
          log: TEST_LOG,
          version: 2,
          previous: rosterDigest(roster),
          roster: rosterDigest(next),
          person,
        };
        return { statement, signature: p.signAsPortal("roster", statement) };
      });
      const act = p.client.submitRoster({ ...next, statements });
      await expect(act).rejects.toMatchObject({ extra: { reason: "roster" } });
    } finally {
      await p.stop();
    }
  });
});

describe("a portal that lies, once two people hold keys,", () => {
  const everybody = (): Signer[] => current.persons.map(({ person }) => portal(person));

  beforeEach(async () => {
    await enrol("legal", portal("approver"));
    await enrol("approver", own("legal"));
  });

  const ed25519 = (): Credentials => [
    { kind: "ed25519", key_id: "evil/1", public_key: toBase64url(ed25519PublicKey(randomBytes(32))) },
  ];
  const passkey = () => credentialOf(new SoftwareAuthenticator());
  const ownKeys = (name: PersonName): Credentials =>
    current.persons.find(({ person }) => person === handle(name))?.credentials ?? [];

  const attempts: [string, () => Roster][] = [
    ["replaces a holder's passkey", () => bogus("legal")],
    [
      "adds one to a holder's",
      () => changed(withCredentials(handle("legal"), [...ownKeys("legal"), passkey()])),
    ],
    [
      "adds an Ed25519 key to a holder's",
      () => changed(withCredentials(handle("legal"), [...ownKeys("legal"), ...ed25519()])),
    ],
    [
      "puts its own word beside a holder's passkey",
      () => changed(withCredentials(handle("legal"), [...ownKeys("legal"), ...BY_PORTAL])),
    ],
    [
      "puts its own word in place of a holder's passkey",
      () => changed(withCredentials(handle("legal"), BY_PORTAL)),
    ],
    ["takes a holder's passkey away", () => changed(withCredentials(handle("legal"), []))],
    [
      "removes a holder",
      () => changed((persons) => persons.filter(({ person }) => person !== handle("legal"))),
    ],
    [
      "gives a holder another duty",
      () =>
        changed((persons) =>
          persons.map((one) =>
            one.person === handle("legal") ? { ...one, duties: ["legal", "approve"] } : one,
          ),
        ),
    ],
    [
      "moves a holder to another organisation",
      () =>
        changed((persons) =>
          persons.map((one) => (one.person === handle("legal") ? { ...one, organisation: "agency" } : one)),
        ),
    ],
    [
      "renames a holder",
      () =>
        changed((persons) =>
          persons.map((one) => (one.person === handle("legal") ? { ...one, person: "operator:lena" } : one)),
        ),
    ],
    [
      "gives a stranger a passkey",
      () =>
        changed((persons) => [
          ...persons,
          { person: "evil", organisation: "x", duties: ["legal", "approve"], credentials: [passkey()] },
        ]),
    ],
    [
      "gives a stranger an Ed25519 key",
      () =>
        changed((persons) => [
          ...persons,
          { person: "evil", organisation: "x", duties: ["legal", "approve"], credentials: ed25519() },
        ]),
    ],
    ["enrols somebody without anybody's consent", () => bogus("both")],
    [
      "enrols two at once",
      () =>
        changed((persons) =>
          withCredentials(handle("both"), [passkey()])(
            withCredentials(handle("support"), [passkey()])(persons),
          ),
        ),
    ],
    [
      "gives somebody a holder's own passkey",
      () => changed(withCredentials(handle("both"), ownKeys("legal"))),
    ],
    [
      "gives somebody a holder's key under another id",
      () =>
        changed(
          withCredentials(
            handle("both"),
            ownKeys("legal").map((one) =>
              one.kind === "passkey" ? { ...one, credential_id: "other" } : one,
            ),
          ),
        ),
    ],
    [
      "lists another origin",
      () => changed((persons) => [...persons], { origins: [ORIGIN, "https://evil.example"] }),
    ],
    [
      "changes the evaluation key",
      () =>
        changed((persons) => [...persons], {
          evaluation_key: toBase64url(ed25519PublicKey(randomBytes(32))),
        }),
    ],
    ["adds an authority", () => changed((persons) => [...persons], { authorities: [{ key: "evil" }] })],
    ["empties the roster", () => changed(() => [])],
  ];
  test.each(attempts)("%s: refused, with the portal's word for everybody", async (_what, attempt) => {
    await refuse(attempt(), everybody());
  });

  test.each(attempts)("%s: refused, with one holder deceived", async (what, attempt) => {
    if (what === "enrols somebody without anybody's consent") return;
    await refuse(attempt(), [own("approver"), ...everybody()]);
  });

  test("enrols nobody by a chain of people it made up", async () => {
    // Even with a key that the portal holds itself for somebody who was let in honestly before.
    await refuse(bogus("both"), [portal("both"), portal("support"), portal("regulator")]);
    await refuse(bogus("regulator"), [portal("regulator"), portal("both"), portal("support")]);
  });

  test("uses no agreement twice, for another version or for another roster", async () => {
    const next = changed(withCredentials(handle("both"), [passkey()]));
    const full = signed(next, [portal("both"), own("legal")]);
    const other = bogus("both");
    await expect(t.client.submitRoster({ ...other, statements: full.statements })).rejects.toMatchObject({
      extra: { reason: "roster" },
    });
    await t.client.submitRoster(full);
    current = full;
    const again = bogus("support");
    await expect(t.client.submitRoster({ ...again, statements: full.statements })).rejects.toMatchObject({
      extra: { reason: "roster" },
    });
  });

  test("may still change people without keys, who are worth no more than its word", async () => {
    const next = changed((persons) => [
      ...persons,
      { person: "new", organisation: "x", duties: [], credentials: BY_PORTAL },
    ]);
    await take(next, [portal("both"), portal("support")]);
  });

  test("signs no decision for a holder any more", async () => {
    const items = await t.seal();
    const submission = t.submission({ transactions: [items[0]?.tx ?? ""] });
    const decisions = submission.decisions.map(({ statement }) => ({
      statement,
      signature: t.signAsPortal("decision", statement),
    }));
    await expect(t.client.submitGrant({ ...submission, decisions })).rejects.toMatchObject({
      extra: { reason: "evaluation-key" },
    });
  });

  test("cannot lock a passkey out with a counter that nobody used", async () => {
    const next = changed(withCredentials(handle("both"), [passkey()]));
    const full = signed(next, [portal("both"), own("legal")]);
    const [, honest] = full.statements ?? [];
    if (honest?.signature.kind !== "passkey") throw new Error("a passkey's agreement expected");
    const authenticator_data = toBase64url(Uint8Array.from({ length: 37 }, () => 255));
    const planted = { ...honest, signature: { ...honest.signature, authenticator_data } };
    await t.client.submitRoster({ ...full, statements: [planted, ...(full.statements ?? [])] });
    current = Roster.parse(JSON.parse(readFileSync(t.rosterFile, "utf8")));
    expect(current.statements).toHaveLength(2);
    await enrol("support", own("legal"));
  });
});

describe("two people with keys", () => {
  beforeEach(async () => {
    await enrol("legal", portal("approver"));
    await enrol("approver", own("legal"));
  });

  test("replace a lost passkey of a third, whom nobody else can help", async () => {
    await enrol("regulator", own("legal"));
    const found = new SoftwareAuthenticator();
    const next = changed(withCredentials(handle("regulator"), [credentialOf(found)]));
    await refuse(next, [own("legal"), portal("regulator"), portal("both")]);
    await take(next, [own("legal"), own("approver")]);
    held.set(handle("regulator"), found);
  });

  test("add a second passkey, of which either signs", async () => {
    const second = new SoftwareAuthenticator();
    const mine = current.persons.find(({ person }) => person === handle("legal"))?.credentials ?? [];
    await take(changed(withCredentials(handle("legal"), [...mine, credentialOf(second)])), [
      own("legal"),
      own("approver"),
    ]);
    held.set(handle("legal"), second);
    await enrol("both", own("legal"));
  });

  test("may change origins", async () => {
    await take(
      changed((persons) => [...persons], { origins: ["https://sealport.example"] }),
      [own("legal"), own("approver")],
    );
  });

  test("take no passkey of a kind that statements are not taken from", async () => {
    const odd = { ...credentialOf(new SoftwareAuthenticator()), public_key: toBase64url(randomBytes(77)) };
    await refuse(changed(withCredentials(handle("both"), [odd])), [own("legal"), own("approver")]);
  });
});

describe("journal and file", () => {
  const inFile = (): Roster => Roster.parse(JSON.parse(readFileSync(t.rosterFile, "utf8")));

  test("both have a successor that came over the socket, and a restart keeps it", async () => {
    await enrol("legal", portal("approver"));
    expect(rosterDigest(inFile())).toBe(rosterDigest(current));
    expect(statSync(t.rosterFile).mode & 0o777).toBe(0o600);
    await t.restart();
    expect(await t.client.roster()).toEqual(current);
    await enrol("approver", own("legal"));
  });

  test("an older file, as a crash between the two leaves it, is brought up to the journal", async () => {
    const before = readFileSync(t.rosterFile);
    await enrol("legal", portal("approver"));
    writeFileSync(t.rosterFile, before);
    await t.restart();
    expect((await t.client.roster()).version).toBe(2);
    expect(inFile().version).toBe(2);
    writeFileSync(t.rosterFile, before);
    expect((await t.client.roster()).version).toBe(2);
    expect(inFile().version).toBe(2);
  });

  test("the same successor again changes nothing; another of the same version comes too late", async () => {
    const one = signed(bogus("legal"), [portal("legal"), portal("approver")]);
    const other = signed(bogus("approver"), [portal("approver"), portal("legal")]);
    const results = await Promise.allSettled([
      t.client.submitRoster(one),
      t.client.submitRoster(other),
      t.client.submitRoster(one),
    ]);
    const kept = await t.client.roster();
    expect(kept.version).toBe(2);
    const won = results.filter(({ status }) => status === "fulfilled").length;
    expect(won === 1 || won === 2).toBe(true);
    await t.client.submitRoster(kept);
    expect((await t.client.roster()).version).toBe(2);
  });

  test("without a roster in its file the custodian takes none over the socket", async () => {
    const fresh = await TestCustodian.start({ isEvaluation: true, roster: false });
    try {
      await expect(fresh.client.submitRoster(fresh.roster())).rejects.toMatchObject({
        extra: { reason: "roster" },
      });
      await expect(fresh.client.roster()).rejects.toMatchObject({ extra: { reason: "roster" } });
    } finally {
      await fresh.stop();
    }
  });

  test("a decision that the portal signed, and showed, before its approver got a key counts no more", async () => {
    const items = await t.seal();
    const submission = t.submission({ transactions: [items[0]?.tx ?? ""] });
    const decisions = submission.decisions.map(({ statement }) => ({
      statement,
      signature: t.signAsPortal("decision", statement),
    }));
    const [legal] = decisions;
    if (legal === undefined) throw new Error("a decision expected");
    await t.client.noteStatement({ kind: "decision", ...legal });
    await enrol("legal", portal("approver"));
    // Else a portal could sign in stock for everybody who will enrol.
    const act = t.client.submitGrant({ ...submission, decisions, registrations: items });
    await expect(act).rejects.toMatchObject({ extra: { reason: "evaluation-key" } });
  });
});

test("an evaluation follows its port: the custodian's own configuration adds its address, and only there", async () => {
  await enrol("legal", portal("approver"));
  const authenticator = held.get(handle("legal"));
  if (authenticator === undefined) throw new Error("a passkey expected");
  const note = async () => {
    const statement = t.decision("legal", "legal");
    const challenge = toBase64url(sha256(statementBytes("decision", statement)));
    const { response } = authenticator.assert(challenge, { origin: "http://localhost:4100" });
    return t.client.noteStatement({
      kind: "decision",
      statement,
      signature: {
        kind: "passkey",
        credential_id: authenticator.credentialId,
        authenticator_data: response.authenticatorData,
        client_data_json: response.clientDataJSON,
        signature: response.signature,
      },
    });
  };
  await expect(note()).rejects.toMatchObject({ extra: { reason: "origin" } });
  await t.restart({ origins: ["http://localhost:4100"] });
  expect(await note()).toBe("evaluation");
});

test("a roster statement by Ed25519 counts as a key of one's own", async () => {
  const p = await TestCustodian.start();
  try {
    const roster = p.roster();
    const next: Roster = { ...roster, version: 2, previous: rosterDigest(roster), origins: [ORIGIN] };
    const statements = Object.values(p.people)
      .filter(({ person }) => person.duties.some((duty) => duty === "approve" || duty === "legal"))
      .slice(0, 2)
      .map(({ person, seed }) => {
        const statement = {
          log: TEST_LOG,
          version: 2,
          previous: rosterDigest(roster),
          roster: rosterDigest(next),
          person: person.person,
        };
        const signature = toBase64url(signStatement(seed, "roster", statement));
        return {
          statement,
          signature: { kind: "ed25519" as const, key_id: `${person.person}/1`, signature },
        };
      });
    expect((await p.client.submitRoster({ ...next, statements })).version).toBe(2);
  } finally {
    await p.stop();
  }
});

test("two holders without a confirmer's duty change no more than their own keys", async () => {
  const p = await TestCustodian.start();
  try {
    const roster = p.roster();
    const next: Roster = {
      ...roster,
      version: 2,
      previous: rosterDigest(roster),
      origins: ["https://evil.example"],
    };
    const signers = Object.values(p.people).filter(({ person }) => person.duties.length === 0);
    expect(signers.length).toBeGreaterThan(0);
    const [confirmer] = Object.values(p.people).filter(({ person }) => person.duties.includes("approve"));
    if (confirmer === undefined) throw new Error("an approver expected");
    const statements = [...signers.slice(0, 1), confirmer].map(({ person, seed }) => {
      const statement = {
        log: TEST_LOG,
        version: 2,
        previous: rosterDigest(roster),
        roster: rosterDigest(next),
        person: person.person,
      };
      const signature = toBase64url(signStatement(seed, "roster", statement));
      return { statement, signature: { kind: "ed25519" as const, key_id: `${person.person}/1`, signature } };
    });
    await expect(p.client.submitRoster({ ...next, statements })).rejects.toMatchObject({
      extra: { reason: "roster" },
    });
  } finally {
    await p.stop();
  }
});
