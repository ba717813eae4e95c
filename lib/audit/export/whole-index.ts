import "server-only";
import { setImmediate } from "node:timers/promises";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { ErasureBook } from "../erasure/erasing-entries";
import type { ReaderContext } from "../reading/filter";
import { rowFault } from "../verification/check-index";
import { sealedOf } from "../verification/check-parts";
import { readSealedParts } from "../verification/index-store";
import type { VerificationFinding } from "../verification/schema";
import { readMarks } from "../verification/verify-log";
import { around } from "../verify/report";
import type { ExportRequest } from "./produce-export";
import { countLeaves, readAnchoredSize, readLeftOut } from "./store";

const STRETCH = 16;

/**
 * Holds everything that a whole export would leave out against the log itself: its fence goes by search rows, and who
 * owns the database can change or drop those. An entry may be left out because its own sealed parts put it behind the
 * reader's fence, or because the log says it was pruned; for any other the export is refused before its first byte
 * (`export.index`). A filtered export claims nothing about what is not in it.
 */
export async function requireWholeIndex(cx: ReaderContext, tx: RawTx, request: ExportRequest): Promise<void> {
  if (Object.keys(request.filter).length > 0) return;
  const fault = await firstFault(cx, tx, request);
  if (fault === undefined) return;
  cx.logger.error(
    { alarm: "export.index", class: fault.class, seq: fault.seq },
    "an export would lose entries",
  );
  throw new DomainError("export.index", { detail: `It would lose an entry, the first at ${fault.seq}.` });
}

async function firstFault(
  cx: ReaderContext,
  tx: RawTx,
  { conditions }: ExportRequest,
): Promise<VerificationFinding | undefined> {
  const { log } = cx.instance;
  const size = await readAnchoredSize(tx, log);
  const leaves = await countLeaves(tx, log, size);
  if (leaves !== size)
    return { class: "missing leaf", detail: `of ${size} signed leaves ${leaves} are here`, seq: leaves };
  const { minimum, lost } = await readMarks(cx);
  const book = new ErasureBook(cx);
  for await (const rows of readLeftOut(tx, { conditions, log, size }, minimum)) {
    const parts = await readSealedParts(
      tx,
      rows.map((row) => row.entry_id),
    );
    const sealed = await sealedOf(cx, parts, book);
    for (const [at, row] of rows.entries()) {
      if (at % STRETCH === 0) await setImmediate();
      if (row.bytes === null && row.seq >= minimum)
        return { class: "missing leaf", detail: "it has a leaf and no bytes", ...around(row.seq) };
      const fault = rowFault(cx, row, { sealed, lost });
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}
