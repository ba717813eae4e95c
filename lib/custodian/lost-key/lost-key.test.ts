import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openEnvelope, parseEnvelope, replaceRecipient } from "@/lib/crypto/envelope/envelope";
import { recordDigest } from "@/lib/crypto/envelope/record-digest";
import { randomBytes } from "@/lib/crypto/primitives";
import type { RecoverResult, RewrapStatements } from "@/lib/escrow/protocol/lost-key";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { RewrapTerms } from "@/lib/escrow/protocol/rewrap-statement";
import { validityTime } from "@/lib/escrow/protocol/statements";
import { foreignKey, LostKeyBench, nameOf, PARTICIPANT } from "@/lib/testing/custodian/lost-key-bench";
import { createKeyHolder } from "@/lib/testing/devices/key-holder";

let bench: LostKeyBench;
beforeEach(async () => {
  bench = await LostKeyBench.start(2);
});
afterEach(() => bench.t.stop());

const refusedAs = (reason: string) => ({ code: "custodian.refused", extra: { reason } });

/** The sealed group with the custodian's answer in place of the lost key's entry. */
function recovered(item: RegistrationItem, result: RecoverResult | undefined) {
  if (result?.ok !== true) throw new TypeError(`refused: ${result?.reason}`);
  const { kid, epk, encrypted_key } = result.statement;
  const rd = recordDigest(item.tx, item.rd_list);
  const { tx, grp: group, ep, gen } = item;
  const apu = parseEnvelope(item.jwe).recipients[0]?.header.apu ?? "";
  const header = { kid, epk: { crv: "X25519", kty: "OKP", x: epk }, apu, apv: toBase64url(Buffer.from(kid)) };
  const context = { tx, group, ep, gen, rd };
  const recipient = { header, encrypted_key };
  const { envelope } = replaceRecipient({
    ...context,
    envelope: item.jwe,
    oldKid: `${PARTICIPANT}#1`,
    recipient,
  });
  return { ...context, envelope, kid, list: item.rd_list, fieldCount: item.fields };
}

const fieldsOf = async (item: RegistrationItem, result: RecoverResult | undefined) =>
  (await openEnvelope({ ...recovered(item, result), derive: bench.holder.derive })).fields;

const reasonsOf = (results: readonly RecoverResult[]) =>
  results.map((result) => (result.ok ? "ok" : result.reason));

describe("an accepted recovery", () => {
  test("the custodian wraps every named envelope for the new key, and writes the journal first", async () => {
    const recovery = await bench.accept(bench.agreed());
    const results = await bench.recover(recovery);
    expect(reasonsOf(results)).toEqual(["ok", "ok", "ok", "ok"]);
    for (const [at, item] of bench.items.entries()) {
      const wanted = item.grp === "amount" ? { amount: "1000" } : { rate: "0.1" };
      expect(await fieldsOf(item, results[at])).toEqual(wanted);
    }
    const lines = readFileSync(bench.t.journalFile, "utf8").trim().split("\n");
    const acts = lines.map((line) => JSON.parse(line.slice(44)));
    expect(acts.at(-2)).toMatchObject({ kind: "recovery", recovery, assurance: "signed" });
    expect(acts.at(-1)).toMatchObject({ kind: "recover", recovery });
    expect(acts.at(-1).items).toHaveLength(4);
  });

  test("a killed custodian continues the recovery, and the same envelopes may be requested again", async () => {
    const statements = bench.agreed();
    const recovery = await bench.accept(statements);
    const half = bench.items.slice(0, 2);
    expect(reasonsOf(await bench.recover(recovery, half))).toEqual(["ok", "ok"]);
    await bench.t.restart();
    expect(reasonsOf(await bench.recover(recovery))).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await bench.accept(statements)).toBe(recovery);
  });

  test("a recovery is valid only for this log, only for itself, and only until it expires", async () => {
    const recovery = await bench.accept(bench.agreed());
    bench.t.clock.advance(24 * 3_600_000);
    await expect(bench.recover(recovery)).rejects.toMatchObject(refusedAs("statement-expired"));
  });

  test("a recovery can be ended for good, also before it arrives", async () => {
    const recovery = await bench.accept(bench.agreed());
    await bench.t.client.lostKeys.end({ recovery, reason: "withdrawn" });
    await expect(bench.recover(recovery)).rejects.toMatchObject(refusedAs("revoked"));
    const other = bench.agreed();
    await bench.t.client.lostKeys.end({ recovery: nameOf(other), reason: "withdrawn" });
    await expect(bench.accept(other)).rejects.toMatchObject(refusedAs("revoked"));
  });
});

