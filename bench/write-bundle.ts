import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { FIXTURE_LOG, fixtureEntry, keysOf, operator } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { BUNDLE_FILES, manifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { fromUtf8, toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { Frontier } from "@/lib/crypto/log/merkle";
import { signNote } from "@/lib/crypto/log/signed-note";
import { crc32, sha256Stream } from "@/lib/crypto/primitives-stream";
import { zipCentralEntry, zipEndRecord, zipLocalHeader } from "@/lib/crypto/zip/zip-headers";

const FLUSH = 4 << 20;
const BY = operator(1);

/** A file that is written in pieces. `finish` returns the checksum, size in bytes and digest that the zip records. */
class PieceFile {
  readonly #handle: number;
  readonly #hash = sha256Stream();
  #crc = 0;
  #size = 0;
  #held: string[] = [];
  #length = 0;

  constructor(readonly path: string) {
    this.#handle = openSync(path, "w");
  }

  add(text: string): void {
    this.#held.push(text);
    this.#length += text.length;
    if (this.#length > FLUSH) this.#flush();
  }

  #flush(): void {
    const bytes = utf8(this.#held.join(""));
    this.#held = [];
    this.#length = 0;
    this.#hash.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    writeSync(this.#handle, bytes);
  }

  finish() {
    this.#flush();
    closeSync(this.#handle);
    return { path: this.path, crc: this.#crc, size: this.#size, sha256: toBase64url(this.#hash.digest()) };
  }
}

type Piece = ReturnType<PieceFile["finish"]> & { readonly name: string };

function textPiece(dir: string, name: string, text: string): Piece {
  const file = new PieceFile(path.join(dir, name));
  file.add(text);
  return { name, ...file.finish() };
}

function copyInto(out: number, from: string): void {
  const handle = openSync(from, "r");
  const bytes = new Uint8Array(FLUSH);
  for (let got = readSync(handle, bytes); got > 0; got = readSync(handle, bytes))
    writeSync(out, bytes, 0, got);
  closeSync(handle);
  rmSync(from);
}

function writeZip(target: string, pieces: readonly Piece[]): void {
  const out = openSync(target, "w");
  const sorted = [...pieces].sort((a, b) => (a.name < b.name ? -1 : 1));
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const piece of sorted) {
    const header = zipLocalHeader(piece);
    central.push(zipCentralEntry(piece, offset));
    writeSync(out, header);
    copyInto(out, piece.path);
    offset += header.length + piece.size;
  }
  for (const entry of central) writeSync(out, entry);
  const length = central.reduce((sum, entry) => sum + entry.length, 0);
  writeSync(out, zipEndRecord(sorted.length, length, offset));
  closeSync(out);
}

/**
 * Writes a bundle of `count` entries, each with `parts` readable parts (0 or 1), and a checkpoint after each hundredth
 * of the entries. It has no signatures of places: making them takes a minute, and a verifier reads them only after an
 * error.
 */
export function writeBundle(dir: string, target: string, count: number, parts: 0 | 1): void {
  const entries = new PieceFile(path.join(dir, BUNDLE_FILES.entries));
  const leaves = new PieceFile(path.join(dir, BUNDLE_FILES.leaves));
  const frontier = Frontier.empty();
  const notes: string[] = [];
  for (let seq = 0; seq < count; seq += 1) {
    const entry = fixtureEntry(seq);
    const leaf = entryLeaf(entry.bytes);
    const shown = canonicalJson(entry.parts.slice(0, parts).map((part) => ({ ...part })));
    entries.add(
      `{"entry":${fromUtf8(entry.bytes)},"leaf":"${toBase64url(leaf)}","parts":${shown},"seq":${seq}}\n`,
    );
    leaves.add(`${toBase64(leaf)}\n`);
    frontier.append(leaf);
    if ((seq + 1) % Math.ceil(count / 100) !== 0 && seq + 1 !== count) continue;
    const text = checkpointText({ origin: FIXTURE_LOG, size: seq + 1, root: frontier.root() });
    notes.push(signNote(text, [{ name: FIXTURE_LOG, seed: BY.logSeed }]));
  }
  const pieces: Piece[] = [
    { name: BUNDLE_FILES.entries, ...entries.finish() },
    { name: BUNDLE_FILES.leaves, ...leaves.finish() },
    textPiece(dir, BUNDLE_FILES.checkpoints, canonicalJson(notes)),
    textPiece(dir, BUNDLE_FILES.keys, canonicalJson(keysOf(BY))),
    textPiece(dir, BUNDLE_FILES.places, ""),
  ];
  const files = pieces.map(({ name, sha256, size }) => ({ name, sha256, bytes: size }));
  const manifest = manifestText({
    v: 1,
    log: FIXTURE_LOG,
    exported_at: "2026-11-24T15:00:00.000000Z",
    export_entry: "01936f2a-7c1b-7def-8a10-999999999999",
    range: { from: 0, to: count },
    filter: {},
    complete: true,
    withheld: [],
    ...(parts === 0 ? { parts: "none" as const } : {}),
    count,
    size: count,
    later: { count: 1, oldest_at: "2026-11-24T14:59:59.000000Z" },
    files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
  const note = signNote(manifest, [{ name: `${FIXTURE_LOG}/receipt`, seed: BY.receiptSeed }]);
  writeZip(target, [...pieces, textPiece(dir, BUNDLE_FILES.manifest, note)]);
}
