import { describe, expect, it } from "vitest";
import { fromHex, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import known from "@/lib/crypto/testdata/cfx1.json";
import { verifyReceipt } from "./verify-receipt";

const { input, output } = known;
const RECEIPT = {
  log: input.audit.log,
  entry: toBase64url(utf8(output.entry_canonical)),
  entry_id: input.audit.entry_id,
  leaf_hash: toBase64url(fromHex(output.leaf_hash_hex)),
  integrate_by: input.audit.integrate_by,
  signature: output.receipt_signature,
};
const KEYS = { receipts: [output.receipt_vkey] };

describe("a receipt", () => {
  it("the known receipt is valid alone, in its API answer, and as the text of either", () => {
    const answer = { transaction_id: "x", receipt: RECEIPT };
    for (const given of [RECEIPT, answer, JSON.stringify(RECEIPT), JSON.stringify(answer, null, 2)])
      expect(verifyReceipt(given, KEYS)).toEqual({
        ok: true,
        entryId: input.audit.entry_id,
        integrateBy: input.audit.integrate_by,
        entry: utf8(output.entry_canonical),
      });
  });

  it.each([
    ["entry_id", "01936f2a-7c1b-7def-8a10-000000000002"],
    ["leaf_hash", toBase64url(new Uint8Array(32))],
    ["integrate_by", "2026-11-24T14:47:00.123456Z"],
    ["entry", toBase64url(utf8(output.entry_canonical.replace("done", "failed")))],
    ["log", "log.example.test/other"],
    ["signature", `${output.receipt_signature}\n`],
  ])("a receipt with another %s was changed after it was signed", (name, value) => {
    const checked = verifyReceipt({ ...RECEIPT, [name]: value }, KEYS);
    expect(checked).toMatchObject({
      ok: false,
      is: "changed",
      detail: expect.stringContaining("the receipt was"),
    });
  });

  it("a receipt of another key is foreign, also when the policy has no key", () => {
    const other = vkey("log.example.test/sealport/receipt", ed25519PublicKey(new Uint8Array(32).fill(9)));
    for (const receipts of [[other], []])
      expect(verifyReceipt(RECEIPT, { receipts })).toMatchObject({ ok: false, is: "foreign" });
  });

  it.each([
    ["of low order", "0100000000000000000000000000000000000000000000000000000000000000"],
    ["not canonical", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["no point of the curve", "0200000000000000000000000000000000000000000000000000000000000000"],
  ])("a policy with a receipt key that is %s is refused", (_, hex) => {
    const weak = vkey("log.example.test/sealport/receipt", fromHex(hex));
    for (const receipts of [[weak], [output.receipt_vkey, weak]])
      expect(verifyReceipt(RECEIPT, { receipts })).toMatchObject({
        ok: false,
        is: "malformed",
        detail: expect.stringContaining(`receipt key ${receipts.length} is refused`),
      });
  });

  it.each([
    [""],
    ["{"],
    ["null"],
    [undefined],
    [7],
    [{ receipt: {} }],
    [{ ...RECEIPT, more: 1 }],
    [{ ...RECEIPT, leaf_hash: 1 }],
  ])("%j is not a receipt", (given) => {
    expect(verifyReceipt(given, KEYS)).toMatchObject({ ok: false, is: "malformed" });
  });
});
