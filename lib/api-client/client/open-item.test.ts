import { describe, expect, it } from "vitest";
import {
  checkpointNote,
  FIXTURE_LOG,
  fixtureEntry,
  fixtureId,
  keysOf,
  operator,
} from "@/lib/audit/bundle-verifier/bundle-fixture";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { toBase64, toBase64url } from "@/lib/crypto/bytes";
import { sealRecord } from "@/lib/crypto/envelope/local-envelope";
import { OpenError } from "@/lib/crypto/format-error";
import { generateKeyPair } from "@/lib/crypto/key-pair";
import { openItem } from "./open-item";

const TX = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const [OURS, OTHERS] = [operator(1), operator(2)];
const PAIR = generateKeyPair();
const KEY = { kid: "client-456#1", privateKey: PAIR.privateKey };
const RECIPIENTS = [
  { kid: "client-456#1", publicKey: PAIR.publicKey },
  { kid: "escrow#1", publicKey: generateKeyPair().publicKey },
];

/** An item as the API answers it, bound by the first of two entries of a log. */
function made(amount: string, by = OURS) {
  const record = sealRecord({ tx: TX, ep: 1, groups: { amount: { amount } }, recipients: RECIPIENTS });
  const sealed = record.envelopes.amount;
  if (sealed === undefined) throw new TypeError("nothing was sealed");
  const { bodyDigest: bd, recipientsDigest: rl } = sealed;
  const entry = fixtureEntry(0, { pub: { envelopes: [{ grp: "amount", gen: 1, bd, rl }], rd: record.rd } });
  const [leaf, next] = [entryLeaf(entry.bytes), entryLeaf(fixtureEntry(1).bytes)];
  const proof = `c2sp.org/tlog-proof@v1\nindex 0\n${toBase64(next)}\n\n${checkpointNote(by, [leaf, next])}`;
  return {
    group: "amount" as const,
    jwe: { ...sealed.envelope },
    ep: "1",
    gen: 1,
    digests: [...record.digests],
    entry: { id: fixtureId(0), bytes: toBase64url(entry.bytes), proof },
  };
}

describe("an item of the envelopes", () => {
  it("opens, and is proven where its proof holds under the caller's keys", async () => {
    const item = made("17.25");
    const opened = await openItem(TX, item, KEY, keysOf(OURS));
    expect(opened).toMatchObject({ fields: { amount: "17.25" }, isProven: true });
    expect(await openItem(TX, item, KEY)).toMatchObject({ fields: { amount: "17.25" }, isProven: false });
    const young = { ...item, entry: { id: item.entry.id, bytes: item.entry.bytes } };
    expect(await openItem(TX, young, KEY, keysOf(OURS))).toMatchObject({ isProven: false });
    expect(JSON.stringify(opened)).not.toContain(FIXTURE_LOG);
  });

  it("does not open where another body was sealed for the same transaction, with the same keys", async () => {
    const [item, other] = [made("17.25"), made("99.00")];
    const replaced = { ...item, jwe: other.jwe, digests: other.digests };
    await expect(openItem(TX, replaced, KEY)).rejects.toThrow(OpenError);
    // With another entry only the log shows the difference: that entry is in no tree.
    const whole = { ...other, entry: { ...other.entry, proof: item.entry.proof } };
    await expect(openItem(TX, whole, KEY, keysOf(OURS))).rejects.toThrow(OpenError);
    const foreign = made("99.00", OTHERS);
    await expect(openItem(TX, foreign, KEY, keysOf(OURS))).rejects.toThrow(OpenError);
  });

  it.each([
    ["another entry's name", { entry: { ...made("1").entry, id: fixtureId(1) } }],
    ["no entry", { entry: { id: fixtureId(0), bytes: "" } }],
    [
      "an entry that binds nothing",
      { entry: { id: fixtureId(0), bytes: toBase64url(fixtureEntry(0).bytes) } },
    ],
    ["another group", { group: "pricing" as const }],
    ["another generation", { gen: 2 }],
    ["a recipient less", { jwe: { ...made("1").jwe, recipients: [] } }],
    ["text for an envelope", { jwe: { protected: "x" } }],
  ])("does not with %s", async (_, change) => {
    await expect(openItem(TX, { ...made("17.25"), ...change }, KEY)).rejects.toThrow(OpenError);
  });
});
