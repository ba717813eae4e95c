import { entryLeaf } from "@/lib/audit/entry/entry";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { Manifest } from "../claims/bundle-format";
import { Claims } from "../claims/claims";
import { Erasures } from "../claims/erasures";
import { History } from "../claims/history";
import { fastReader } from "../container/fast-line";
import type { LineBatch } from "../container/lines";
import { type EntryFacts, type ExportedLine, readLine } from "../container/read-line";
import type { ReceiptWatch } from "../receipts/receipt-watch";
import { Mismatches } from "../report/mismatches";
import { around, type Findings } from "../report/report";
import { Coverage } from "../tree/coverage";
import { isDigestText } from "../tree/digest-text";
import type { LeafStream } from "../tree/leaf-stream";
import type { Ranges } from "../tree/ranges";
import { checkPart } from "./check-part";
import { IdSet } from "./id-set";
import { MissingParts } from "./missing-parts";
import type { PartList } from "./part-list";

const NEWLINE = 0x0a;
/** Maximum number of kept leaves that differ from the list. They are used to name what happened to them. */
const MAX_CHANGED = 10_000;
/** Maximum number of invalid lines. After that the rest is not read, because the file is clearly invalid. */
const MAX_UNREADABLE = 10_000;
/** Smaller than a batch, so that each batch of whole lines has one. A file cut into single lines has no more. */
const LANDMARK_BYTES = 128 << 10;
const SEQ_AT_END = /"seq":(0|[1-9][0-9]{0,14})\}$/;

/** Parts that the manifest lists as erased or missing. */
export interface GoneParts {
  readonly erased: NonNullable<Manifest["erased"]>;
  readonly missing: PartList;
}

/** Checks every exported entry against its leaf, its schema, its order and its parts, one line after another. */
export class EntryCheck {
  readonly coverage: Coverage;
  readonly erasures: Erasures;
  readonly history: History;
  readonly claims: Claims;
  readonly missing: MissingParts;
  /** Leaves of entries whose bytes do not give the leaf in the list. */
  readonly changed = new Map<number, Uint8Array>();
  /** Positions of lines in the file: the first of each batch, to read single entries again. */
  readonly landmarks: { readonly seq: number; readonly offset: number }[] = [];
  readonly #mismatches: Mismatches;
  readonly #ids = new IdSet();
  readonly #readFast: ReturnType<typeof fastReader>;
  #count = 0;
  #unreadable = 0;
  #landmarkFrom = 0;

  constructor(
    readonly manifest: Manifest,
    readonly leaves: LeafStream,
    readonly findings: Findings,
    readonly watch: ReceiptWatch,
    given: GoneParts & { readonly withheld: Ranges },
  ) {
    this.coverage = new Coverage(manifest, given.withheld, findings);
    this.erasures = new Erasures(given.erased, findings, manifest.erased_in);
    this.history = new History(manifest, findings);
    this.claims = new Claims(manifest, findings, new Set(given.erased.map(({ entry }) => entry)));
    this.missing = new MissingParts(manifest, given.missing, findings);
    this.#mismatches = new Mismatches(findings);
    this.#readFast = fastReader(manifest.log);
  }

  /** Lines read so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether too many lines were invalid, so that the rest is not read. */
  get isGivenUp(): boolean {
    return this.#unreadable > MAX_UNREADABLE;
  }

  /** Returns the number of the first entry with this id. Undefined when no entry here has it. */
  placeOf(id: string): number | undefined {
    return this.#ids.placeOf(id);
  }

  /** Adds a batch of whole lines. */
  async take(batch: LineBatch): Promise<void> {
    for (let at = 0; at < batch.bytes.length; ) {
      const fast =
        batch.isAscii && batch.text !== undefined ? this.#readFast(batch.text, batch.bytes, at) : undefined;
      const end = fast?.end ?? batch.bytes.indexOf(NEWLINE, at) + 1;
      const line = fast?.line ?? this.#readSlow(batch.bytes.subarray(at, end - 1));
      if (at === 0) this.#mark(line?.seq, batch.offset);
      if (this.isGivenUp) return;
      this.#count += 1;
      // Only a move of the window of leaves needs waiting.
      if (line !== undefined) {
        if (!this.leaves.isAtHand(line.seq)) await this.#reach(line.seq);
        this.#check(line);
      }
      at = end;
    }
  }

