import "server-only";
import { createHash } from "node:crypto";
import type { Context } from "@/lib/context/context";
import { readingFrom } from "@/lib/db/replica";
import { inRawSnapshot, inTransaction, type RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type ExportEnd, finishExport, isExportAllowed } from "./history/history-store";
import { CHUNK_BYTES } from "./jobs/seal-chunk";
import type { Produced, Sink } from "./sink";

/** Records the end of an export whose bytes were sent. If the history cannot be written, the export still counts. */
async function keepEnd(cx: Context, id: string, end: ExportEnd): Promise<void> {
  try {
    await inTransaction(cx, (tx) => finishExport(tx, id, end));
  } catch (err) {
    cx.logger.error({ err }, "the end of an export was not written to its history");
  }
}

/** The account or the grant ended during the export: it breaks off. */
async function requireStanding(cx: Context, id: string): Promise<void> {
  const at = cx.clock.now();
  if (!(await inTransaction(cx, (tx) => isExportAllowed(tx, id, at))))
    throw new DomainError("export.standing");
}

/**
 * Runs the producer in its own snapshot at the reader's speed. When the reader leaves, the producer ends. The bytes
 * are hashed as they are sent, and the digest is in the history of exports before the last byte is released. Waits
 * until the producer has begun, so that a refusal is an answer and not a broken download.
 */
export async function streamSnapshot(
  cx: Context,
  id: string,
  produce: (tx: RawTx, sink: Sink) => Promise<Produced>,
): Promise<ReadableStream<Uint8Array>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const hash = createHash("sha256");
  let bytes = 0;
  let askedAgainAt = 0;
  const write = async (part: Uint8Array): Promise<void> => {
    // Check before the first byte, and before every further mebibyte.
    if (bytes >= askedAgainAt) {
      await requireStanding(cx, id);
      askedAgainAt = bytes + CHUNK_BYTES;
    }
    await writer.write(part);
    hash.update(part);
    bytes += part.length;
  };
  const run = async (begun: () => void, refused: (err: unknown) => void): Promise<void> => {
    try {
      const produced = await inRawSnapshot(await readingFrom(cx, "audit.export"), (tx) =>
        produce(tx, { write, begun }),
      );
      const sha256 = hash.digest("base64url");
      await keepEnd(cx, id, { state: "done", finishedAt: cx.clock.now(), bytes, sha256, ...produced });
      await writer.close();
    } catch (err) {
      cx.logger.error({ err }, "an export ended early");
      await keepEnd(cx, id, { state: "broken_off", finishedAt: cx.clock.now(), bytes });
      await writer.abort(err).catch(() => undefined);
      refused(err);
    }
  };
  await new Promise<void>((begun, refused) => void run(begun, refused));
  return readable;
}
