import { openPart, partDigest } from "@/lib/crypto/audit-part";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { type Entry, entryLeaf, parseEntry } from "../entry";
import type { Bundle, BundledEntry } from "./read-bundle";
import type { Finding } from "./report";

function around(seq: number): { seq: number; before?: number; after: number } {
  return { seq, ...(seq > 0 ? { before: seq - 1 } : {}), after: seq + 1 };
}

/** Every exported entry against its leaf, its schema, its order and its opened parts. */
export function checkEntries(bundle: Bundle): Finding[] {
  const findings: Finding[] = [];
  let previous = -1;
  for (const entry of bundle.entries) {
    if (entry.seq <= previous) {
      findings.push({
        class: "reorder",
        detail: `entry ${entry.seq} comes after ${previous}`,
        ...around(entry.seq),
      });
    }
    previous = entry.seq;
    findings.push(...checkOne(bundle, entry));
  }
  return [...findings, ...checkRepeats(bundle), ...checkCompleteness(bundle)];
}

/** An id names one entry of a log: a second one could stand in for the first wherever only the id is kept. */
function checkRepeats(bundle: Bundle): Finding[] {
  const firstAt = new Map<string, number>();
  return bundle.entries.flatMap(({ seq, bytes }): Finding[] => {
    const id = idOf(bytes);
    if (id === undefined) return [];
    const first = firstAt.get(id);
    if (first === undefined) {
      firstAt.set(id, seq);
      return [];
    }
    const detail = `entries ${first} and ${seq} both have the id ${id}`;
    return [{ class: "repeated id", detail, ...around(seq) }];
  });
}

/** The id of well-formed bytes; what is malformed has a finding of its own. */
function idOf(bytes: Uint8Array): string | undefined {
  try {
    return parseEntry(bytes).id;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function checkOne(bundle: Bundle, entry: BundledEntry): Finding[] {
  const { seq } = entry;
  const leaf = bundle.leaves[seq];
  const { from, to } = bundle.manifest.range;
  if (leaf === undefined || seq < from || seq >= to) {
    return [{ class: "missing leaf", detail: `entry ${seq} has no leaf in the range`, ...around(seq) }];
  }
  const own = entryLeaf(entry.bytes);
  if (!equalConstantTime(own, leaf) || toBase64url(own) !== entry.line.leaf) {
    return [
      { class: "content mismatch", detail: `the bytes of entry ${seq} do not give its leaf`, ...around(seq) },
    ];
  }
  try {
    const parsed = parseEntry(entry.bytes);
    if (parsed.log !== bundle.manifest.log) {
      return [{ class: "fork", detail: `entry ${seq} is of the log ${parsed.log}`, ...around(seq) }];
    }
    return checkParts(parsed, entry);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [{ class: "content mismatch", detail: `entry ${seq}: ${error.message}`, ...around(seq) }];
  }
}

function checkParts(parsed: Entry, entry: BundledEntry): Finding[] {
  return entry.line.parts.flatMap((part) => {
    const sealed = parsed.sealed.find((candidate) => candidate.c === part.c);
    const fault = sealed === undefined ? "is not of this entry" : partFault(parsed, sealed.d, part);
    if (fault === undefined) return [];
    return [
      {
        class: "part" as const,
        detail: `part ${part.c} of entry ${entry.seq} ${fault}`,
        ...around(entry.seq),
      },
    ];
  });
}

function partFault(
  parsed: Entry,
  digest: string,
  part: { readonly c: string; readonly key: string; readonly stored: string },
): string | undefined {
  try {
    const stored = fromBase64url(part.stored);
    if (partDigest(stored) !== digest) return "does not give the digest in the entry";
    openPart({ log: parsed.log, entryId: parsed.id, c: part.c, partKey: fromBase64url(part.key), stored });
    return undefined;
  } catch (error) {
    if (error instanceof FormatError || error instanceof OpenError) return "cannot be opened with its key";
    throw error;
  }
}

function checkCompleteness(bundle: Bundle): Finding[] {
  const { manifest, entries } = bundle;
  const findings: Finding[] = [];
  if (entries.length !== manifest.count) {
    const detail = `the manifest counts ${manifest.count} entries, the bundle has ${entries.length}`;
    findings.push({ class: "manifest", detail });
  }
  if (!manifest.complete) return findings;
  const present = new Set([...entries.map((entry) => entry.seq), ...manifest.withheld]);
  for (let seq = manifest.range.from; seq < manifest.range.to; seq += 1) {
    if (!present.has(seq)) {
      findings.push({ class: "missing leaf", detail: `entry ${seq} is left out`, ...around(seq) });
      break;
    }
  }
  return findings;
}