describe("insufficient statements for a re-wrap", () => {
  type Cheat = () => RewrapStatements;
  const pair = (over: Partial<RewrapTerms>): RewrapStatements => bench.agreed(bench.terms(over));
  const by = (a: "legal" | "support" | "insider" | "client", b: "approver" | "both" | "legal") => {
    const terms = bench.terms();
    return [bench.signed(a, terms), bench.signed(b, terms)];
  };
  const cheats: [string, string, Cheat][] = [
    ["one person twice", "same-person", () => by("legal", "legal")],
    ["a person of the participant's own organisation", "organisation", () => by("insider", "approver")],
    ["the participant itself", "organisation", () => by("client", "approver")],
    ["a person without a duty for it", "duty", () => by("support", "approver")],
    ["another log", "log", () => pair({ log: "log.other.test/sealport" })],
    [
      "a participant without a person on the roster",
      "party",
      () => pair({ participant: "miner-1", old_kid: "miner-1#1", new_kid: "miner-1#2" }),
    ],
    ["another participant's old key", "party", () => pair({ old_kid: "miner-789#1" })],
    ["another participant's new key", "party", () => pair({ new_kid: "miner-789#2" })],
    ["a new key that is not a later version", "new-key", () => pair({ new_kid: `${PARTICIPANT}#1` })],
    ["a low-order key", "new-key", () => pair({ new_public_key: toBase64url(new Uint8Array(32)) })],
    [
      "a key that is not canonical",
      "new-key",
      () => pair({ new_public_key: toBase64url(new Uint8Array(32).fill(0xff)) }),
    ],
    [
      "a transaction that is listed twice",
      "format",
      () => pair({ transactions: [bench.items[0]?.tx ?? "", bench.items[0]?.tx ?? ""] }),
    ],
    [
      "a time in the past",
      "statement-expired",
      () => pair({ not_after: validityTime(new Date(bench.t.clock.nowMs())) }),
    ],
    [
      "more time than a re-wrap may take",
      "statement-expired",
      () => pair({ not_after: validityTime(new Date(bench.t.clock.nowMs() + 8 * 86_400_000)) }),
    ],
    [
      "different lists of transactions",
      "statement",
      () => {
        const terms = bench.terms();
        return [bench.signed("legal", terms), bench.signed("approver", { ...terms, transactions: [] })];
      },
    ],
    [
      "different new keys",
      "statement",
      () => {
        const terms = bench.terms();
        const other = { ...terms, new_public_key: foreignKey() };
        return [bench.signed("legal", terms), bench.signed("approver", other)];
      },
    ],
    [
      "a signature over another list",
      "signature",
      () => {
        const terms = bench.terms();
        const signed = bench.signed("approver", { ...terms, transactions: [] });
        return [bench.signed("legal", terms), { ...signed, statement: bench.statement("approver", terms) }];
      },
    ],
    [
      "a signature over a decision",
      "signature",
      () => {
        const terms = bench.terms();
        const sign = (statement: unknown) => bench.t.sign("approver", "recovery", statement);
        return [bench.signed("legal", terms), bench.signed("approver", terms, sign)];
      },
    ],
    [
      "the portal's signature outside an evaluation",
      "evaluation-key",
      () => {
        const terms = bench.terms();
        const sign = (statement: unknown) => bench.t.signAsPortal("rewrap", statement);
        return [bench.signed("legal", terms), bench.signed("approver", terms, sign)];
      },
    ],
  ];
  test.each(cheats)("the custodian refuses %s", async (_name, reason, make) => {
    await expect(bench.accept(make())).rejects.toMatchObject(refusedAs(reason));
    await expect(
      bench.t.client.lostKeys.accept({ statements: make(), client_tag: toBase64url(randomBytes(32)) }),
    ).rejects.toMatchObject(refusedAs(reason));
  });

  test("one statement alone is refused as an invalid request", async () => {
    const terms = bench.terms();
    await expect(bench.accept([bench.signed("legal", terms)])).rejects.toMatchObject(refusedAs("format"));
  });

  test("a nonce that was used for other terms is refused", async () => {
    const terms = bench.terms();
    await bench.accept(bench.agreed(terms));
    const later = { ...terms, transactions: [] };
    await expect(bench.accept(bench.agreed(later))).rejects.toMatchObject(refusedAs("nonce"));
  });

  test("another key under a proven kid and a proven key of another participant are refused", async () => {
    await bench.accept(bench.agreed());
    const other = bench.agreed(bench.terms({ new_public_key: foreignKey() }));
    await expect(bench.accept(other)).rejects.toMatchObject(refusedAs("new-key"));
    const stranger = { participant: "client-123", old_kid: "client-123#1", new_kid: "client-123#2" };
    await expect(bench.accept(bench.agreed(bench.terms(stranger)))).rejects.toMatchObject(
      refusedAs("new-key"),
    );
  });

  test("the escrow's own public key is refused", async () => {
    const { publicKey } = await bench.t.client.epoch();
    const cheat = bench.agreed(bench.terms({ new_public_key: toBase64url(publicKey) }));
    await expect(bench.accept(cheat)).rejects.toMatchObject(refusedAs("new-key"));
  });
});

