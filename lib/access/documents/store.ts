import "server-only";
import { type RequestState, ScanState } from "@/lib/access/requests/schema";
import type { Tx } from "@/lib/db/transaction";

/** A document that waits for the scanner, with its request and its uploader. */
export interface WaitingDocument {
  readonly id: string;
  readonly requestId: string;
}

/** Returns documents that wait, oldest first, after the last one of the previous page. */
export async function listWaiting(
  tx: Tx,
  page: { readonly tenantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<WaitingDocument[]> {
  const rows = await tx.document.findMany({
    where: {
      tenant_id: page.tenantId,
      scan: "pending",
      ...(page.after === undefined ? {} : { id: { gt: page.after } }),
    },
    orderBy: { id: "asc" },
    take: page.limit,
    select: { id: true, request_id: true },
  });
  return rows.map((row) => ({ id: row.id, requestId: row.request_id }));
}

/** States in which a request waits for the scanner: in the check, or overdue without having left it. */
export type WaitingState = Extract<RequestState, "document_check" | "overdue">;

/** Returns the state in which a request waits for the scanner; undefined when it does not wait. */
export async function readWaitingState(tx: Tx, requestId: string): Promise<WaitingState | undefined> {
  const row = await tx.access_request.findUniqueOrThrow({
    where: { id: requestId },
    select: { state: true, stage_before: true },
  });
  if (row.state === "document_check") return "document_check";
  return row.state === "overdue" && row.stage_before === null ? "overdue" : undefined;
}

/** Returns a document as it is sealed; its bytes are empty when it is in quarantine. */
export async function readSealed(tx: Tx, id: string) {
  const row = await tx.document.findUniqueOrThrow({ where: { id } });
  return {
    sha256: row.sha256,
    dekSealed: row.dek_sealed,
    iv: row.iv,
    ciphertext: row.ciphertext,
    tag: row.tag,
  };
}

/** Returns the scan state of a document. */
export async function readScan(tx: Tx, id: string): Promise<ScanState> {
  const { scan } = await tx.document.findUniqueOrThrow({ where: { id }, select: { scan: true } });
  return ScanState.parse(scan);
}

/** Stores the scanner's result. The database accepts it once, and removes an infected document's bytes with it. */
export async function setScan(tx: Tx, id: string, scan: "clean" | "infected"): Promise<void> {
  await tx.document.updateMany({ where: { id, scan: "pending" }, data: { scan } });
}
