import { isBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/canonical-json";
import type { Manifest } from "./bundle-format";
import type { EntryFacts, ExportedLine } from "./read-line";
import { around, type Findings, type Note } from "./report";

const ERASE = "compartment.erase";

/** An entry that a bundle names as the record of an erasure, as it was met in the log. */
interface ErasingEntry {
  readonly seq: number;
  readonly isErasure: boolean;
  /** Why it does not name a destroyed key, or undefined when it does. */
  readonly fault: string | undefined;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

/** The erasure must say which compartment's key went, by the key's own digest (SHA-256 of 0x65 and the key). */
function nameFault(org: Json | undefined): string | undefined {
  if (org === undefined) return "is not readable here, so that nothing shows which key it is about";
  if (memberOf(org, "action") !== ERASE) return "records something else";
  const details = memberOf(org, "details");
  const [compartment, digest] = [memberOf(details, "compartment"), memberOf(details, "key_digest")];
  const isNamed = typeof compartment === "string" && typeof digest === "string";
  return isNamed && digest.length === 43 && isBase64url(digest) ? undefined : "names no key";
}

/**
 * Parts whose key is said to be destroyed. Erased is believed only with an entry of the log, in the tree, that
 * records the erasure and names the key; a key that is merely left out is a finding.
 */
export class Erasures {
  readonly #listed: ReadonlyMap<string, string>;
  readonly #bySeq = new Map<number, string[]>();
  readonly #wanted: ReadonlySet<string>;
  readonly #erasing = new Map<string, ErasingEntry>();
  readonly #met = new Set<string>();

  constructor(
    manifest: Manifest,
    readonly findings: Findings,
  ) {
    const listed = manifest.erased ?? [];
    this.#listed = new Map(listed.map(({ seq, c, entry }) => [`${seq}/${c}`, entry]));
    this.#wanted = new Set(listed.map(({ entry }) => entry));
    for (const { seq, c } of listed) this.#bySeq.set(seq, [...(this.#bySeq.get(seq) ?? []), c]);
  }

  /** Takes one entry with its org part, where that could be opened. */
  see(line: ExportedLine, entry: EntryFacts, org: Json | undefined): void {
    if (this.#wanted.has(entry.id)) {
      const isErasure = entry.class === "retention" && entry.outcome === "done";
      this.#erasing.set(entry.id, { seq: line.seq, isErasure, fault: nameFault(org) });
    }
    for (const c of this.#bySeq.get(line.seq) ?? []) this.#seeErased(line, entry, c);
    for (const part of line.parts) {
      if (part.key !== undefined || this.#listed.has(`${line.seq}/${part.c}`)) continue;
      this.#wrong(`part ${part.c} of entry ${line.seq} has no key and is not listed as erased`, line.seq);
    }
  }

  #seeErased(line: ExportedLine, entry: EntryFacts, c: string): void {
    this.#met.add(`${line.seq}/${c}`);
    if (!entry.sealed.some((part) => part.c === c))
      this.#wrong(`entry ${line.seq} has no part ${c} that could have been erased`, line.seq);
    if (line.parts.some((part) => part.c === c && part.key !== undefined))
      this.#wrong(`part ${c} of entry ${line.seq} is listed as erased and opens all the same`, line.seq);
  }

  #wrong(detail: string, seq: number): void {
    this.findings.add({ class: "erased", detail, ...around(seq) });
  }

  /** Judges every listed erasure once the whole log was read. */
  finish(provenSize: number): Note[] {
    let count = 0;
    for (const [place, id] of this.#listed) {
      const seq = Number(place.slice(0, place.indexOf("/")));
      const fault = this.#met.has(place) ? this.#faultOf(id, provenSize) : "is not in this bundle";
      if (fault === undefined) count += 1;
      else this.#wrong(`part ${place.slice(place.indexOf("/") + 1)} of entry ${seq}: ${fault}`, seq);
    }
    if (count === 0) return [];
    const detail = `${count} parts were erased, each with its erasure in the log`;
    return [{ class: "erased", detail, count }];
  }

  #faultOf(id: string, provenSize: number): string | undefined {
    const entry = this.#erasing.get(id);
    if (entry === undefined) return `the erasure ${id} is not among the entries`;
    if (entry.seq >= provenSize) return `the erasure ${id} stands under no trusted checkpoint`;
    if (!entry.isErasure) return `entry ${entry.seq} is no erasure`;
    return entry.fault === undefined ? undefined : `the erasure, entry ${entry.seq}, ${entry.fault}`;
  }
}
