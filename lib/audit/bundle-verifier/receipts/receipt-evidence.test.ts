import { expect, it } from "vitest";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { cosignatureLine } from "@/lib/crypto/log/signed-note";
import { signReceipt } from "@/lib/crypto/receipt";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { draft, FIXTURE_LOG, fixtureEntry, fixtureId, layOut, operator } from "../bundle-fixture";
import { OURS, POLICY } from "../history-fixture";
import { verifyBundle } from "../verify-bundle";

/** The receipt for an entry of this number, or for another seal of it, due a minute after it. */
function receiptOf(at: number, { bytes } = fixtureEntry(at)) {
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

it("a later time stamp on an older tree, which grew meanwhile, cannot make a receipt look broken", async () => {
  const six = draft(OURS, 6, [4, 6]);
  const older = { ...six, entries: six.entries.slice(0, 4), leaves: six.leaves.slice(0, 4) };
  const [four = ""] = six.checkpoints;
  const from = {
    ...older,
    checkpoints: [four],
    manifest: { exported_at: "2026-11-24T14:45:30.000000Z", later: { count: 0 } },
  };
  const receipt = receiptOf(5);
  const policy = { ...POLICY, time_stamp: ["certificate"] };
  // An authority stamps every digest it receives, and a witness that has seen no later tree cosigns this one.
  const verifyTimeStamp = () => ({ at: "2026-11-24T16:00:00Z", by: "Test Authority" });
  const late = cosignatureLine(
    `${FIXTURE_LOG}/witness`,
    OURS.witnessSeed,
    four.slice(0, four.indexOf("\n\n") + 1),
    1_795_536_000,
  );
  const [text] = four.split("\u2014 log.example.test/sealport/witness");
  const recosigned = `${text}${late}\n`;
  const stamped = { "timestamps.json": canonicalJson([{ size: 4, token: "AAAA" }]) };
  const changed = (texts: Record<string, string>) => {
    const files = readCanonicalZip(layOut({ ...from, texts: { "timestamps.json": "[]" } }, OURS));
    return writeCanonicalZip(
      files.map((file) => ({
        ...file,
        bytes: texts[file.name] === undefined ? file.bytes : utf8(texts[file.name] ?? ""),
      })),
    );
  };
  const shown = async (bundle: Uint8Array) => {
    const { findings, receipts, verdict } = await verifyBundle(bundle, {
      policy,
      verifyTimeStamp,
      receipts: [{ receipt }],
    });
    return [verdict, receipts[0]?.is, findings.some(({ about }) => about === "promise")];
  };
  const innocent = ["wrong", "open", false];
  expect(await shown(layOut({ ...from, texts: stamped }, operator(2)))).toEqual(innocent);
  expect(await shown(layOut({ ...from, checkpoints: [recosigned] }, operator(2)))).toEqual(innocent);
  expect(await shown(changed(stamped))).toEqual(innocent);
  expect(
    await shown(changed({ "checkpoints.json": canonicalJson([recosigned]), "checkpoint.txt": recosigned })),
  ).toEqual(innocent);
  // What the exporter signed with the bundle is the operator's own claim.
  expect(await shown(layOut({ ...from, texts: stamped }, OURS))).toEqual(["wrong", "broken", true]);
  expect(await shown(layOut({ ...from, checkpoints: [recosigned] }, OURS))).toEqual([
    "wrong",
    "broken",
    true,
  ]);
});

it("a receipt is neither kept nor broken by a filtered bundle that does not reach it, and no signer is asked", async () => {
  const clean = draft(OURS, 4, [4]);
  const filtered = layOut({ ...clean, manifest: { complete: false, filter: { outcome: "done" } } }, OURS);
  const report = await verifyBundle(filtered, { policy: POLICY, receipts: [{ receipt: receiptOf(900) }] });
  expect([report.verdict, report.receipts[0]?.is]).toEqual(["verified", "open"]);
  expect(report.receipts[0]?.detail).toContain("but this bundle was made with a filter");
  const kept = await verifyBundle(filtered, {
    policy: POLICY,
    receipts: [{ receipt: receiptOf(1, clean.entries[1]) }],
  });
  expect(kept.receipts[0]?.is).toBe("kept");
});

it("a receipt broken only by the bundle's own keys is reported with a note that these keys are unverified", async () => {
  const receipts = [{ receipt: receiptOf(900) }];
  const bundle = layOut(draft(OURS, 4, [4]), OURS);
  const words =
    "the promise is broken, provided that the keys in the bundle belong to the log (no one outside has confirmed this)";
  expect((await verifyBundle(bundle, { receipts })).receipts[0]?.detail).toContain(words);
  expect((await verifyBundle(bundle, { receipts, policy: POLICY })).receipts[0]?.detail).toMatch(
    /is broken$/,
  );
});
