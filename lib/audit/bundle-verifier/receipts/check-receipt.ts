import { parseMicros } from "@/lib/crypto/instant";
import type { ReceiptFile } from "../claims/bundle-format";
import type { GivenReceipt } from "../options";
import type { Finding, Note, ReceiptResult } from "../report/report";
import { signatureFault } from "./receipt-signature";
import { leafOf, type ReceiptWatch } from "./receipt-watch";

/** What a receipt is compared with after the whole bundle was read. */
export interface ReceiptGround {
  readonly log: string;
  readonly receiptKeys: readonly string[];
  /** Owner of these keys, for the message about a receipt that none of them signed. */
  readonly keysOf: "policy" | "bundle";
  readonly watch: ReceiptWatch;
  /** A trusted checkpoint covers the leaves below this number. */
  readonly provenSize: number;
  /** Whether the bundle was made with a filter. Then there is no evidence. */
  readonly isFiltered: boolean;
  /** Microseconds: the bundle's tree was the whole log at this time, by its newest evidence. Undefined without evidence. */
  readonly evidence: bigint | undefined;
}

export interface ReceiptCheck {
  readonly result: ReceiptResult;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** Checks a receipt with the bundle. Its promise must be kept, or not be due yet. Names its file and its entry. */
export function checkReceipt({ file, receipt }: GivenReceipt, ground: ReceiptGround): ReceiptCheck {
  const said = judge(receipt, ground);
  const detail = file === undefined ? said.detail : `${file}: ${said.detail}`;
  const seq = said.seq === undefined ? {} : { seq: said.seq };
  const result = { file, entryId: receipt.entry_id, is: said.is, detail, ...seq };
  switch (said.is) {
    case "kept":
      return { result, findings: [], notes: [{ class: "receipt", detail, count: said.seq ?? 0 }] };
    case "open":
      return { result, findings: [], notes: [{ class: "receipt not due", detail }] };
    case "unsigned":
      return { result, findings: [{ class: "unanchored tail", detail, ...seq }], notes: [] };
    case "broken": {
      const of = said.seq === undefined ? "missing leaf" : "content mismatch";
      return { result, findings: [{ class: of, detail, ...seq, about: "promise" }], notes: [] };
    }
    // The note says where the receipt's entry is in this bundle. The bundle itself is not at fault.
    default:
      return { result, findings: [{ class: "receipt", detail }], notes: [] };
  }
}

type Said = Pick<ReceiptResult, "is" | "detail" | "seq">;

function judge(receipt: ReceiptFile, ground: ReceiptGround): Said {
  const { watch, log } = ground;
  if (receipt.log !== log)
    return {
      is: "foreign",
      detail: `the receipt is of the log ${receipt.log}, but the bundle is of the log ${log}`,
    };
  const leaf = leafOf(receipt);
  const at = leaf === undefined ? undefined : watch.leafAt(leaf);
  const sameId = watch.idAt(receipt.entry_id);
  const seq = at ?? sameId;
  const fault = signatureFault(receipt, leaf, ground);
  if (fault !== undefined)
    return { ...fault, detail: `${nameOf(receipt, seq)} ${fault.detail}`, ...numbered(seq) };
  if (at !== undefined) return found(receipt, at, ground.provenSize);
  if (sameId !== undefined) {
    // Anyone who packed the bundle could write it there. Only what the log signed can break its promise.
    if (sameId >= ground.provenSize)
      return {
        is: "unsigned",
        detail: `entry ${sameId} has the promised id, ${receipt.entry_id}, but other content, and no trusted checkpoint covers it: this bundle does not show whether the promise was kept`,
        seq: sameId,
      };
    const detail = `entry ${sameId} is not the promised entry: it has the promised id, ${receipt.entry_id}, but other content`;
    return { is: "broken", detail: `${detail}${unvouched(ground)}`, seq: sameId };
  }
  return absent(receipt, ground);
}

/** Without a policy anyone can have made the whole bundle, around a genuine receipt. */
function unvouched({ keysOf }: ReceiptGround): string {
  return keysOf === "bundle"
    ? ", provided that the keys in the bundle belong to the log (no one outside has confirmed this)"
    : "";
}

function numbered(seq: number | undefined): { seq?: number } {
  return seq === undefined ? {} : { seq };
}

function nameOf({ entry_id: id }: ReceiptFile, seq: number | undefined): string {
  return seq === undefined
    ? `the receipt for entry ${id}, which is not in this bundle,`
    : `the receipt for entry ${seq} (${id})`;
}

function found({ entry_id: id }: ReceiptFile, seq: number, provenSize: number): Said {
  if (seq >= provenSize)
    return {
      is: "unsigned",
      detail: `the receipt's entry is leaf ${seq}, which no trusted checkpoint covers`,
      seq,
    };
  return { is: "kept", detail: `the receipt's entry ${id} is leaf ${seq}: the promise was kept`, seq };
}

function absent({ entry_id: id, integrate_by: due }: ReceiptFile, ground: ReceiptGround): Said {
  const { evidence } = ground;
  if (evidence !== undefined && parseMicros(due) < evidence) {
    const detail = `the log promised to include entry ${id} by ${due}, but the tree does not have it: the promise is broken`;
    return { is: "broken", detail: `${detail}${unvouched(ground)}` };
  }
  const why = whyOpen(due, ground);
  return {
    is: "open",
    detail: `the receipt's entry ${id} ${why}, so this bundle does not show whether the promise was kept`,
  };
}

function whyOpen(due: string, { evidence, isFiltered }: ReceiptGround): string {
  if (isFiltered) return "is not here, but this bundle was made with a filter";
  if (evidence !== undefined) return `is due by ${due}, and this bundle ends earlier`;
  return "is not here, but no trusted signature shows that this bundle has the whole log up to the promised time";
}
