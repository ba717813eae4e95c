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

// An evaluation: the portal signs for all people without a key. These tests show what it can and cannot do with that.
let bench: SuccessionBench;

beforeEach(async () => {
  bench = await SuccessionBench.start();
});
afterEach(() => bench.t.stop());

describe("a lying portal, once two people hold keys", () => {
  const all = (): Signer[] => bench.current.persons.map(({ person }) => portal(person));

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
      "adds its own signature to a holder's passkey",
      () => bench.changed(withCredentials(bench.handle("legal"), [...ownKeys("legal"), ...BY_PORTAL])),
    ],
    [
      "replaces a holder's passkey by its own signature",
      () => bench.changed(withCredentials(bench.handle("legal"), BY_PORTAL)),
    ],
    ["removes a holder's passkey", () => bench.changed(withCredentials(bench.handle("legal"), []))],
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
    ["enrols a person without any consent", () => bench.bogus("both")],
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
      "gives another person a holder's passkey",
      () => bench.changed(withCredentials(bench.handle("both"), ownKeys("legal"))),
    ],
    [
      "gives another person a holder's key under another id",
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
  test.each(attempts)(
    "a portal that %s is refused with the portal's signature for all people",
    async (_what, attempt) => {
      await bench.refuse(attempt(), all());
    },
  );

  test.each(attempts)("a portal that %s is refused even if it deceived one holder", async (what, attempt) => {
    if (what === "enrols a person without any consent") return;
    await bench.refuse(attempt(), [own("approver"), ...all()]);
  });

  test("the portal cannot enrol anyone by a chain of invented people", async () => {
    // The same is true for a person who was honestly enrolled before with a key that the portal has itself.
    await bench.refuse(bench.bogus("both"), [portal("both"), portal("support"), portal("regulator")]);
    await bench.refuse(bench.bogus("regulator"), [portal("regulator"), portal("both"), portal("support")]);
  });

  test("an agreement cannot be used again, for another version or for another roster", async () => {
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

  test("the portal may still change people without keys, whose statements are only worth the portal's signature", async () => {
    const next = bench.changed((persons) => [
      ...persons,
      { person: "new", organisation: "x", duties: [], credentials: BY_PORTAL },
    ]);
    await bench.take(next, [portal("both"), portal("support")]);
  });

  test("the portal can no longer sign a decision for a holder", async () => {
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

  test("the portal cannot lock out a passkey with a counter that was not used", async () => {
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
