import type {
  GrantRoute,
  OpeningRoute,
} from "@/app/(portal)/transactions/[id]/_components/opening/opening-route";
import { openingCallOf } from "@/components/opening/opening-call";
import type { GrantView } from "@/lib/access/grants/schema";
import type { RecordView } from "@/lib/transactions/read/read-record";
import type { TransactionView } from "@/lib/transactions/schema";
import { GROUP_NAMES, type GroupName } from "@/lib/word-lists";

function isPresent(view: TransactionView, group: GroupName): boolean {
  if (view.sealed_groups.includes(group)) return true;
  if (group === "amount") return view.amount !== undefined || view.currency !== undefined;
  return (group === "pricing" || group === "settlement_details") && view[group] !== undefined;
}

/** Every group that the transaction has, in the order of groups. */
export function groupsOf(view: TransactionView): GroupName[] {
  return GROUP_NAMES.filter((group) => isPresent(view, group));
}

/** The members of unsealed groups, and nothing else of the view. */
export function plainOf(view: TransactionView): Readonly<Record<string, unknown>> {
  const { amount, currency, pricing, settlement_details } = view;
  const members = Object.entries({ amount, currency, pricing, settlement_details });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function grantWay(grant: GrantView, present: readonly GroupName[]): GrantRoute {
  return {
    id: grant.id,
    reference: grant.reference,
    purpose: grant.purpose,
    fields: grant.fields.filter((group) => present.includes(group)),
    maskedFields: grant.masked_fields,
    level: grant.level,
    until: grant.not_after,
    isUsable: grant.state === "active" && grant.views_left > 0 && grant.level !== "metadata",
    viewsLeft: grant.views_left,
    exportsLeft: grant.exports_left,
  };
}

/** How the reader may open fields of this transaction. */
export function openingRouteOf(record: RecordView, role: string): OpeningRoute {
  if (record.heldKey !== undefined) return { kind: "held", keyId: record.heldKey };
  if (record.may.openOwn) return { kind: "own", purposes: record.may.purposes };
  if (record.grants.length === 0) return { kind: "none" };
  const present = groupsOf(record.view);
  return {
    kind: "grant",
    via: openingCallOf(role),
    grants: record.grants.map((grant) => grantWay(grant, present)),
  };
}