describe("possession of the new key", () => {
  test("another key's answer is refused and uses up the challenge", async () => {
    const statements = bench.agreed();
    const challenge = await bench.t.client.lostKeys.challenge({ statements, key_id: bench.keyId });
    const thief = createKeyHolder();
    const client_tag = toBase64url(randomBytes(32));
    expect(() => thief.answer(challenge)).toThrow();
    const { lostKeys } = bench.t.client;
    await expect(lostKeys.accept({ statements, client_tag })).rejects.toMatchObject(refusedAs("proof"));
    const right = bench.holder.answer(challenge);
    await expect(lostKeys.accept({ statements, client_tag: right })).rejects.toMatchObject(
      refusedAs("proof"),
    );
  });

  test("an answer to another recovery's challenge, an old one or one of a former process is refused", async () => {
    const { lostKeys } = bench.t.client;
    const [one, two] = [bench.agreed(), bench.agreed()];
    const ofOne = await lostKeys.challenge({ statements: one, key_id: bench.keyId });
    await lostKeys.challenge({ statements: two, key_id: bench.keyId });
    await expect(
      lostKeys.accept({ statements: two, client_tag: bench.holder.answer(ofOne) }),
    ).rejects.toMatchObject(refusedAs("proof"));
    bench.t.clock.advance(5 * 60_000);
    await expect(
      lostKeys.accept({ statements: one, client_tag: bench.holder.answer(ofOne) }),
    ).rejects.toMatchObject(refusedAs("proof"));
    const again = await lostKeys.challenge({ statements: one, key_id: bench.keyId });
    await bench.t.restart();
    await expect(
      lostKeys.accept({ statements: one, client_tag: bench.holder.answer(again) }),
    ).rejects.toMatchObject(refusedAs("proof"));
  });

  test("the custodian wraps nothing before possession was proven", async () => {
    const statements = bench.agreed();
    await bench.t.client.lostKeys.challenge({ statements, key_id: bench.keyId });
    await expect(bench.recover(nameOf(statements))).rejects.toMatchObject(refusedAs("unknown-recovery"));
  });
});

