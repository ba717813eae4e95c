/** Members of a body that have a name on the screen. */
const PLACES = [
  "job_id",
  "occurred_at",
  "participants",
  "amount",
  "currency",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
  "purpose",
  "justification",
  "legal_basis",
  "transactions",
  "query",
  "fields",
  "from",
  "until",
  "max_views",
  "max_exports",
  "co_viewers",
  "issuer",
  "jurisdiction",
  "kind",
  "case_number",
  "valid_from",
  "valid_until",
  "recognition_basis",
  "sealed",
  "document",
  "reason",
  "comment",
  "text",
  "note",
  "label",
  "code",
  "current",
  "next",
  "confirms",
] as const;

/** Returns the input of a refused value by its JSON Pointer: the first member, or else the last, that has a name on the screen. */
export function placeOf(pointer: string): (typeof PLACES)[number] | undefined {
  const members = pointer.split("/").slice(1);
  return PLACES.find((place) => place === members[0]) ?? PLACES.find((place) => place === members.at(-1));
}
