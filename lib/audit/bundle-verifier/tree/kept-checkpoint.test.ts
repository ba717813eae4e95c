import { describe, expect, it } from "vitest";
import { cosignatureLine, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { checkpointNote, type Draft, draft, FIXTURE_LOG, keysOf, layOut, operator } from "../bundle-fixture";
import { changeBundle } from "../change-bundle";
import { Policy } from "../claims/bundle-format";
import { describeReport } from "../report/describe-report";
import { firstBad, type Report } from "../report/report";
import { verifyBundle } from "../verify-bundle";
import { readPolicy } from "./check-keys";
import { keepCheckpoint } from "./keep-checkpoint";

const OURS = operator(1);
const KEYS = { ...keysOf(OURS), quorum: 1 };
const WHOLE = draft(OURS, 12, [3, 7, 12]);

/** The log as it was exported at a smaller size. */
function upTo(size: number, from: Draft = WHOLE): Uint8Array {
  return layOut(
    {
      ...from,
      entries: from.entries.slice(0, size),
      leaves: from.leaves.slice(0, size),
      checkpoints: from.checkpoints.filter((_, at) => ([3, 7, 12][at] ?? 0) <= size),
      placeLines: from.placeLines.slice(0, size),
    },
    OURS,
  );
}

const textOf = (more: object = {}) => JSON.stringify({ ...KEYS, ...more });
const verifyUnder = (bytes: Uint8Array, text: string): Promise<Report> =>
  verifyBundle(bytes, { policy: readPolicy(text) });

describe("a bundle that ends before a checkpoint in the policy", () => {
  const kept = { ...Policy.parse(KEYS), checkpoints: [checkpointNote(OURS, WHOLE.leaves)] };

  it("the report says where the bundle ends, with both explanations and advice, and calls no entry bad", async () => {
    const report = await verifyBundle(upTo(7), { policy: kept });
    expect([report.verdict, firstBad(report.findings), report.nearby]).toEqual(["wrong", undefined, []]);
    const text = describeReport(report);
    expect(text).toMatch(
      /^WRONG\nNo change was found in this bundle\. It ends before a checkpoint that your policy file has\n/,
    );
    expect(text).toContain(
      "this bundle ends at 7 leaves, before the checkpoint over 12 leaves in your policy file",
    );
    expect(text).toMatch(/may be an older export; a log that was cut off looks the same/);
    expect(text).toMatch(/^what to do: Ask for a newer bundle/m);
    expect(text).not.toMatch(/first bad entry|\[entry|neighbours/);
  });

  it("a changed entry in such a bundle is reported as that entry", async () => {
    const text = describeReport(await verifyBundle(changeBundle(upTo(7), 4), { policy: kept }));
    expect(text).toContain("first bad entry: 4");
    expect(text).not.toContain("No change was found in this bundle");
    expect(text).toMatch(/^what to do: Keep this file and this report/m);
  });

  it("such a bundle is reported as cut off when its own checkpoint covers more leaves than it has", async () => {
    const cut = layOut(
      { ...WHOLE, entries: WHOLE.entries.slice(0, 7), leaves: WHOLE.leaves.slice(0, 7) },
      OURS,
    );
    const report = await verifyBundle(cut, { policy: kept });
    expect(report.findings).toContainEqual(expect.objectContaining({ class: "truncation", seq: 7 }));
    expect(report.findings.some(({ about }) => about === "older")).toBe(false);
  });
});

describe("a verified checkpoint", () => {
  it("the checkpoint is kept in the policy's text, the rest stays, and later bundles are compared with it", async () => {
    const text = textOf({ custodian: "c", closed: ["log.test/old"] });
    const keeping = keepCheckpoint(`\uFEFF${text}`, await verifyUnder(upTo(7), text));
    if (keeping.is !== "kept") throw new Error(JSON.stringify(keeping));
    expect(keeping.size).toBe(7);
    const { checkpoints, ...rest } = JSON.parse(keeping.text);
    expect(rest).toEqual(JSON.parse(text));
    expect(checkpoints).toEqual([WHOLE.checkpoints[1]]);
    expect((await verifyUnder(upTo(12), keeping.text)).verdict).toBe("verified");
    expect((await verifyUnder(upTo(3), keeping.text)).findings).toMatchObject([{ about: "older" }]);
    // Another history, signed by the same key, does not extend it.
    const fork = await verifyUnder(upTo(12, draft(OURS, 12, [3, 7, 12])), keeping.text);
    expect(fork.verdict).toBe("wrong");
  });

  it("the checkpoint replaces an earlier one and is not added twice", async () => {
    const text = textOf({ checkpoints: [WHOLE.checkpoints[0]] });
    const keeping = keepCheckpoint(text, await verifyUnder(upTo(7), text));
    if (keeping.is !== "kept") throw new Error(JSON.stringify(keeping));
    expect(JSON.parse(keeping.text).checkpoints).toEqual([WHOLE.checkpoints[1]]);
    const again = keepCheckpoint(keeping.text, await verifyUnder(upTo(7), keeping.text));
    expect(again).toEqual({ is: "had", size: 7 });
  });

  it("the checkpoint never replaces a later one, whatever report is given", async () => {
    const later = textOf({ checkpoints: [WHOLE.checkpoints[2]] });
    expect(keepCheckpoint(later, await verifyUnder(upTo(7), later))).toMatchObject({ is: "refused" });
    expect(keepCheckpoint(later, await verifyUnder(upTo(7), textOf()))).toEqual({
      is: "refused",
      why: "your policy file has a checkpoint over 12 leaves, but this bundle ends at 7 leaves",
    });
  });

  it("no checkpoint is kept if the bundle is wrong, only consistent, or lacks cosignatures", async () => {
    const text = textOf();
    const strict = textOf({ quorum: 2 });
    for (const report of [
      await verifyUnder(changeBundle(upTo(7), 4), text),
      await verifyBundle(upTo(7)),
      await verifyUnder(upTo(7), strict),
    ]) {
      expect(report.newest).toBeUndefined();
      expect(keepCheckpoint(text, report)).toMatchObject({ is: "refused" });
    }
  });

  it("the checkpoint is kept with the lines of trusted keys only, however many others it has", async () => {
    const note = WHOLE.checkpoints[2] ?? "";
    const body = note.slice(0, note.indexOf("\n\n") + 1);
    const stranger = cosignatureLine("w.example.test", new Uint8Array(32).fill(77), body, 1_795_000_000);
    const checkpoints = [...WHOLE.checkpoints.slice(0, 2), `${note}${stranger}\n`];
    const report = await verifyUnder(layOut({ ...WHOLE, checkpoints }, OURS), textOf());
    expect(report.newest).toEqual({ size: 12, note });
  });
});

describe("a forged checkpoint.txt", () => {
  const last = WHOLE.checkpoints[2] ?? "";
  const forge = (text: string) => layOut({ ...WHOLE, texts: { "checkpoint.txt": text } }, OURS);
  const key = vkey(FIXTURE_LOG, ed25519PublicKey(OURS.logSeed)).split("+").slice(0, 2).join("+");

  it("the finding names the file and the key whose signature fails, with the root in the note", async () => {
    const root = "A".repeat(43);
    const forged = last.replace(/^(.*\n12\n).*\n/, `$1${root}=\n`);
    const report = await verifyUnder(forge(forged), textOf());
    expect(report.findings).toContainEqual({
      class: "file",
      detail: `checkpoint.txt is not the last checkpoint of checkpoints.json: a known key's signature is not valid: ${key} (it says 12 leaves, root ${root}=)`,
    });
  });

  it("an unknown signer, an earlier checkpoint and another tree are each named", async () => {
    const seen = async (text: string) =>
      (await verifyUnder(forge(text), textOf())).findings.map(({ detail }) => detail).join();
    expect(await seen(checkpointNote(operator(2), WHOLE.leaves))).toContain("signed by no trusted log key");
    expect(await seen(WHOLE.checkpoints[1] ?? "")).toContain(
      "are valid, but it is another checkpoint, over 7 leaves",
    );
    expect(await seen(checkpointNote(OURS, draft(OURS, 12, []).leaves))).toContain(
      "the log's own key also signed another tree of 12 leaves",
    );
  });

  it("a forged checkpoints.json is named with the file, its place and the key", async () => {
    const forged = last.replace(/^(.*\n12\n).*\n/, `$1${"A".repeat(43)}=\n`);
    const checkpoints = [...WHOLE.checkpoints.slice(0, 2), forged];
    const report = await verifyUnder(layOut({ ...WHOLE, checkpoints }, OURS), textOf());
    expect(report.findings[0]?.detail).toBe(
      `checkpoints.json, checkpoint 3: a known key's signature is not valid: ${key} (it says 12 leaves, root ${"A".repeat(43)}=)`,
    );
  });
});
