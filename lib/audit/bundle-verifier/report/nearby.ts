import { entryLeaf } from "@/lib/audit/entry/entry";
import { fromBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { PlacedFile } from "../container/container";
import { type ExportedLine, readLine } from "../container/read-line";
import { type ByteSource, readExactly } from "../container/source";
import { DIGEST_CHARACTERS } from "../tree/digest-text";
import type { NearbyEntry } from "./report";

const LINE_BYTES = DIGEST_CHARACTERS + 2;
const NEWLINE = 0x0a;
/** Bytes of the entries to read again to find three of them: a batch of lines and what follows it. */
const SPAN_BYTES = 6 << 20;

/** Where to find single entries. */
export interface NearbyInput {
  readonly source: ByteSource;
  readonly leaves: PlacedFile | undefined;
  readonly entries: PlacedFile | undefined;
  readonly landmarks: readonly { readonly seq: number; readonly offset: number }[];
}

/** Well-formed lists have lines of one width, so a line's position follows from its number. */
async function listedLeaf({ source, leaves }: NearbyInput, seq: number): Promise<string | undefined> {
  const start = (leaves?.start ?? 0) + seq * LINE_BYTES;
  if (leaves === undefined || start + LINE_BYTES > leaves.end) return undefined;
  const line = new TextDecoder("latin1").decode(await readExactly(source, start, start + LINE_BYTES - 1));
  try {
    return toBase64url(fromBase64(line));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function lineOf(bytes: Uint8Array): ExportedLine | undefined {
  try {
    return readLine(bytes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

async function exportedLines(
  input: NearbyInput,
  seqs: readonly number[],
): Promise<Map<number, ExportedLine>> {
  const found = new Map<number, ExportedLine>();
  const { source, entries, landmarks } = input;
  const first = Math.min(...seqs);
  const offset = landmarks.findLast((landmark) => landmark.seq <= first)?.offset ?? 0;
  if (entries === undefined) return found;
  const start = entries.start + offset;
  const bytes = await readExactly(source, start, Math.min(entries.end, start + SPAN_BYTES));
  for (let at = 0, end = bytes.indexOf(NEWLINE); end >= 0; at = end + 1, end = bytes.indexOf(NEWLINE, at)) {
    // Cheaper than parsing every line: the number is at its end.
    if (!seqs.some((seq) => endsWith(bytes, end, `"seq":${seq}}`))) continue;
    const line = lineOf(bytes.subarray(at, end));
    if (line !== undefined && !found.has(line.seq)) found.set(line.seq, line);
    if (found.size === seqs.length) break;
  }
  return found;
}

function endsWith(bytes: Uint8Array, end: number, text: string): boolean {
  const wanted = utf8(text);
  return end >= wanted.length && wanted.every((byte, at) => bytes[end - wanted.length + at] === byte);
}

/** Returns the first bad entry and its neighbours, as they are in the bundle. */
export async function readNearby(input: NearbyInput, bad: number): Promise<NearbyEntry[]> {
  const seqs = [bad - 1, bad, bad + 1].filter((seq) => seq >= 0);
  const lines = await exportedLines(input, seqs);
  const nearby: NearbyEntry[] = [];
  for (const seq of seqs) {
    const listed = await listedLeaf(input, seq);
    const line = lines.get(seq);
    if (listed === undefined && line === undefined) continue;
    const own = line === undefined ? undefined : toBase64url(entryLeaf(line.bytes));
    const facts = line === undefined || typeof line.entry === "string" ? undefined : line.entry;
    nearby.push({
      seq,
      ...(facts === undefined ? {} : { at: facts.at, class: facts.class, outcome: facts.outcome }),
      ...(listed === undefined ? {} : { listed }),
      ...(own === undefined ? {} : { own }),
      isBad: seq === bad,
    });
  }
  return nearby;
}
