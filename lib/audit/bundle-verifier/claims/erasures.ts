import { parseEntry } from "@/lib/audit/entry/entry";
import { ERASURE_SLACK_MICROS } from "@/lib/audit/entry/erased-part";
import { destroyedKey, personPartOf } from "@/lib/audit/entry/person-part";
import { isBase64url } from "@/lib/crypto/bytes";
import { parseMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidMillis } from "@/lib/crypto/uuid";
import { memberOf } from "../../../crypto/json/canonical-json";
import type { EntryFacts, ExportedLine } from "../container/read-line";
import { around, type Findings, type Note } from "../report/report";
import type { Manifest } from "./bundle-format";
import { MarkTable } from "./mark-table";

const ERASE = "compartment.erase";

/** An entry that a bundle names as the record of an erasure, as it was read from the log. */
interface ErasingEntry {
  readonly seq: number;
  /** Microseconds, also for entries of listed parts. A number, because a text could keep its whole source text in memory. */
  readonly at: bigint;
  readonly isErasure: boolean;
  /** Mark of the destroyed key. The erasure proves that its writer had the key. */
  readonly keyMark: string | undefined;
  /** Why it does not name a destroyed key. Undefined when it does. */
  readonly fault: string | undefined;
}

/** The entry of a listed part, as it was read from the log. */
interface MetPart {
  readonly at: bigint;
  /**
   * Place of the mark of this part's key, as the entry names it. Undefined if the entry does not say that the part is a
   * person's.
   */
  readonly keyMark: number | undefined;
}

function keyMarkOf(org: Json | undefined): string | undefined {
  return destroyedKey(memberOf(org, "details"));
}

/** The erasure must name the destroyed key of the compartment: by the key's digest, and by its mark with the mark's proof. */
function nameFault(org: Json | undefined, thumbprint: string | undefined): string | undefined {
  if (org === undefined) return "cannot be read in this bundle, so the key that it destroyed is not known";
  if (memberOf(org, "action") !== ERASE) return "records an act that is not an erasure";
  const details = memberOf(org, "details");
  const [compartment, digest] = [memberOf(details, "compartment"), memberOf(details, "key_digest")];
  const isNamed = typeof compartment === "string" && typeof digest === "string";
  if (!isNamed || digest.length !== 43 || !isBase64url(digest)) return "names no key";
  if (keyMarkOf(org) === undefined)
    return "does not prove which key it destroyed, so it explains no missing part";
  return thumbprint === undefined || thumbprint === digest
    ? undefined
    : "names two keys, one of them in its public part";
}

/**
 * Checks the parts whose key is listed as destroyed. A part counts as erased only with an entry in the tree that records
 * the erasure and names the key. A key that is only left out is a finding. The entry's own org part says which part is
 * its person's, and which key seals it (docs/formats/entry.md). So no other part and no second part of an entry counts as
 * erased. The exporter's claim decides nothing, except for an erasure in another log. An entry made after the erasure is
 * refused too.
 */
export class Erasures {
  readonly #listed = new Map<string, string>();
  readonly #bySeq = new Map<number, string[]>();
  /** Each id separately, as the list spells it. */
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #erasing = new Map<string, ErasingEntry>();
  /** By number and label. */
  readonly #met = new Map<string, MetPart>();
  readonly #marks = new MarkTable();

  constructor(
    listed: NonNullable<Manifest["erased"]>,
    readonly findings: Findings,
    /** Logs with erasures that are not here, according to the manifest. */
    readonly elsewhere: readonly string[] = [],
  ) {
    this.#wanted = new Map(listed.map(({ entry }) => [entry, entry]));
    for (const { seq, c, entry } of listed) {
      const place = `${seq}/${c}`;
      // A part has one key, which can be destroyed once. Which of two erasures is meant cannot be known.
      if (this.#listed.has(place)) {
        this.#wrong(`part ${c} of entry ${seq} is listed as erased more than once`, seq);
        continue;
      }
      this.#listed.set(place, entry);
      const labels = this.#bySeq.get(seq);
      if (labels === undefined) this.#bySeq.set(seq, [c]);
      else labels.push(c);
    }
  }

