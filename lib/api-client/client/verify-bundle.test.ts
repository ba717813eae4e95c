import { describe, expect, it } from "vitest";
import {
  draft,
  FIXTURE_LOG,
  fixtureId,
  keysOf,
  layOut,
  operator,
} from "@/lib/audit/bundle-verifier/bundle-fixture";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { signReceipt } from "@/lib/crypto/receipt";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const KEYS = keysOf(OURS);
const DRAFT = draft(OURS, 5, [2, 5]);
const BUNDLE = layOut(DRAFT, OURS);

function receiptOf(at: number) {
  const bytes = DRAFT.entries[at]?.bytes ?? new Uint8Array(0);
  const [leafHash, integrateBy] = [entryLeaf(bytes), "2026-11-24T14:46:00.000000Z"];
  const claims = { log: FIXTURE_LOG, entryId: fixtureId(at), leafHash, integrateBy };
  return {
    log: FIXTURE_LOG,
    entry: toBase64url(bytes),
    entry_id: claims.entryId,
    leaf_hash: toBase64url(leafHash),
    integrate_by: integrateBy,
    signature: signReceipt(OURS.receiptSeed, claims),
  };
}

/** The bundle in pieces of a thousand bytes, as a network brings it. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(to) {
      if (at >= bytes.length) return to.close();
      to.enqueue(bytes.slice(at, at + 1000));
      at += 1000;
    },
  });
}

describe("a bundle", () => {
  it.each([
    ["bytes", () => BUNDLE],
    ["a buffer", () => Uint8Array.from(BUNDLE).buffer],
    ["a Blob", () => new Blob([Uint8Array.from(BUNDLE)])],
    ["a stream", () => streamOf(BUNDLE)],
    [
      "what reads a file",
      () => ({ size: BUNDLE.length, read: async (a: number, b: number) => BUNDLE.slice(a, b) }),
    ],
  ])("is verified from %s, under keys or the text of keys", async (_, bundle) => {
    for (const keys of [KEYS, JSON.stringify(KEYS)]) {
      const report = await verifyBundle(bundle(), keys, {
        receipts: [receiptOf(3), { receipt: receiptOf(1) }],
      });
      expect(report.findings).toEqual([]);
      expect(report.verdict).toBe("verified");
      expect(report.receipts.map(({ is }) => is)).toEqual(["kept", "kept"]);
    }
    expect((await verifyBundle(bundle())).verdict).toBe("consistent");
    expect((await verifyBundle(bundle(), keysOf(operator(2)))).verdict).toBe("wrong");
  });

  it("an invalid bundle, or one that was cut or changed on its way, is wrong and does not throw", async () => {
    const changed = Uint8Array.from(BUNDLE, (byte, at) => (at === 700 ? byte ^ 1 : byte));
    for (const bytes of [new Uint8Array(0), BUNDLE.slice(0, 900), changed])
      expect((await verifyBundle(streamOf(bytes), KEYS)).verdict).toBe("wrong");
  });

  it("throws the error of its stream, and the reason of a caller who aborts", async () => {
    const reason = new Error("the connection was lost");
    const broken = new ReadableStream<Uint8Array>({ pull: (to) => to.error(reason) });
    await expect(verifyBundle(broken, KEYS)).rejects.toBe(reason);
    await expect(verifyBundle(BUNDLE, KEYS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("refuses an invalid policy and an invalid receipt", async () => {
    for (const policy of ["", "{}", '{"log":[],"receipts":[]}', JSON.stringify({ ...KEYS, quorums: 1 })])
      await expect(verifyBundle(BUNDLE, policy)).rejects.toThrow(FormatError);
    await expect(verifyBundle(BUNDLE, { ...KEYS, log: ["nonsense"] })).rejects.toThrow(FormatError);
    for (const receipt of [undefined, null, {}, "{"])
      await expect(verifyBundle(BUNDLE, KEYS, { receipts: [receipt] })).rejects.toThrow(FormatError);
  });
});
