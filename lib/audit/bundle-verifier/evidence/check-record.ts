import { metadataDigest } from "@/lib/crypto/envelope/envelope";
import { fieldDigestText, isSalt, recordDigest } from "@/lib/crypto/envelope/record-digest";
import { FormatError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../../../crypto/json/canonical-json";
import type { EntryCheck } from "./check-entries";
import type { EvidenceGroup, EvidenceRecord } from "./evidence-format";

/** Each field that is shown in full gives a digest that the record's list has exactly once. */
function groupFault({ group, shown, fields = {}, salts = {} }: EvidenceGroup, digests: readonly string[]) {
  const names = Object.keys(fields);
  if (shown !== "full") {
    // A salt with a mask would let the value be guessed, so none may be here.
    if (Object.keys(salts).length > 0) return `${group} has salts of values that are not shown`;
    return shown === "sealed" && names.length > 0
      ? `${group} has values, but the file says that they are sealed`
      : undefined;
  }
  if (names.length === 0 || names.length !== Object.keys(salts).length)
    return `${group} has values without salts`;
  for (const name of names) {
    const [value, salt] = [fields[name], salts[name]];
    if (value === undefined || !isSalt(salt)) return `${group}, ${name}: the salt cannot be read`;
    const digest = fieldDigestText({ group, name, value, salt });
    if (digests.filter((one) => one === digest).length !== 1)
      return `${group}, ${name}: the value is not the one that was sealed`;
  }
  return undefined;
}

function createdFault(record: EvidenceRecord, created: EntryCheck | undefined): string | undefined {
  if (created === undefined) return "the entry that created the transaction is missing";
  if (created.is === "wrong") return created.detail;
  const { transaction: tx, job_id, participants, created_at, digests } = record;
  if (created.record.meta !== metadataDigest({ tx, job_id, participants, created_at }))
    return "job, parties or time of the transaction are not those in the log";
  const rd = digests.length === 0 ? undefined : recordDigest(tx, digests);
  return created.record.rd === rd ? undefined : "the list of digests is not the one in the log";
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The entry of the opening names this record and what was opened. Its part may be sealed from the maker of the evidence. */
function openedFault({ opened, transaction, groups }: EvidenceRecord, entry: EntryCheck | undefined) {
  if (entry === undefined) return "the entry of the opening is missing";
  if (entry.is === "wrong") return entry.detail;
  const org = entry.parts.get("org");
  if (org === undefined) return undefined;
  const details = memberOf(org, "details");
  if (
    memberOf(details, "transaction") !== transaction ||
    memberOf(details, "disclosure") !== opened.access_id
  )
    return "the entry of the opening is of another transaction";
  const recorded = new Set(textsOf(memberOf(memberOf(org, "access"), "data_accessed")));
  const more = groups.find(({ group, shown }) => shown !== "sealed" && !recorded.has(group));
  return more === undefined ? undefined : `${more.group} was not opened, according to the log`;
}

/** Returns the first place where a record's evidence differs from what was sealed and recorded. */
export function checkRecord(
  record: EvidenceRecord,
  entries: ReadonlyMap<string, EntryCheck>,
): string | undefined {
  try {
    for (const group of record.groups) {
      const fault = groupFault(group, record.digests);
      if (fault !== undefined) return fault;
    }
    return (
      createdFault(record, entries.get(record.created_entry)) ??
      openedFault(record, entries.get(record.opened.entry))
    );
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
