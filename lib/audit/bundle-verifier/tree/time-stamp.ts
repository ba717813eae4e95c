import { fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { TimeStampLine } from "../claims/bundle-format";
import type { Chunk } from "../container/file-pass";
import { jsonElements } from "../container/json-array";
import type { Findings, Note } from "../report/report";
import type { TrustedCheckpoint } from "./check-tree";

/** What a time-stamp token (RFC 3161) is checked with. */
export interface TimeStampInput {
  /** DER of the TimeStampToken. */
  readonly token: Uint8Array;
  /** SHA-256 that the token must contain (RFC 3161 section 2.4.2, messageImprint). */
  readonly imprint: Uint8Array;
  /** PEM certificates that the checker trusts. */
  readonly certificates: readonly string[];
}

/** The content of a valid token. */
export interface TimeStampWord {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Name of the authority. */
  readonly by: string;
}

/** Verifies one token. Throws FormatError with the reason when it is invalid. */
export type VerifyTimeStamp = (input: TimeStampInput) => TimeStampWord | Promise<TimeStampWord>;

/** The result for the time stamps of a bundle. */
export interface TimeStampCheck {
  readonly notes: readonly Note[];
  /** Microseconds: the newest checkpoint existed by then. */
  readonly newest: bigint | undefined;
}

interface Given {
  readonly trusted: readonly TrustedCheckpoint[];
  readonly certificates: readonly string[];
  readonly verify: VerifyTimeStamp | undefined;
  readonly findings: Findings;
}

/**
 * Reads timestamps.json and checks each token with the checkpoint of its size. Sizes rise, so none is checked twice. A
 * token that is invalid or stamps no checkpoint of this bundle is a finding. Without certificates in the policy tokens
 * are only counted.
 */
export async function checkTimeStamps(
  file: string,
  chunks: AsyncIterable<Chunk>,
  given: Given,
): Promise<TimeStampCheck> {
  const bySize = new Map(given.trusted.map((checkpoint) => [checkpoint.size, checkpoint]));
  let unchecked = 0;
  let before = -1;
  let last: { readonly size: number; readonly word: TimeStampWord } | undefined;
  for await (const element of jsonElements(file, chunks)) {
    const line = TimeStampLine.safeParse(element);
    if (!line.success) throw new FormatError("format.bundle", `${file}: not a list of time stamps`, { file });
    const { size, token } = line.data;
    if (size <= before) {
      const detail = `a time stamp for ${size} leaves does not come after the one for ${before}`;
      given.findings.add({ class: "time stamp", detail });
      continue;
    }
    before = size;
    const word = await checkOne(given, bySize.get(size), size, token);
    if (word === "unchecked") unchecked += 1;
    else if (word !== undefined && size >= (last?.size ?? 0)) last = { size, word };
  }
  const notes: Note[] = [];
  if (unchecked > 0) {
    const detail = `${unchecked} time stamps were not checked, because no certificate of a time-stamp authority was given`;
    notes.push({ class: "time stamps unchecked", detail, count: unchecked });
  }
  if (last === undefined) return { notes, newest: undefined };
  const detail = `the tree of ${last.size} leaves is time-stamped at ${last.word.at} by ${last.word.by}`;
  notes.push({ class: "time stamp", detail });
  const isNewest = last.size === given.trusted.findLast(({ isKept }) => isKept !== true)?.size;
  return { notes, newest: isNewest ? BigInt(Date.parse(last.word.at)) * 1000n : undefined };
}

async function checkOne(
  given: Given,
  checkpoint: TrustedCheckpoint | undefined,
  size: number,
  token: string,
): Promise<TimeStampWord | "unchecked" | undefined> {
  if (checkpoint === undefined) {
    given.findings.add({
      class: "time stamp",
      detail: `the time stamp for ${size} leaves is not of a trusted checkpoint`,
    });
    return undefined;
  }
  if (given.verify === undefined || given.certificates.length === 0) return "unchecked";
  try {
    const { imprint } = checkpoint;
    return await given.verify({ token: fromBase64url(token), imprint, certificates: given.certificates });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    given.findings.add({
      class: "time stamp",
      detail: `the time stamp for ${size} leaves: ${error.message}`,
    });
    return undefined;
  }
}
