import { describe, expect, it } from "vitest";
import { encodeEntry, entryLeaf } from "@/lib/audit/entry/entry";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { ActivationRow } from "@/lib/policies/activation-store";
import { activationDigest, isBound } from "@/lib/policies/bound-activation";

const LOG = "log.test/a";
const instance = {
  log: LOG,
  closedLogs: [{ origin: "log.test/closed", log: [], receipts: [], witnesses: [] }],
};
const at = new Date("2026-11-29T10:00:00Z");
const activation: ActivationRow = {
  ...{
    id: uuidv7(at.getTime()),
    seq: 3,
    set_id: uuidv7(at.getTime()),
    number: 2,
    version: "v",
    why: "activate",
    at,
  },
  ...{ document_digest: toBase64url(sha256("a document")), by_user_id: null, entry_id: uuidv7(at.getTime()) },
  signed: null,
};

function bytesOf(changes: object = {}): Uint8Array {
  return encodeEntry({
    ...{ v: 1, log: LOG, id: activation.entry_id, at: "2026-11-29T10:00:00.000000Z", tenant: "t" },
    ...{ class: "policy", outcome: "done", sealed: [], pub: { policy: activationDigest(activation) } },
    ...changes,
  });
}
const young = (bytes: Uint8Array) => ({ bytes, leaf: undefined, isPassed: false });

describe("an activation", () => {
  it("is bound by its own entry, in the log or too young for it", () => {
    const bytes = bytesOf();
    const leaf = { log: LOG, hash: entryLeaf(bytes) };
    expect(isBound(instance, activation, young(bytes))).toBe(true);
    expect(isBound(instance, activation, { bytes, leaf, isPassed: true })).toBe(true);
    expect(isBound(instance, activation, { bytes: undefined, leaf, isPassed: true })).toBe(true);
    const closed = bytesOf({ log: "log.test/closed" });
    const old = { log: "log.test/closed", hash: entryLeaf(closed) };
    expect(isBound(instance, activation, { bytes: closed, leaf: old, isPassed: true })).toBe(true);
  });

  it("is not bound by an entry that the log went past without, has otherwise, or does not have", () => {
    const bytes = bytesOf();
    expect(isBound(instance, activation, { bytes, leaf: undefined, isPassed: true })).toBe(false);
    expect(isBound(instance, activation, { bytes: undefined, leaf: undefined, isPassed: false })).toBe(false);
    const other = { log: LOG, hash: entryLeaf(bytesOf({ outcome: "failed" })) };
    expect(isBound(instance, activation, { bytes, leaf: other, isPassed: false })).toBe(false);
    const elsewhere = { log: "log.test/closed", hash: entryLeaf(bytes) };
    expect(isBound(instance, activation, { bytes, leaf: elsewhere, isPassed: false })).toBe(false);
  });

  it("is not bound by the entry of another place, set, document, class, outcome or log", () => {
    for (const other of [{ seq: 4 }, { number: 3 }, { document_digest: toBase64url(sha256("another")) }])
      expect(isBound(instance, { ...activation, ...other }, young(bytesOf()))).toBe(false);
    for (const changes of [
      { id: uuidv7(at.getTime()) },
      { class: "admin" },
      { outcome: "denied" },
      { log: "log.test/foreign" },
      { pub: { meta: activationDigest(activation) } },
      { pub: { policy: activation.document_digest } },
    ])
      expect([changes, isBound(instance, activation, young(bytesOf(changes)))]).toEqual([changes, false]);
    expect(isBound(instance, activation, young(Uint8Array.of(1, 2)))).toBe(false);
  });
});
