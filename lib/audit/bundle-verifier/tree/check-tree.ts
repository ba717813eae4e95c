import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { equalConstantTime, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote, splitNote, type VerifiedSignature } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";
import { BUNDLE_FILES } from "../claims/bundle-format";
import type { Findings, KeepableCheckpoint } from "../report/report";
import type { Cosigned, Quorum } from "./quorum";

/** Keys that a verification trusts, whatever their source. */
export interface TrustedKeys {
  readonly log: readonly string[];
  readonly receipts: readonly string[];
  readonly witnesses: ReadonlyMap<string, "own" | "independent">;
  readonly quorum: Quorum;
}

/** A checkpoint that a trusted log key signed. */
export interface TrustedCheckpoint extends Cosigned {
  readonly size: number;
  readonly root: Uint8Array;
  /** Newest time (Unix seconds) of a trusted witness on it. */
  readonly cosignedAt: number | undefined;
  /** The checker has kept it in the policy. It need not be in the bundle. */
  readonly isKept?: true;
  /** The digest for a time-stamp authority: SHA-256 of text, empty line and the log's own signature line. */
  readonly imprint: Uint8Array;
}

/** Maximum number of checkpoints (docs/formats/bundle.md "checkpoint.txt"). Each costs memory and a signature check. */
const MAX_CHECKPOINTS = 100_000;

/** Size and root in a note, before its signatures are checked. */
const HEAD = /^[^\n]*\n(0|[1-9][0-9]{0,15})\n([^\n]*)\n/;

/** Opens checkpoints with the trusted log keys, one after another. Checkpoints that none of them signed are counted. */
export class CheckpointReader {
  readonly #trusted: TrustedCheckpoint[] = [];
  readonly #vkeys: readonly string[];
  #read = 0;
  #untrusted = 0;
  #held = 0;
  #given = 0;
  #newest: KeepableCheckpoint | undefined;
  #last: { readonly size: number; readonly root: string; readonly isTwice: boolean } | undefined;

  constructor(
    readonly origin: string,
    readonly keys: TrustedKeys,
    readonly findings: Findings,
  ) {
    this.#vkeys = [...keys.log, ...keys.witnesses.keys()];
  }

  /** The bundle's last checkpoint that a trusted log key signed. */
  get newest(): KeepableCheckpoint | undefined {
    return this.#newest;
  }

  /** Whether the bundle has checkpoints and no trusted log key signed any of them. */
  get isForeign(): boolean {
    return this.#untrusted > 0 && this.#held === 0;
  }

  /**
   * Adds the bundle's next note. An invalid note or one of another log is a finding. Each covers more than the one before
   * (docs/formats/bundle.md "checkpoint.txt"), or another tree of that size, so a repeated note is not verified twice.
   * Throws FormatError after the hundred thousandth.
   */
  read(note: string): void {
    this.#read += 1;
    if (this.#read > MAX_CHECKPOINTS)
      throw new FormatError("format.bundle", `more than ${MAX_CHECKPOINTS} checkpoints`);
    if (!this.#isNext(note)) {
      const detail = `checkpoint ${this.#read} does not cover more leaves than the one before it`;
      this.findings.add({ class: "fork", detail });
      return;
    }
    const opened = this.#open(note);
    if (typeof opened === "string") {
      const detail = `${BUNDLE_FILES.checkpoints}, checkpoint ${this.#read}: ${opened}${saidHead(note)}`;
      this.findings.add({ class: "fork", detail });
    } else if (opened === undefined) this.#untrusted += 1;
    else {
      this.#held += 1;
      this.#trusted.push(opened.checkpoint);
      this.#newest = { size: opened.checkpoint.size, note: opened.note };
    }
  }

  /** Returns the finding for a note that is not the last of its list: why it is invalid, or that it is valid. */
  judgeOther(note: string): string {
    const opened = this.#open(note);
    if (typeof opened === "string") return `${opened}${saidHead(note)}`;
    if (opened === undefined) return `signed by no trusted log key${saidHead(note)}`;
    const { size, root } = opened.checkpoint;
    const twin = this.#trusted.find((other) => other.size === size && !equalConstantTime(other.root, root));
    return twin === undefined
      ? `its signatures are valid, but it is another checkpoint, over ${size} leaves`
      : `its signatures are valid, but the log's own key also signed another tree of ${size} leaves`;
  }

  #isNext(note: string): boolean {
    const [, sizeText, root = ""] = HEAD.exec(note) ?? [];
    const last = this.#last;
    if (sizeText === undefined) return true;
    const size = Number(sizeText);
    const isSame = size === last?.size;
    if (last !== undefined && (size < last.size || (isSame && (last.isTwice || root === last.root))))
      return false;
    this.#last = { size, root, isTwice: isSame };
    return true;
  }

