import type { z } from "zod";
import { toHex, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { sha256 } from "@/lib/crypto/primitives";
import { NewTransaction } from "@/lib/transactions/schema";
import type { AitbcRecord } from "./aitbc-record";

export type SentTransaction = z.input<typeof NewTransaction>;

const ID_LABEL = "sealport/import/aitbc/1";
const PLACES: readonly string[] = ["amount", "currency", "pricing", "settlement_details"];

/**
 * The same version 7 UUID (RFC 9562 section 5.7) each time for the same record of the old system: its timestamp, and
 * bits of a SHA-256 over its id. A second import of the record meets the first one by it.
 */
export function importedId(transactionId: string, at: number): string {
  const bits = sha256(utf8(`${ID_LABEL}\u0000${transactionId}`)).slice(0, 10);
  bits[0] = 0x70 | ((bits[0] ?? 0) & 0x0f);
  bits[2] = 0x80 | ((bits[2] ?? 0) & 0x3f);
  const hex = at.toString(16).padStart(12, "0") + toHex(bits);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Python wrote decimals as text, and integers sometimes as numbers. */
function decimalOf(value: unknown): unknown {
  return typeof value === "number" && Number.isFinite(value) && !/e/i.test(String(value))
    ? String(value)
    : value;
}

/** Refuses access policies: Sealport would not evaluate them, and the record must not look as if they protected it. */
function refusePolicies(policies: Readonly<Record<string, unknown>>): void {
  if (Object.keys(policies).length > 0)
    throw new FormatError("format.record", "access_policies are not evaluated yet, so none is accepted");
}

function valuesOf(record: AitbcRecord, opened: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of [...Object.entries(record.plain), ...Object.entries(opened)]) {
    if (value === null || value === undefined) continue;
    if (!PLACES.includes(name))
      throw new FormatError(
        "format.record",
        `the payload has a member ${JSON.stringify(name.slice(0, 64))} that no field here matches`,
      );
    if (values[name] !== undefined)
      throw new FormatError("format.record", `${name} is both in the payload and next to it`);
    values[name] = name === "amount" ? decimalOf(value) : value;
  }
  return values;
}

/**
 * Returns the submission for a record: its fields as they were, its time as the time of the event, its old id and
 * status as external references, which are sealed. Only the record's participants become parties: the submitter must be
 * one of them. Throws FormatError, which names the member and never a value.
 */
export function mapAitbc(
  record: AitbcRecord,
  opened: Readonly<Record<string, unknown>>,
  by: { readonly submitter: string; readonly currency: string | undefined },
): SentTransaction {
  refusePolicies(record.accessPolicies);
  const participants = [...new Set(record.participants)];
  if (!participants.includes(by.submitter))
    throw new FormatError("format.record", `the submitter ${by.submitter} is not one of its participants`);
  const values = valuesOf(record, opened);
  if (values.amount !== undefined && values.currency === undefined && by.currency !== undefined)
    values.currency = by.currency;
  const parsed = NewTransaction.safeParse({
    ...values,
    transaction_id: importedId(record.transactionId, record.at),
    job_id: record.jobId,
    occurred_at: new Date(record.at).toISOString(),
    confidential: record.sealed !== undefined,
    participants,
    external_references: [
      { scheme: "aitbc.transaction_id", value: record.transactionId },
      ...(record.status === "" ? [] : [{ scheme: "aitbc.status", value: record.status }]),
    ],
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FormatError("format.record", `${issue?.path.join("/") ?? ""}: ${issue?.message ?? "not taken"}`);
}