  /** Adds one entry, with its org part if that could be opened. */
  see(line: ExportedLine, entry: EntryFacts, org: Json | undefined): void {
    const wanted = this.#wanted.get(entry.id);
    if (wanted !== undefined) {
      const isErasure = entry.class === "retention" && entry.outcome === "done";
      const fault = nameFault(org, parseEntry(line.bytes).pub?.thumbprint);
      const at = parseMicros(entry.at);
      this.#erasing.set(wanted, { seq: line.seq, at, isErasure, keyMark: keyMarkOf(org), fault });
    }
    const listed = this.#bySeq.get(line.seq);
    if (listed !== undefined) this.#seeErased(line, entry, org, listed);
    for (const part of line.parts) {
      if (part.key !== undefined || this.#listed.has(`${line.seq}/${part.c}`)) continue;
      this.#wrong(`part ${part.c} of entry ${line.seq} has no key and is not listed as erased`, line.seq);
    }
  }

  /**
   * Uses a lookup for each label instead of a search. A forged bundle may list half a million labels for a line with as
   * many parts.
   */
  #seeErased(line: ExportedLine, entry: EntryFacts, org: Json | undefined, listed: readonly string[]): void {
    const at = parseMicros(entry.at);
    const person = personPartOf(org);
    const sealed = new Set(entry.sealed.map(({ c }) => c));
    const open = new Set(line.parts.flatMap(({ c, key }) => (key === undefined ? [] : [c])));
    for (const c of listed) {
      const keyMark = person?.c === c ? this.#marks.add(person.keyMark) : undefined;
      this.#met.set(`${line.seq}/${c}`, { at, keyMark });
      if (!sealed.has(c))
        this.#wrong(`entry ${line.seq} has no part ${c} that could have been erased`, line.seq);
      if (open.has(c))
        this.#wrong(
          `part ${c} of entry ${line.seq} is listed as erased, but the bundle has its key`,
          line.seq,
        );
    }
  }

  #wrong(detail: string, seq: number): void {
    this.findings.add({ class: "erased", detail, ...around(seq) });
  }

  /** Checks every listed erasure after the whole log was read. */
  finish(provenSize: number): Note[] {
    let [count, beyond] = [0, 0];
    for (const [place, id] of this.#listed) {
      const cut = place.indexOf("/");
      const [seq, c] = [Number(place.slice(0, cut)), place.slice(cut + 1)];
      const isBeyond = this.elsewhere.length > 0 && !this.#erasing.has(id);
      const fault =
        this.#partFault(place, c, id) ??
        (isBeyond ? undefined : (this.#faultOf(id, provenSize) ?? this.#keyFault(place, id)));
      if (fault !== undefined) this.#wrong(`part ${c} of entry ${seq}: ${fault}`, seq);
      else if (isBeyond) beyond += 1;
      else count += 1;
    }
    return this.#notes(count, beyond);
  }

  #notes(count: number, beyond: number): Note[] {
    const notes: Note[] = [];
    const here = `${count} parts were erased, and the log records the erasure of each part`;
    if (count > 0) notes.push({ class: "erased", detail: here, count });
    if (beyond === 0) return notes;
    const logs = this.elsewhere.join(", ");
    const there = `${beyond} parts were erased after this log was closed. According to the manifest, entries of ${logs} record that: check a bundle of that log`;
    return [...notes, { class: "erased elsewhere", detail: there, count: beyond }];
  }

  /** Returns why no erasure, or not this one, can have destroyed the key of this part. */
  #partFault(place: string, c: string, id: string): string | undefined {
    const met = this.#met.get(place);
    if (met === undefined) return "the entry is not in this bundle";
    if (c === "org")
      return "an erasure destroys the key of one person's compartment, but this part is in the organisation's compartment";
    if (met.keyMark === undefined)
      return "an erasure destroys the key of one person's compartment, but the entry does not say that this part is in such a compartment";
    const { at } = met;
    const erasing = this.#erasing.get(id);
    if (erasing === undefined) return this.#elsewhereFault(at, id);
    return at > erasing.at + ERASURE_SLACK_MICROS
      ? `the entry is later than the erasure, entry ${erasing.seq}, so the erasure cannot have destroyed the part's key`
      : undefined;
  }

  /** If an erasure is not here, only its id is known. The id shows when it was made. */
  #elsewhereFault(at: bigint, id: string): string | undefined {
    if (this.elsewhere.length === 0) return undefined;
    const made = uuidMillis(id);
    if (made === undefined) return `the id of the erasure, ${id}, is not a valid id of an entry`;
    return at > BigInt(made) * 1_000n + ERASURE_SLACK_MICROS
      ? `the entry is later than the erasure ${id}, so the erasure cannot have destroyed the part's key`
      : undefined;
  }

  /** The entry names the key of its person's part, and the erasure names the key that it destroyed. */
  #keyFault(place: string, id: string): string | undefined {
    const erasing = this.#erasing.get(id);
    if (erasing === undefined || this.#marks.is(this.#met.get(place)?.keyMark ?? -1, erasing.keyMark))
      return undefined;
    return `the part is not sealed with the key that the erasure, entry ${erasing.seq}, destroyed`;
  }

  #faultOf(id: string, provenSize: number): string | undefined {
    const entry = this.#erasing.get(id);
    if (entry === undefined) return `the erasure ${id} is not among the entries`;
    if (entry.seq >= provenSize) return `the erasure ${id} is covered by no trusted checkpoint`;
    if (!entry.isErasure) return `entry ${entry.seq} is not an erasure`;
    return entry.fault === undefined ? undefined : `the erasure, entry ${entry.seq}, ${entry.fault}`;
  }
}