  /** Adds a note of the policy, which the checker has seen before. They come in any order. */
  readOwn(note: string): void {
    this.#given += 1;
    const opened = this.#open(note);
    if (typeof opened === "object") this.#trusted.push({ ...opened.checkpoint, isKept: true });
    else {
      const why = opened ?? "signed by none of the policy's log keys";
      this.findings.add({ class: "keys", detail: `the policy's checkpoint ${this.#given}: ${why}` });
    }
  }

  /** Returns all trusted ones, smallest first. */
  finish(): readonly TrustedCheckpoint[] {
    if (this.#untrusted > 0) {
      const detail = `${this.#untrusted} of ${this.#read} checkpoints are signed by no trusted log key`;
      this.findings.add({ class: "keys", detail });
    }
    const sorted = this.#trusted.sort((a, b) => a.size - b.size);
    for (const [at, checkpoint] of sorted.entries()) {
      const before = sorted[at - 1];
      if (before?.size !== checkpoint.size || equalConstantTime(before.root, checkpoint.root)) continue;
      const detail = `the log's own key signed two different trees of ${checkpoint.size} leaves`;
      this.findings.add({ class: "fork", detail });
    }
    return sorted;
  }

  /** Returns the checkpoint or its fault. Undefined when no trusted log key signed it. */
  #open(note: string): Opened | string | undefined {
    try {
      const { text, verified, ignored } = openNote(note, this.#vkeys);
      const checkpoint = parseCheckpointText(text);
      if (checkpoint.origin !== this.origin) return `is of the log ${checkpoint.origin}`;
      if (!verified.some((signature) => this.keys.log.includes(signature.vkey))) return undefined;
      const imprint = imprintOf(note, checkpoint.origin);
      const { size, root } = checkpoint;
      return {
        checkpoint: { size, root, imprint, ...this.#cosigned(verified) },
        note: withoutLines(note, new Set(ignored)),
      };
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
  }

  #cosigned(verified: readonly VerifiedSignature[]): Cosigned & { cosignedAt: number | undefined } {
    const counts = { independent: 0, own: 0 };
    let cosignedAt: number | undefined;
    for (const { vkey, timestamp } of verified) {
      const kind = this.keys.witnesses.get(vkey);
      // A witness's signature has a time (C2SP tlog-cosignature). A plain signature with its name does not count.
      if (kind === undefined || timestamp === undefined) continue;
      counts[kind] += 1;
      cosignedAt = Math.max(cosignedAt ?? 0, timestamp);
    }
    return { ...counts, cosignedAt };
  }
}

/** A valid checkpoint, and its note with the lines of trusted keys only. */
interface Opened {
  readonly checkpoint: TrustedCheckpoint;
  readonly note: string;
}

function withoutLines(note: string, ignored: ReadonlySet<string>): string {
  const { text, lines } = splitNote(note);
  const kept = [...new Set(lines)].filter((line) => !ignored.has(line));
  return `${text}\n${kept.map((line) => `${line}\n`).join("")}`;
}

/** Returns size and root in an invalid note, to compare them with the signed ones. */
function saidHead(note: string): string {
  const [, size, root = ""] = HEAD.exec(note) ?? [];
  return size === undefined || root.length > 44 ? "" : ` (it says ${size} leaves, root ${root})`;
}

/** Returns SHA-256 over the note as the log signed it: text, empty line, the log's line with its newline. */
export function imprintOf(note: string, origin: string): Uint8Array {
  const { text, lines } = splitNote(note);
  const line = lines.find((candidate) => candidate.startsWith(`\u2014 ${origin} `)) ?? "";
  return sha256(utf8(`${text}\n${line}\n`));
}
