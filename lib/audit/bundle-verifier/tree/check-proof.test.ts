import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { inclusionProof, leafHash, treeRoot } from "@/lib/crypto/log/merkle";
import {
  checkpointText,
  cosignatureLine,
  cosignerVkey,
  noteSignatureLine,
  vkey,
} from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { checkProof, type ProofCase, parseProof } from "./check-proof";

const LOG = "log.example.test/sealport";
const SEED = new Uint8Array(32).fill(1);
const WITNESS = new Uint8Array(32).fill(2);
const OTHER = new Uint8Array(32).fill(3);
const logKey = vkey(LOG, ed25519PublicKey(SEED));
const witnessKey = cosignerVkey(`${LOG}/witness`, ed25519PublicKey(WITNESS));

const entryAt = (seq: number) => utf8(`entry ${seq}`);

function caseOf(size: number, seq: number, more: { readonly seed?: Uint8Array; readonly log?: string } = {}) {
  const leaves = Array.from({ length: size }, (_, at) => leafHash(entryAt(at)));
  const text = checkpointText({ origin: more.log ?? LOG, size, rootHash: treeRoot(leaves) });
  const note = `${text}\n${noteSignatureLine(LOG, more.seed ?? SEED, text)}\n${cosignatureLine(`${LOG}/witness`, WITNESS, text, 1_700_000_000)}\n`;
  const hashes = inclusionProof(leaves, seq, size).map((hash) => `${toBase64(hash)}\n`);
  return {
    entry: entryAt(seq),
    leaf: toBase64url(leafHash(entryAt(seq))),
    seq,
    log: LOG,
    proof: `c2sp.org/tlog-proof@v1\nindex ${seq}\n${hashes.join("")}\n${note}`,
    logKeys: [logKey],
    witnessKeys: [witnessKey],
  } satisfies ProofCase;
}

const place = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe("a proof of one entry", () => {
  test("a proof is valid at every place of every tree, and names signer and witness", () => {
    fc.assert(
      fc.property(place, ([size, seq]) => {
        const checked = checkProof(caseOf(size, seq));
        expect(checked).toMatchObject({
          ok: true,
          signature: { name: LOG, vkey: logKey },
          cosignatures: [{ vkey: witnessKey, timestamp: 1_700_000_000 }],
        });
      }),
      { numRuns: 40 },
    );
  });

  test("a proof names each neighbour's real side and the leaves that it covers", () => {
    const { steps, size, index } = parseProof(caseOf(13, 9).proof);
    expect([size, index]).toEqual([13, 9]);
    expect(steps.map(({ side, leaves }) => [side, leaves.start, leaves.end])).toEqual([
      ["left", 8, 9],
      ["right", 10, 12],
      ["right", 12, 13],
      ["left", 0, 8],
    ]);
  });

  test("a proof is invalid with any byte of the entry changed", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), ([size, seq], flip) => {
        const given = caseOf(size, seq);
        const entry = Uint8Array.from(given.entry, (byte, at) => (at === 0 ? byte ^ flip : byte));
        expect(checkProof({ ...given, entry })).toEqual({ ok: false, fault: "leaf" });
        const leaf = toBase64url(leafHash(entry));
        expect(checkProof({ ...given, entry, leaf })).toEqual({ ok: false, fault: "path" });
      }),
      { numRuns: 30 },
    );
  });

  test("a proof is invalid with any character of the proof file changed", () => {
    const given = caseOf(13, 9);
    for (let at = 0; at < given.proof.length; at += 1) {
      const changed = `${given.proof.slice(0, at)}${given.proof[at] === "A" ? "B" : "A"}${given.proof.slice(at + 1)}`;
      const checked = checkProof({ ...given, proof: changed });
      // A changed name or key id makes the witness's line unknown, and unknown lines are ignored.
      const isIgnored = checked.ok && checked.cosignatures.length === 0;
      expect(checked.ok && !isIgnored, `character ${at}`).toBe(false);
    }
  });

  test.each([
    ["another number", { seq: 8 }, "index"],
    ["another log", { log: "log.other.test/x" }, "log"],
    ["no trusted key", { logKeys: [] }, "unsigned"],
    ["a proof of nothing", { proof: "" }, "form"],
    [
      "a hash of 31 bytes",
      { proof: caseOf(2, 0).proof.replace(/^.{44}$/m, toBase64(new Uint8Array(31))) },
      "form",
    ],
    ["windows line ends", { proof: caseOf(2, 0).proof.replaceAll("\n", "\r\n") }, "form"],
  ] as const)("with %s is refused by name", (_what, change, fault) => {
    expect(checkProof({ ...caseOf(13, 9), ...change })).toEqual({ ok: false, fault });
  });

  test("a checkpoint that another key signed in the log's name is refused", () => {
    expect(checkProof(caseOf(13, 9, { seed: OTHER }))).toEqual({ ok: false, fault: "unsigned" });
    const given = caseOf(13, 9);
    const forged = given.proof.replace(/^— \S+ \S+$/m, (line) => {
      const [dash, name, signature = ""] = line.split(" ");
      const bytes = Buffer.from(signature, "base64");
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      return `${dash} ${name} ${bytes.toString("base64")}`;
    });
    expect(checkProof({ ...given, proof: forged })).toEqual({ ok: false, fault: "signature" });
  });

  test("a missing or additional neighbour is refused", () => {
    const given = caseOf(13, 9);
    const lines = given.proof.split("\n");
    const without = [...lines.slice(0, 2), ...lines.slice(3)].join("\n");
    const doubled = [...lines.slice(0, 3), ...lines.slice(2)].join("\n");
    for (const proof of [without, doubled])
      expect(checkProof({ ...given, proof })).toEqual({ ok: false, fault: "form" });
  });

  test("a proof may have a line of extra data, which must be base64 and changes nothing", () => {
    const given = caseOf(13, 9);
    const withExtra = (extra: string) => given.proof.replace("\nindex ", `\nextra ${extra}\nindex `);
    expect(checkProof({ ...given, proof: withExtra("YWdl") })).toMatchObject({ ok: true });
    for (const extra of ["YWd", "YW dl", "YWdl\nextra YWdl"])
      expect(checkProof({ ...given, proof: withExtra(extra) })).toEqual({ ok: false, fault: "form" });
  });

  test("other forms are refused quickly: line ends, hash lengths, base64, numbers, numbers of lines", () => {
    const given = caseOf(13, 9);
    const [format, index, first = "", ...rest] = given.proof.split("\n");
    const bare = (hash: string) => [format, index, hash, ...rest].join("\n");
    const bad = [
      given.proof.replaceAll("\n", "\r\n"),
      bare(toBase64(new Uint8Array(31))),
      bare(first.replace(/.=$/, "B=")),
      bare(first.slice(0, -1)),
      given.proof.replace("index 9", "index 09"),
      given.proof.replace("index 9", "index 9007199254740993"),
      given.proof.replace("\n13\n", "\n013\n"),
      given.proof.replace("\n13\n", `\n${"9".repeat(1_000)}\n`),
      bare(`${first}\n`.repeat(10_000).trimEnd()),
      `${given.proof}${`\u2014 x ${toBase64(new Uint8Array(68))}\n`.repeat(10_000)}`,
      given.proof.slice(0, 40),
      "",
    ];
    for (const proof of bad) expect(checkProof({ ...given, proof })).toEqual({ ok: false, fault: "form" });
  });
});
