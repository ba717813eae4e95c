import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { Roster } from "@/lib/escrow/protocol/roster";
import type { PersonName } from "@/lib/testing/custodian/custodian";
import {
  BY_PORTAL,
  type Credentials,
  credentialOf,
  ORIGIN,
  own,
  portal,
  type Signer,
  SuccessionBench,
  withCredentials,
} from "@/lib/testing/custodian/succession-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

// An evaluation: the portal signs for everybody who has no key. What can it do with that, and what not?
let bench: SuccessionBench;

beforeEach(async () => {
  bench = await SuccessionBench.start();
});
afterEach(() => bench.t.stop());

describe("a portal that lies, once two people hold keys,", () => {
  const everybody = (): Signer[] => bench.current.persons.map(({ person }) => portal(person));

  beforeEach(async () => {
    await bench.enrol("legal", portal("approver"));
    await bench.enrol("approver", own("legal"));
  });

  const ed25519 = (): Credentials => [
    { kind: "ed25519", key_id: "evil/1", public_key: toBase64url(ed25519PublicKey(randomBytes(32))) },
  ];
  const passkey = () => credentialOf(new SoftwareAuthenticator());
  const ownKeys = (name: PersonName): Credentials =>
    bench.current.persons.find(({ person }) => person === bench.handle(name))?.credentials ?? [];

  const attempts: [string, () => Roster][] = [
    ["replaces a holder's passkey", () => bench.bogus("legal")],
    [
      "adds one to a holder's",
      () => bench.changed(withCredentials(bench.handle("legal"), [...ownKeys("legal"), passkey()])),
    ],
    [
      "adds an Ed25519 key to a holder's",
      () => bench.changed(withCredentials(bench.handle("legal"), [...ownKeys("legal"), ...ed25519()])),
    ],
    [
      "puts its own word beside a holder's passkey",
      () => bench.changed(withCredentials(bench.handle("legal"), [...ownKeys("legal"), ...BY_PORTAL])),
    ],
    [
      "puts its own word in place of a holder's passkey",
      () => bench.changed(withCredentials(bench.handle("legal"), BY_PORTAL)),
    ],
    ["takes a holder's passkey away", () => bench.changed(withCredentials(bench.handle("legal"), []))],
    [
      "removes a holder",
      () => bench.changed((persons) => persons.filter(({ person }) => person !== bench.handle("legal"))),
    ],
    [
      "gives a holder another duty",
      () =>
        bench.changed((persons) =>
          persons.map((one) =>
            one.person === bench.handle("legal") ? { ...one, duties: ["legal", "approve"] } : one,
          ),
        ),
    ],
    [
      "moves a holder to another organisation",
      () =>
        bench.changed((persons) =>
          persons.map((one) =>
            one.person === bench.handle("legal") ? { ...one, organisation: "agency" } : one,
          ),
        ),
    ],
    [
      "renames a holder",
      () =>
        bench.changed((persons) =>
          persons.map((one) =>
            one.person === bench.handle("legal") ? { ...one, person: "operator:lena" } : one,
          ),
        ),
    ],
    [
      "gives a stranger a passkey",
      () =>
        bench.changed((persons) => [
          ...persons,
          { person: "evil", organisation: "x", duties: ["legal", "approve"], credentials: [passkey()] },
        ]),
    ],
    [
      "gives a stranger an Ed25519 key",
      () =>
        bench.changed((persons) => [
          ...persons,
          { person: "evil", organisation: "x", duties: ["legal", "approve"], credentials: ed25519() },
        ]),
    ],
    ["enrols somebody without anybody's consent", () => bench.bogus("both")],
    [
      "enrols two at once",
      () =>
        bench.changed((persons) =>
          withCredentials(bench.handle("both"), [passkey()])(
            withCredentials(bench.handle("support"), [passkey()])(persons),
          ),
        ),
    ],
    [
      "gives somebody a holder's own passkey",
      () => bench.changed(withCredentials(bench.handle("both"), ownKeys("legal"))),
    ],
    [
      "gives somebody a holder's key under another id",
      () =>
        bench.changed(
          withCredentials(
            bench.handle("both"),
            ownKeys("legal").map((one) =>
              one.kind === "passkey" ? { ...one, credential_id: "other" } : one,
            ),
          ),
        ),
    ],
    [
      "lists another origin",
      () => bench.changed((persons) => [...persons], { origins: [ORIGIN, "https://evil.example"] }),
    ],
    [
      "changes the evaluation key",
      () =>
        bench.changed((persons) => [...persons], {
          evaluation_key: toBase64url(ed25519PublicKey(randomBytes(32))),
        }),
    ],
    ["adds an authority", () => bench.changed((persons) => [...persons], { authorities: [{ key: "evil" }] })],
    ["empties the roster", () => bench.changed(() => [])],
  ];
  test.each(attempts)("%s: refused, with the portal's word for everybody", async (_what, attempt) => {
    await bench.refuse(attempt(), everybody());
  });

  test.each(attempts)("%s: refused, with one holder deceived", async (what, attempt) => {
    if (what === "enrols somebody without anybody's consent") return;
    await bench.refuse(attempt(), [own("approver"), ...everybody()]);
  });

  test("enrols nobody by a chain of people it made up", async () => {
    // Even with a key that the portal holds itself for somebody who was let in honestly before.
    await bench.refuse(bench.bogus("both"), [portal("both"), portal("support"), portal("regulator")]);
    await bench.refuse(bench.bogus("regulator"), [portal("regulator"), portal("both"), portal("support")]);
  });

  test("uses no agreement twice, for another version or for another roster", async () => {
    const next = bench.changed(withCredentials(bench.handle("both"), [passkey()]));
    const full = bench.signed(next, [portal("both"), own("legal")]);
    const other = bench.bogus("both");
    await expect(
      bench.t.client.submitRoster({ ...other, statements: full.statements }),
    ).rejects.toMatchObject({
      extra: { reason: "roster" },
    });
    await bench.t.client.submitRoster(full);
    bench.current = full;
    const again = bench.bogus("support");
    await expect(
      bench.t.client.submitRoster({ ...again, statements: full.statements }),
    ).rejects.toMatchObject({
      extra: { reason: "roster" },
    });
  });

  test("may still change people without keys, who are worth no more than its word", async () => {
    const next = bench.changed((persons) => [
      ...persons,
      { person: "new", organisation: "x", duties: [], credentials: BY_PORTAL },
    ]);
    await bench.take(next, [portal("both"), portal("support")]);
  });

  test("signs no decision for a holder any more", async () => {
    const items = await bench.t.seal();
    const submission = bench.t.submission({ transactions: [items[0]?.tx ?? ""] });
    const decisions = submission.decisions.map(({ statement }) => ({
      statement,
      signature: bench.t.signAsPortal("decision", statement),
    }));
    await expect(bench.t.client.submitGrant({ ...submission, decisions })).rejects.toMatchObject({
      extra: { reason: "evaluation-key" },
    });
  });

  test("cannot lock a passkey out with a counter that nobody used", async () => {
    const next = bench.changed(withCredentials(bench.handle("both"), [passkey()]));
    const full = bench.signed(next, [portal("both"), own("legal")]);
    const [, honest] = full.statements ?? [];
    if (honest?.signature.kind !== "passkey") throw new Error("a passkey's agreement expected");
    const authenticator_data = toBase64url(Uint8Array.from({ length: 37 }, () => 255));
    const planted = { ...honest, signature: { ...honest.signature, authenticator_data } };
    await bench.t.client.submitRoster({ ...full, statements: [planted, ...(full.statements ?? [])] });
    bench.current = Roster.parse(JSON.parse(readFileSync(bench.t.rosterFile, "utf8")));
    expect(bench.current.statements).toHaveLength(2);
    await bench.enrol("support", own("legal"));
  });
});
