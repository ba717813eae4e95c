import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DecidedSubmission, RegistrationItem, RosterPerson } from "@/lib/escrow/protocol/messages";
import type { EscrowOpening } from "@/lib/escrow/protocol/port";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import type { Roster } from "@/lib/escrow/protocol/roster";
import type { OpenStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { TestCustodian } from "@/lib/testing/custodian/custodian";
import {
  type CeremonyChanges,
  type PasskeyAlgorithm,
  SoftwareAuthenticator,
} from "@/lib/testing/devices/authenticator";

// People sign with passkeys. The portal knows and forwards all data and has no one's passkey.
const ORIGIN = "http://localhost:3000";

type PasskeySignature = Extract<StatementSignature, { kind: "passkey" }>;

function signWith(
  authenticator: SoftwareAuthenticator,
  kind: string,
  object: unknown,
  changes: CeremonyChanges = {},
): PasskeySignature {
  const challenge = toBase64url(sha256(statementBytes(kind, object)));
  const { response } = authenticator.assert(challenge, changes);
  return {
    kind: "passkey",
    credential_id: authenticator.credentialId,
    authenticator_data: response.authenticatorData,
    client_data_json: response.clientDataJSON,
    signature: response.signature,
  };
}

function credentialOf(authenticator: SoftwareAuthenticator): RosterPerson["credentials"][number] {
  return {
    kind: "passkey",
    credential_id: authenticator.credentialId,
    public_key: toBase64url(authenticator.publicKey),
    rp_id: "localhost",
  };
}

let t: TestCustodian;
let keys: Record<"regulator" | "colleague" | "legal" | "approver", SoftwareAuthenticator>;

function rosterWithPasskeys(): Roster {
  const of = (person: RosterPerson, authenticator: SoftwareAuthenticator) => ({
    ...person,
    credentials: [credentialOf(authenticator)],
  });
  const { regulator, colleague, legal, approver, ...rest } = t.people;
  return {
    ...t.roster(),
    origins: [ORIGIN],
    persons: [
      of(regulator.person, keys.regulator),
      of(colleague.person, keys.colleague),
      of(legal.person, keys.legal),
      of(approver.person, keys.approver),
      ...Object.values(rest).map(({ person }) => person),
    ],
  };
}

beforeEach(async () => {
  t = await TestCustodian.start({ roster: false });
  keys = {
    regulator: new SoftwareAuthenticator(),
    colleague: new SoftwareAuthenticator(),
    legal: new SoftwareAuthenticator(),
    approver: new SoftwareAuthenticator({ isCounting: false }),
  };
  await t.writeRoster(rosterWithPasskeys());
});
afterEach(() => t.stop());

async function expectRefusal(act: Promise<unknown>, reason: Refusal): Promise<void> {
  await expect(act).rejects.toMatchObject({ code: "custodian.refused", extra: { reason } });
}

function decided(items: readonly RegistrationItem[], over: Parameters<TestCustodian["submission"]>[0] = {}) {
  const submission = t.submission({ transactions: [items[0]?.tx ?? ""], ...over });
  const [legal, coordinator] = submission.decisions;
  if (legal === undefined || coordinator === undefined) throw new Error("two decisions expected");
  const decisions = [
    { statement: legal.statement, signature: signWith(keys.legal, "decision", legal.statement) },
    {
      statement: coordinator.statement,
      signature: signWith(keys.approver, "decision", coordinator.statement),
    },
  ];
  return { ...submission, decisions } satisfies DecidedSubmission;
}

async function granted() {
  const items = await t.seal();
  await t.client.register(items);
  const submission = decided(items);
  const accepted = await t.client.submitGrant(submission);
  return { items, submission, accepted, grant: submission.grant };
}

function opening(
  grant: string,
  items: readonly RegistrationItem[],
  sign: (statement: OpenStatement) => StatementSignature = (statement) =>
    signWith(keys.regulator, "open", statement),
  over: Partial<OpenStatement> = {},
): EscrowOpening {
  const one = t.opening(grant, items, over);
  const { statement } = one.opening;
  return { ...one, opening: { statement, signature: sign(statement) } };
}

test("two deciders and a requester sign with passkeys, and the custodian signs the answer", async () => {
  const { items, accepted, grant } = await granted();
  expect(accepted.statement.assurance).toBe("signed");
  const opened = await t.client.open(opening(grant, items));
  expect(opened.assurance).toBe("signed");
  expect(opened.data).toHaveProperty("amount");
});

test.each<PasskeyAlgorithm>(["ES256", "EdDSA", "RS256"])("a passkey of %s opens", async (algorithm) => {
  await t.stop();
  t = await TestCustodian.start({ roster: false });
  keys.regulator = new SoftwareAuthenticator({ algorithm });
  await t.writeRoster(rosterWithPasskeys());
  const { items, grant } = await granted();
  expect((await t.client.open(opening(grant, items))).data).toHaveProperty("pricing");
});

const honest = (changes: CeremonyChanges) => (statement: OpenStatement) =>
  signWith(keys.regulator, "open", statement, changes);

describe("a refused opening by passkey", () => {
  const cases: [string, (statement: OpenStatement) => StatementSignature, Refusal][] = [
    [
      "another statement was signed",
      (s) => signWith(keys.regulator, "open", { ...s, groups: ["parties"] }),
      "challenge",
    ],
    ["a statement of another kind was signed", (s) => signWith(keys.regulator, "decision", s), "challenge"],
    ["a sign-in was answered", () => signInInstead(), "challenge"],
    ["the page was of another origin", honest({ origin: "https://evil.example" }), "origin"],
    ["the port was another", honest({ origin: "http://localhost:3001" }), "origin"],
    ["the page stood in a frame of another site", honest({ crossOrigin: true }), "origin"],
    ["a top origin was present", honest({ topOrigin: "https://evil.example" }), "origin"],
    ["the relying party was another", honest({ rpId: "evil.example" }), "rp-id"],
    ["the user was not verified", honest({ userVerified: false }), "user-verification"],
    ["the user was not present", honest({ userPresent: false }), "user-verification"],
    ["it was a registration", honest({ type: "webauthn.create" }), "signature"],
    ["another person's passkey signed", (s) => signWith(keys.colleague, "open", s), "signature"],
    [
      "a passkey outside the roster signed",
      (s) => signWith(new SoftwareAuthenticator(), "open", s),
      "signature",
    ],
    [
      "a stranger's passkey claims a known id",
      (s) => ({
        ...signWith(new SoftwareAuthenticator(), "open", s),
        credential_id: keys.regulator.credentialId,
      }),
      "signature",
    ],
    ["an Ed25519 key not in the roster signed", (s) => t.sign("regulator", "open", s), "signature"],
    ["the portal signed", (s) => t.signAsPortal("open", s), "evaluation-key"],
  ];
  test.each(cases)("the custodian refuses an opening when %s", async (_what, sign, reason) => {
    const { items, grant } = await granted();
    await expectRefusal(t.client.open(opening(grant, items, sign)), reason);
    // A refused attempt uses up nothing: the honest opening still succeeds.
    expect((await t.client.open(opening(grant, items))).viewsLeft).toBe(2);
  });

  test("the custodian refuses a statement that was altered after it was signed", async () => {
    const { items, grant } = await granted();
    const one = opening(grant, items);
    for (const change of [
      { reply_key: toBase64url(t.portalReplyKey().publicKey) },
      { nonce: toBase64url(randomBytes(32)) },
      { session: "s_2" },
    ]) {
      const statement = { ...one.opening.statement, ...change };
      await expectRefusal(t.client.open({ ...one, opening: { ...one.opening, statement } }), "challenge");
    }
  });

  test("the custodian refuses a statement that was already used to open", async () => {
    const { items, grant } = await granted();
    const one = opening(grant, items);
    await t.client.open(one);
    const again = { ...one, intent: t.intent({ ...one, requester: "regulator-001", purpose: "audit" }) };
    await expectRefusal(t.client.open(again), "nonce");
    await t.restart();
    await expectRefusal(t.client.open(again), "nonce");
  });
});

function signInInstead(): StatementSignature {
  const { response } = keys.regulator.assert(toBase64url(randomBytes(32)));
  return {
    kind: "passkey",
    credential_id: keys.regulator.credentialId,
    authenticator_data: response.authenticatorData,
    client_data_json: response.clientDataJSON,
    signature: response.signature,
  };
}

describe("bytes of an assertion", () => {
  async function expectRefused(change: (signature: PasskeySignature) => PasskeySignature): Promise<void> {
    const statement = t.decision("legal", "legal");
    const signature = change(signWith(keys.legal, "decision", statement));
    await expect(t.client.noteStatement({ kind: "decision", statement, signature })).rejects.toMatchObject({
      code: "custodian.refused",
    });
  }

  test("a change of any bit of the authenticator data is refused", async () => {
    for (let bit = 0; bit < 37 * 8; bit += 1) {
      await expectRefused((signature) => {
        const bytes = fromBase64url(signature.authenticator_data);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return { ...signature, authenticator_data: toBase64url(bytes) };
      });
    }
  });

  test("a change of any byte of the client data is refused", async () => {
    for (let at = 0; at < 150; at += 1) {
      await expectRefused((signature) => {
        const bytes = fromBase64url(signature.client_data_json);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
        return { ...signature, client_data_json: toBase64url(bytes) };
      });
    }
  });

  test.each(["authenticator_data", "client_data_json", "signature"] as const)(
    "a %s that is cut short, longer or not canonical is refused",
    async (member) => {
      const lengths = [1, 2, 5, 32, 36];
      for (const length of lengths) {
        await expectRefused((signature) => ({
          ...signature,
          [member]: toBase64url(fromBase64url(signature[member]).slice(0, length)),
        }));
      }
      await expectRefused((signature) => ({
        ...signature,
        [member]: toBase64url(Uint8Array.from([...fromBase64url(signature[member]), 0])),
      }));
      await expectRefused((signature) => ({ ...signature, [member]: `${signature[member]}=` }));
      await expectRefused((signature) => ({ ...signature, [member]: "!" }));
    },
  );

  test.each([
    "null",
    "[]",
    '"x"',
    "{}",
    '{"type":1}',
    '{"type":"webauthn.get","type":"webauthn.get"}',
    "\u0000",
    "{".repeat(8_000),
  ])("client data %s is refused with its reason", async (text) => {
    await expectRefused((signature) => ({ ...signature, client_data_json: toBase64url(utf8(text)) }));
  });
});

describe("a passkey's counter", () => {
  test("a counter that decreased is refused although the portal asks, also after a restart", async () => {
    const { items, grant } = await granted();
    keys.regulator.counter = 10;
    await t.client.open(opening(grant, items));
    for (const counter of [11, 5, 1, 0]) {
      await expectRefusal(t.client.open(opening(grant, items, honest({ counter }))), "counter");
    }
    await t.restart();
    await expectRefusal(t.client.open(opening(grant, items, honest({ counter: 11 }))), "counter");
    expect((await t.client.open(opening(grant, items, honest({ counter: 12 })))).viewsLeft).toBe(1);
  });

  test("the counter of a synced passkey stays 0", async () => {
    keys.regulator.counter = 0;
    const { items, grant } = await granted();
    for (const left of [2, 1, 0]) {
      const opened = await t.client.open(opening(grant, items, honest({ counter: 0 })));
      expect(opened.viewsLeft).toBe(left);
    }
  });

  test("one counter value serves all transactions of one statement", async () => {
    const [first, second] = [await t.seal(), await t.seal()];
    const transactions = [first[0]?.tx ?? "", second[0]?.tx ?? ""].sort();
    const submission = decided(first, { transactions });
    await t.client.submitGrant({ ...submission, registrations: [...first, ...second] });
    const one = opening(submission.grant, first, undefined, { transactions });
    await t.client.open(one);
    const { statement, signature } = one.opening;
    const other = t.opening(submission.grant, second, { ...statement });
    await t.client.open({ ...other, opening: { statement, signature } });
  });

  test("a decision's counter is seen when the decision is made, however late it takes effect", async () => {
    const items = await t.seal();
    const submission = decided(items);
    const [legal] = submission.decisions;
    if (legal === undefined) throw new Error("a decision expected");
    await t.client.noteStatement({ kind: "decision", ...legal });
    const later = t.decision("legal", "legal", { request: uuidv7(3) });
    await t.client.noteStatement({
      kind: "decision",
      statement: later,
      signature: signWith(keys.legal, "decision", later),
    });
    await t.restart();
    const accepted = await t.client.submitGrant({ ...submission, registrations: items });
    expect(accepted.statement.assurance).toBe("signed");
  });

  test("a recovery's counter is checked like any other: a repeated statement is accepted, a copied device is refused", async () => {
    const root = toBase64url(randomBytes(32));
    const recovery = (to: number, counter: number) => {
      const statement = {
        log: t.decision("legal", "legal").log,
        from: 3,
        to,
        root,
        person: "operator:legal",
      };
      const signature = signWith(keys.legal, "recovery", statement, { counter });
      return { kind: "recovery" as const, statement, signature };
    };
    const first = recovery(9, 7);
    expect(await t.client.noteStatement(first)).toBe("signed");
    expect(await t.client.noteStatement(first)).toBe("signed");
    await t.restart();
    for (const counter of [7, 3, 0])
      await expectRefusal(t.client.noteStatement(recovery(12, counter)), "counter");
    // A counter that a recovery used up cannot open anything either.
    const decision = t.decision("legal", "legal", { request: uuidv7(3) });
    const signature = signWith(keys.legal, "decision", decision, { counter: 7 });
    await expectRefusal(
      t.client.noteStatement({ kind: "decision", statement: decision, signature }),
      "counter",
    );
    expect(await t.client.noteStatement(recovery(12, 8))).toBe("signed");
  });

  test("a decision that was not shown in time is refused", async () => {
    const items = await t.seal();
    const submission = decided(items);
    const later = t.decision("legal", "legal", { request: uuidv7(3) });
    await t.client.noteStatement({
      kind: "decision",
      statement: later,
      signature: signWith(keys.legal, "decision", later),
    });
    await expectRefusal(t.client.submitGrant({ ...submission, registrations: items }), "counter");
  });
});

test("a decision signed by passkey and altered by the portal gives no grant", async () => {
  const items = await t.seal();
  const submission = decided(items);
  const decisions = submission.decisions.map(({ statement, signature }) => ({
    statement: { ...statement, max_views: 100 },
    signature,
  }));
  await expectRefusal(t.client.submitGrant({ ...submission, decisions }), "challenge");
});

test("one person's two passkeys count as one approver", async () => {
  const items = await t.seal();
  const both = new SoftwareAuthenticator();
  const submission = t.submission({ transactions: [items[0]?.tx ?? ""] });
  const decisions = submission.decisions.map(({ statement }) => {
    const own = { ...statement, approver: "operator:legal" };
    return { statement: own, signature: signWith(both, "decision", own) };
  });
  const act = t.client.submitGrant({ ...submission, decisions });
  await expect(act).rejects.toMatchObject({ code: "custodian.refused" });
});

test("a statement for another log or by an unknown person is refused", async () => {
  const note = async (change: { log?: string; approver?: string }) => {
    const statement = { ...t.decision("legal", "legal"), ...change };
    return t.client.noteStatement({
      kind: "decision",
      statement,
      signature: signWith(keys.legal, "decision", statement),
    });
  };
  await expectRefusal(note({ log: "other.example/log" }), "log");
  await expectRefusal(note({ approver: "unknown-1" }), "approver");
});
