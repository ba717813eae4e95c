import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { fromBase64url, toBase64 } from "@/lib/crypto/bytes";
import { inRawSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { readerStanding } from "../export-log";
import { exportPlace } from "../export-place";
import { fileHeaders } from "../produce-export";
import { type ByteRange, parseRange } from "./byte-range";
import { findOwnFile, noteDownload, readChunk, type StoredFile } from "./file-store";
import { CHUNK_BYTES, fileKeyContext, openChunk } from "./seal-chunk";

/** A later range of the file belongs to a download that was recorded within this time. */
const GOES_ON_MS = 60 * 60_000;

/** A finished file whose bytes exist. */
interface WholeFile extends StoredFile {
  readonly bytes: number;
  readonly sha256: string;
  readonly file_key: Uint8Array;
}

function isWhole(file: StoredFile): file is WholeFile {
  return file.bytes !== null && file.sha256 !== null && file.file_key !== null;
}

async function findFile(cx: Context, id: string): Promise<WholeFile> {
  const { tenantId } = cx.instance;
  const wanted = { tenantId, userId: cx.principal.userId, id, at: cx.clock.now() };
  const file = await inTransaction(cx, (tx) => findOwnFile(tx, wanted));
  if (file === undefined) throw new DomainError("export.not-found");
  if (file.fence !== readerStanding(cx.principal)) {
    throw new DomainError("export.standing", { detail: "Request the export again." });
  }
  if (!file.grant_stands) throw new DomainError("export.grant");
  const { state, expires_at } = file;
  const isOver = expires_at !== null && expires_at <= cx.clock.now();
  if (state === "expired" || (state === "done" && isOver)) throw new DomainError("export.expired");
  if (state === "queued" || state === "running")
    throw new DomainError("export.unfinished", { retryAfterSeconds: 5 });
  if (state !== "done") throw new DomainError("export.ended");
  if (!isWhole(file)) throw new InvariantError("a finished export without its file");
  return file;
}

/**
 * Records a download once. Later pieces of the file belong to it. A piece without a recorded beginning is recorded as
 * its own download, so that nothing is sent unrecorded.
 */
async function recordDownload(cx: Context, { id }: WholeFile, isBeginning: boolean): Promise<void> {
  const at = cx.clock.now();
  const since = isBeginning ? undefined : new Date(at.getTime() - GOES_ON_MS);
  await inTransaction(cx, async (tx) => {
    if (!(await noteDownload(tx, id, at, since))) return;
    await appendEntry(tx, cx, {
      class: "export",
      outcome: "done",
      action: "export.download",
      ...(await exportPlace(tx, id)),
    });
  });
}

/** Yields the bytes of a range, a chunk at a time at the reader's speed. */
async function* bytesOf(cx: Context, file: WholeFile, range: ByteRange): AsyncGenerator<Uint8Array> {
  const place = { exportId: file.id, attempt: file.attempt };
  const key = cx.keystore.openSecret(fileKeyContext(cx.instance.tenantId, place), file.file_key);
  for (let number = Math.floor(range.first / CHUNK_BYTES); number * CHUNK_BYTES <= range.last; number += 1) {
    const chunk = { number, at: cx.clock.now() };
    const sealed = await inRawSnapshot(cx, (tx) => readChunk(tx, file, chunk));
    // The file was removed during the download, or its grant or its maker's account ended. The connection ends before
    // the full length.
    if (sealed === undefined) throw new DomainError("export.expired");
    const start = number * CHUNK_BYTES;
    const bytes = openChunk(key, { ...place, number }, sealed);
    yield bytes.subarray(Math.max(0, range.first - start), range.last + 1 - start);
  }
}

function streamOf(bytes: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await bytes.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await bytes.return(undefined);
    },
  });
}

/** Range and If-Range headers as sent. */
export interface AskedRange {
  readonly range?: string;
  readonly ifRange?: string;
}

/**
 * Returns the file of a finished background export to its maker, whole or as one range (RFC 9110 section 14), so that
 * an interrupted download can continue. Its ETag is the SHA-256 of the whole file. Throws `export.not-found` for
 * other people's exports, `export.unfinished`, `export.expired`, `export.range`, `export.standing` if the maker's
 * access has changed since the export was made, and `export.grant` if its grant has ended.
 */
export async function downloadExport(
  cx: Context,
  id: string,
  asked: AskedRange,
): Promise<{ response: Response }> {
  const file = await findFile(cx, id);
  const etag = `"${file.sha256}"`;
  const isSame = asked.ifRange === undefined || asked.ifRange === etag;
  const range = parseRange(isSame ? asked.range : undefined, file.bytes);
  if (range === "unsatisfiable") throw new DomainError("export.range", { extra: { size: file.bytes } });
  const sent = range ?? { first: 0, last: file.bytes - 1 };
  await recordDownload(cx, file, sent.first === 0);
  const headers = {
    ...fileHeaders(file.format),
    "accept-ranges": "bytes",
    "cache-control": "no-transform",
    etag,
    "repr-digest": `sha-256=:${toBase64(fromBase64url(file.sha256))}:`,
    "content-length": String(sent.last - sent.first + 1),
    ...(range === undefined ? {} : { "content-range": `bytes ${sent.first}-${sent.last}/${file.bytes}` }),
  };
  const body = streamOf(bytesOf(cx, file, sent));
  return { response: new Response(body, { status: range === undefined ? 200 : 206, headers }) };
}
