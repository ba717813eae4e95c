import { Entry, MAX_ENTRY_BYTES } from "@/lib/audit/entry/entry";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import {
  canonicalBytes,
  canonicalJson,
  type Json,
  parseCanonicalJson,
} from "@/lib/crypto/json/canonical-json";
import { EntryLine } from "../claims/bundle-format";

/** A sealed part as it was exported. `key` is missing if its compartment was erased. */
export interface LinePart {
  readonly c: string;
  readonly key: string | undefined;
  readonly kind: string;
  readonly stored: string;
}

/** What the verifier needs from a well-formed entry. */
export interface EntryFacts {
  readonly id: string;
  readonly at: string;
  readonly log: string;
  readonly class: string;
  readonly outcome: string;
  readonly sealed: readonly { readonly c: string; readonly d: string }[];
  readonly prune: Json | undefined;
  readonly recovery: Json | undefined;
}

/** One parsed line of entries.ndjson. */
export interface ExportedLine {
  readonly seq: number;
  /** The leaf that the line names. */
  readonly leaf: string;
  readonly parts: readonly LinePart[];
  /** The entry's bytes, whose hash must be the leaf. */
  readonly bytes: Uint8Array;
  /** The entry, or why the bytes are not an entry of format v1. */
  readonly entry: EntryFacts | string;
}

function factsOf(value: unknown, bytes: Uint8Array): EntryFacts | string {
  if (bytes.length > MAX_ENTRY_BYTES) return "an entry is longer than 65,535 bytes";
  const parsed = Entry.safeParse(value);
  if (!parsed.success) {
    const path = (parsed.error.issues[0]?.path ?? []).map(String).join("/");
    return `not an entry of format v1 at /${path}`;
  }
  const { id, at, log, class: of, outcome, sealed, pub } = parsed.data;
  return { id, at, log, class: of, outcome, sealed, prune: pub?.prune, recovery: pub?.recovery };
}

/** An unknown member, which the schema ignores. It would be in the line but covered by no leaf. */
const PASSED_OVER = '"__proto__"';

/** Parses one line strictly, without its newline: JCS and the closed schema. Throws FormatError for any other line. */
export function readLine(bytes: Uint8Array): ExportedLine {
  const text = fromUtf8(bytes);
  const parsed = EntryLine.safeParse(parseCanonicalJson(text));
  const isWhole = !text.includes(PASSED_OVER) || (parsed.success && canonicalJson(parsed.data) === text);
  if (!parsed.success || !isWhole) throw new FormatError("format.bundle", "not an exported entry");
  const { seq, leaf, parts, entry } = parsed.data;
  const entryBytes = canonicalBytes(entry);
  return {
    seq,
    leaf,
    parts: parts.map((part) => ({ ...part, key: part.key })),
    bytes: entryBytes,
    entry: factsOf(entry, entryBytes),
  };
}