describe("refused envelopes", () => {
  const accept = (over: Partial<RewrapTerms> = {}) => bench.accept(bench.agreed(bench.terms(over)));

  test("an envelope of a transaction that was not named is refused", async () => {
    const [first] = bench.items;
    const recovery = await accept({ transactions: [first?.tx ?? ""] });
    expect(reasonsOf(await bench.recover(recovery))).toEqual(["ok", "ok", "scope", "scope"]);
  });

  test("envelopes that were never registered or were replaced since are refused", async () => {
    const unknown = await bench.t.seal();
    const [first, second] = bench.items;
    if (first === undefined || second === undefined) throw new TypeError("no items");
    const recovery = await accept({ transactions: [first.tx, unknown[0]?.tx ?? ""].sort() });
    const [other] = await bench.t.seal({ amount: { amount: "9" } }, { tx: first.tx });
    const swapped = { ...first, jwe: { ...first.jwe, tag: toBase64url(randomBytes(16)) } };
    const asked = [unknown[0], other, swapped].flatMap((item) => (item === undefined ? [] : [item]));
    expect(reasonsOf(await bench.recover(recovery, asked))).toEqual([
      "body-digest",
      "body-digest",
      "body-digest",
    ]);
  });

  test("envelopes that were not sealed for this participant are refused, whatever recipients they have now", async () => {
    const items = await bench.t.seal(undefined, { parties: ["client-123", "miner-789"] });
    await bench.t.client.register(items);
    const recovery = await accept({ transactions: [items[0]?.tx ?? ""] });
    expect(reasonsOf(await bench.recover(recovery, items))).toEqual(["party", "party"]);
  });

  test("an envelope without an entry of the lost key is refused", async () => {
    const recovery = await accept({ old_kid: `${PARTICIPANT}#2`, new_kid: `${PARTICIPANT}#3` });
    const [item] = bench.items;
    expect(reasonsOf(await bench.recover(recovery, item === undefined ? [] : [item]))).toEqual(["envelope"]);
  });

  test("an envelope without its own unused intent entry for this act is refused", async () => {
    const recovery = await accept();
    const [one, two] = bench.items;
    if (one === undefined || two === undefined) throw new TypeError("no items");
    const { lostKeys } = bench.t.client;
    const good = bench.announced(recovery, one);
    const cheats = [
      bench.announced(recovery, one, { group: "narrative" }),
      bench.announced(recovery, one, { action: "disclosure.open" }),
      bench.announced(recovery, one, { kid: `${PARTICIPANT}#9` }),
      { envelope: two, intent: good.intent },
      { ...bench.announced("A".repeat(43), one) },
    ];
    const results = await lostKeys.recover(recovery, [good, ...cheats]);
    expect(reasonsOf(results)).toEqual(["ok", "intent", "intent", "intent", "intent", "intent"]);
    expect(reasonsOf(await lostKeys.recover(recovery, [good]))).toEqual(["intent"]);
  });

  test("an envelope whose escrow entry does not open is refused alone, and the others continue", async () => {
    const recovery = await accept();
    const [one, two] = bench.items;
    if (one === undefined || two === undefined) throw new TypeError("no items");
    const recipients = one.jwe.recipients.map((entry) =>
      entry.header.kid.startsWith("escrow#")
        ? { ...entry, encrypted_key: toBase64url(randomBytes(40)) }
        : entry,
    );
    const damaged = { ...one, jwe: { ...one.jwe, recipients } };
    expect(reasonsOf(await bench.recover(recovery, [damaged, two]))).toEqual(["envelope", "ok"]);
  });
});

describe("an evaluation", () => {
  test("the portal signs for people without a key, and the answer is marked", async () => {
    await bench.t.stop();
    bench = await LostKeyBench.start(1, ["legal", "approver"]);
    const terms = bench.terms();
    const sign = (statement: unknown) => bench.t.signAsPortal("rewrap", statement);
    const statements = [bench.signed("legal", terms, sign), bench.signed("approver", terms, sign)];
    const challenge = await bench.t.client.lostKeys.challenge({ statements, key_id: bench.keyId });
    const client_tag = bench.holder.answer(challenge);
    const { statement } = await bench.t.client.lostKeys.accept({ statements, client_tag });
    expect(statement.assurance).toBe("evaluation");
    const keeper = [bench.signed("legal", terms, sign), bench.signed("both", terms, sign)];
    await expect(bench.accept(keeper)).rejects.toMatchObject(refusedAs("evaluation-key"));
  });
});

test("the custodian's answer names the key that two persons signed for, and no content key leaves", async () => {
  const recovery = await bench.accept(bench.agreed());
  const [item] = bench.items;
  if (item === undefined) throw new TypeError("no items");
  const [result] = await bench.recover(recovery, [item]);
  if (result?.ok !== true) throw new TypeError("refused");
  expect(fromBase64url(result.statement.encrypted_key)).toHaveLength(40);
  expect(Object.keys(result.statement).sort()).toEqual(
    ["bd", "encrypted_key", "epk", "gen", "grp", "intent", "kid", "log", "recovery", "tx"].sort(),
  );
});
