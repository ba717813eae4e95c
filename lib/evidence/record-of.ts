import "server-only";
import type { EvidenceGroup, EvidenceRecord } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { InvariantError } from "@/lib/errors";
import type { OpenedRecord } from "@/lib/transactions/open/open-transaction";
import { presentGroups } from "@/lib/transactions/open/plan-opening";
import type { GroupName } from "@/lib/vocabulary";

/** Returns one group as the maker of the evidence saw it. A group outside the opening is sealed and has no fields. */
function groupOf({ opened, plan }: OpenedRecord, group: GroupName): EvidenceGroup {
  const fields = opened.groups[group];
  if (fields === undefined) return { group, shown: "sealed" };
  if (opened.masked.includes(group)) return { group, shown: "masked", fields };
  if (!plan.row.sealedGroups.includes(group)) return { group, shown: "plain", fields };
  const salts = opened.salts[group];
  if (salts === undefined) throw new InvariantError("an opened group came without its salts");
  return { group, shown: "full", fields, salts: { ...salts } };
}

/** Returns the evidence of one opened record: its fields with their salts, and the digests that prove them. */
export function recordOf(done: OpenedRecord): EvidenceRecord {
  const { plan, proof, intent, entry, assurance } = done;
  const { row } = plan;
  return {
    transaction: row.id,
    job_id: row.jobId,
    participants: [...row.participants],
    created_at: row.createdAt,
    created_entry: row.createEntryId,
    digests: [...row.digestList],
    groups: presentGroups(row).map((group) => groupOf(done, group)),
    opened: {
      entry: entry.id,
      access_id: intent.id,
      at: entry.at,
      signed_with: proof?.proofKind ?? "key",
      ...(assurance === undefined ? {} : { assurance }),
    },
  };
}
