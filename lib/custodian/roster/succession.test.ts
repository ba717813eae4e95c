import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";
import {
  credentialOf,
  ORIGIN,
  own,
  portal,
  type Signer,
  SuccessionBench,
  withCredentials,
} from "@/lib/testing/custodian/succession-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

// An evaluation: the portal signs for all people without a key. These tests show what it can and cannot do with that.
let bench: SuccessionBench;

beforeEach(async () => {
  bench = await SuccessionBench.start();
});
afterEach(() => bench.t.stop());

describe("enrolment", () => {
  test("the first key needs the portal's signature for the person and for an operator's person who may confirm", async () => {
    await bench.enrol("legal", portal("approver"));
    const { persons } = await bench.t.client.roster();
    expect(persons.find(({ person }) => person === bench.handle("legal"))?.credentials).toMatchObject([
      { kind: "passkey" },
    ]);
  });

  test("a person with a key confirms each further enrolment", async () => {
    await bench.enrol("legal", portal("approver"));
    await bench.refuse(bench.bogus("approver"), [portal("approver"), portal("both")]);
    await bench.enrol("approver", own("legal"));
    await bench.enrol("regulator", own("approver"));
    await bench.refuse(bench.bogus("support"), [portal("support"), own("regulator")]);
    await bench.enrol("support", own("legal"));
  });

  test("a regulator who enrolled first can let in the first person of the operator, and no one after that", async () => {
    await bench.enrol("regulator", portal("legal"));
    await bench.refuse(bench.bogus("legal"), [portal("legal"), portal("approver")]);
    await bench.enrol("legal", own("regulator"));
    await bench.refuse(bench.bogus("approver"), [portal("approver"), own("regulator")]);
    await bench.enrol("approver", own("legal"));
  });

  test.each<[string, () => readonly Signer[]]>([
    ["alone", () => [portal("legal")]],
    ["twice by the same", () => [portal("legal"), portal("legal")]],
    ["without the person", () => [portal("approver"), portal("both")]],
    ["confirmed by a person without the duty", () => [portal("legal"), portal("support")]],
    ["confirmed by an agency", () => [portal("legal"), portal("regulator")]],
    ["without a signature", () => []],
  ])("an enrolment %s is refused", async (_what, signers) => {
    await bench.refuse(bench.bogus("legal"), signers());
  });

  test("the portal's signature has no value outside an evaluation", async () => {
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

describe("two people with keys", () => {
  beforeEach(async () => {
    await bench.enrol("legal", portal("approver"));
    await bench.enrol("approver", own("legal"));
  });

  test("two people with keys replace the lost passkey of a third whom no one else can help", async () => {
    await bench.enrol("regulator", own("legal"));
    const found = new SoftwareAuthenticator();
    const next = bench.changed(withCredentials(bench.handle("regulator"), [credentialOf(found)]));
    await bench.refuse(next, [own("legal"), portal("regulator"), portal("both")]);
    await bench.take(next, [own("legal"), own("approver")]);
    bench.held.set(bench.handle("regulator"), found);
  });

  test("two people with keys add a second passkey, and either passkey signs", async () => {
    const second = new SoftwareAuthenticator();
    const mine =
      bench.current.persons.find(({ person }) => person === bench.handle("legal"))?.credentials ?? [];
    await bench.take(bench.changed(withCredentials(bench.handle("legal"), [...mine, credentialOf(second)])), [
      own("legal"),
      own("approver"),
    ]);
    bench.held.set(bench.handle("legal"), second);
    await bench.enrol("both", own("legal"));
  });

  test("two people with keys may change origins", async () => {
    await bench.take(
      bench.changed((persons) => [...persons], { origins: ["https://sealport.example"] }),
      [own("legal"), own("approver")],
    );
  });

  test("two people with keys cannot add a passkey of an unsupported kind", async () => {
    const odd = { ...credentialOf(new SoftwareAuthenticator()), public_key: toBase64url(randomBytes(77)) };
    await bench.refuse(bench.changed(withCredentials(bench.handle("both"), [odd])), [
      own("legal"),
      own("approver"),
    ]);
  });
});

describe("journal and file of the roster", () => {
  const inFile = (): Roster => Roster.parse(JSON.parse(readFileSync(bench.t.rosterFile, "utf8")));

  test("a successor from the socket is in journal and file, and stays after a restart", async () => {
    await bench.enrol("legal", portal("approver"));
    expect(rosterDigest(inFile())).toBe(rosterDigest(bench.current));
    expect(statSync(bench.t.rosterFile).mode & 0o777).toBe(0o600);
    await bench.t.restart();
    expect(await bench.t.client.roster()).toEqual(bench.current);
    await bench.enrol("approver", own("legal"));
  });

  test("an older file, as a crash between both leaves it, is updated from the journal", async () => {
    const before = readFileSync(bench.t.rosterFile);
    await bench.enrol("legal", portal("approver"));
    writeFileSync(bench.t.rosterFile, before);
    await bench.t.restart();
    expect((await bench.t.client.roster()).version).toBe(2);
    expect(inFile().version).toBe(2);
    writeFileSync(bench.t.rosterFile, before);
    expect((await bench.t.client.roster()).version).toBe(2);
    expect(inFile().version).toBe(2);
  });

  test("a repeated successor changes nothing, and another one of the same version is refused", async () => {
    const one = bench.signed(bench.bogus("legal"), [portal("legal"), portal("approver")]);
    const other = bench.signed(bench.bogus("approver"), [portal("approver"), portal("legal")]);
    const results = await Promise.allSettled([
      bench.t.client.submitRoster(one),
      bench.t.client.submitRoster(other),
      bench.t.client.submitRoster(one),
    ]);
    const kept = await bench.t.client.roster();
    expect(kept.version).toBe(2);
    const won = results.filter(({ status }) => status === "fulfilled").length;
    expect(won === 1 || won === 2).toBe(true);
    await bench.t.client.submitRoster(kept);
    expect((await bench.t.client.roster()).version).toBe(2);
  });

  test("without a roster in its file the custodian accepts none over the socket", async () => {
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

  test("a decision that the portal signed and showed before its approver got a key no longer counts", async () => {
    const items = await bench.t.seal();
    const submission = bench.t.submission({ transactions: [items[0]?.tx ?? ""] });
    const decisions = submission.decisions.map(({ statement }) => ({
      statement,
      signature: bench.t.signAsPortal("decision", statement),
    }));
    const [legal] = decisions;
    if (legal === undefined) throw new Error("a decision expected");
    await bench.t.client.noteStatement({ kind: "decision", ...legal });
    await bench.enrol("legal", portal("approver"));
    // Otherwise a portal could sign in advance for all people who will enrol.
    const act = bench.t.client.submitGrant({ ...submission, decisions, registrations: items });
    await expect(act).rejects.toMatchObject({ extra: { reason: "evaluation-key" } });
  });
});

test("an evaluation accepts its own address from the custodian's configuration, and only in an evaluation", async () => {
  await bench.enrol("legal", portal("approver"));
  const authenticator = bench.held.get(bench.handle("legal"));
  if (authenticator === undefined) throw new Error("a passkey expected");
  const note = async () => {
    const statement = bench.t.decision("legal", "legal");
    const challenge = toBase64url(sha256(statementBytes("decision", statement)));
    const { response } = authenticator.assert(challenge, { origin: "http://localhost:4100" });
    return bench.t.client.noteStatement({
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
  await bench.t.restart({ origins: ["http://localhost:4100"] });
  expect(await note()).toBe("evaluation");
});

test("an Ed25519 roster statement counts as a person's own key", async () => {
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

test("two holders without a confirmer's duty can change only their own keys", async () => {
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