  /** Checks what only the whole file can show. */
  finish(): void {
    this.coverage.finish();
    this.#mismatches.finish();
    const { count } = this.manifest;
    if (this.#count === count) return;
    const detail = `the manifest counts ${count} entries, the bundle has ${this.#count}`;
    this.findings.add({ class: "manifest", detail });
  }

  #mark(seq: number | undefined, offset: number): void {
    if (offset < this.#landmarkFrom) return;
    this.landmarks.push({ seq: seq ?? this.coverage.expected, offset });
    this.#landmarkFrom = offset + LANDMARK_BYTES;
  }

  async #reach(seq: number): Promise<void> {
    if (seq > this.coverage.previous) await this.leaves.reach(seq);
  }

  /** Reads a line of an uncommon form. An invalid line is a finding at the number it should have. */
  #readSlow(bytes: Uint8Array): ExportedLine | undefined {
    try {
      return readLine(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#unreadable += 1;
      if (this.isGivenUp) {
        const detail = `more than ${MAX_UNREADABLE} lines of entries.ndjson cannot be read, the rest was not checked`;
        this.findings.add({ class: "file", detail });
        return undefined;
      }
      const seq = this.#placeOf(bytes);
      const detail = `line ${this.#count + 1} of entries.ndjson should be entry ${seq}: ${error.message}`;
      this.findings.add({ class: "content mismatch", detail, ...around(seq) });
      this.coverage.take(seq);
      return undefined;
    }
  }

  #placeOf(bytes: Uint8Array): number {
    const end = String.fromCharCode(...bytes.subarray(Math.max(0, bytes.length - 32)));
    const said = Number(SEQ_AT_END.exec(end)?.[1] ?? Number.NaN);
    const { range } = this.manifest;
    const isLikely = said > this.coverage.previous && said >= range.from && said < range.to;
    return isLikely ? said : this.coverage.expected;
  }

  #check(line: ExportedLine): void {
    const { seq } = line;
    const { previous, expected } = this.coverage;
    if (!this.coverage.take(seq)) {
      // Either the line's place or its number is wrong, and it is unknown which. The finding names the place, which is
      // certain.
      const detail = `entry ${seq} follows entry ${previous}, but the next number must be ${expected} or higher`;
      this.findings.add({ class: "reorder", detail, ...around(expected) });
      this.#repeats(line);
      return;
    }
    if (!this.#hasItsLeaf(line)) return;
    if (typeof line.entry === "string") {
      this.findings.add({ class: "content mismatch", detail: `entry ${seq}: ${line.entry}`, ...around(seq) });
      return;
    }
    if (line.entry.log !== this.manifest.log) {
      const detail = `entry ${seq} is of the log ${line.entry.log}`;
      this.findings.add({ class: "fork", detail, ...around(seq) });
      return;
    }
    this.#checkParts(line, line.entry);
  }

  #hasItsLeaf(line: ExportedLine): boolean {
    const { seq } = line;
    const { from, to } = this.manifest.range;
    this.#repeats(line);
    if (seq < from || seq >= to || !this.leaves.isAtHand(seq)) {
      this.#mismatches.take(seq, entryLeaf(line.bytes), undefined);
      const detail = `entry ${seq} has no leaf in the range`;
      this.findings.add({ class: "missing leaf", detail, ...around(seq) });
      return false;
    }
    const own = entryLeaf(line.bytes);
    const listed = this.leaves.leaf(seq);
    if (equalConstantTime(own, listed) && isDigestText(line.leaf, own)) {
      // The id of an entry that was changed here proves nothing.
      if (typeof line.entry !== "string") this.watch.seeId(line.entry.id, seq);
      return true;
    }
    if (this.changed.size < MAX_CHANGED) this.changed.set(seq, own);
    this.#mismatches.take(seq, own, listed);
    return false;
  }

  /** An id names one entry of a log. A second entry with the id could replace the first where only the id is stored. */
  #repeats({ seq, entry }: ExportedLine): void {
    if (typeof entry === "string") return;
    const first = this.#ids.firstAt(entry.id, seq);
    if (first === undefined) return;
    const detail = `entries ${first} and ${seq} both have the id ${entry.id}`;
    this.findings.add({ class: "repeated id", detail, ...around(seq) });
  }

  #checkParts(line: ExportedLine, entry: EntryFacts): void {
    let org: Json | undefined;
    for (const part of line.parts) {
      const checked = checkPart(entry, part);
      if (checked.ok) {
        if (part.c === "org") org = checked.plaintext;
        continue;
      }
      const detail = `part ${part.c} of entry ${line.seq} ${checked.fault}`;
      this.findings.add({ class: "part", detail, ...around(line.seq) });
    }
    this.missing.see(line.seq, entry, line.parts);
    this.erasures.see(line, entry, org);
    const isHeld = this.history.see(line.seq, entry, line.bytes.length);
    this.claims.see(line.seq, isHeld ? entry : { ...entry, recovery: undefined }, org);
  }
}
