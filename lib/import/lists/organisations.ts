import type { z } from "zod";
import { parseSaid } from "@/lib/issue-words";
import type { OrganisationSummary } from "@/lib/organisations/schema";
import type { RowFault } from "./row-fault";

export type KnownOrganisation = Pick<OrganisationSummary, "id" | "name" | "kind" | "state" | "email_domains">;

/** Organisations by what a cell may name them with: their id, or their name in small letters. */
export type OrganisationIndex = ReadonlyMap<string, readonly KnownOrganisation[]>;

/** Returns the organisations by id and by name, so that each line of a long list is looked up at once. */
export function indexOrganisations(known: readonly KnownOrganisation[]): OrganisationIndex {
  const index = new Map<string, KnownOrganisation[]>();
  for (const one of known)
    for (const key of new Set([one.id, one.name.toLowerCase()]))
      index.set(key, [...(index.get(key) ?? []), one]);
  return index;
}

/** Returns the organisation that a cell names, by name in any case or by id, or why there is none. */
export function findOrganisation(
  known: OrganisationIndex,
  organisation: string,
): { readonly found: KnownOrganisation } | { readonly fault: RowFault } {
  const [found, other] = known.get(organisation.toLowerCase()) ?? [];
  if (organisation === "") return { fault: { code: "missing", column: "organisation" } };
  if (found === undefined) return { fault: { code: "noOrganisation", organisation } };
  if (other !== undefined) return { fault: { code: "organisationTwice", organisation } };
  if (found.state !== "active") return { fault: { code: "organisationSuspended", organisation } };
  return { found };
}

/** The column of a member, where the two have different names. */
const COLUMNS: Readonly<Record<string, string>> = {
  organisation_id: "organisation",
  participant_id: "participant",
};

/** Parses the body of a line. A fault names its column; an empty cell is missing. */
export function parseLine<S extends z.ZodType>(
  schema: S,
  body: Readonly<Record<string, unknown>>,
): { readonly body: z.output<S> } | { readonly faults: readonly RowFault[] } {
  const parsed = parseSaid(schema, body);
  if (parsed.success) return { body: parsed.data };
  const faults = new Map<string, RowFault>();
  for (const { path, message } of parsed.error.issues) {
    const member = String(path[0] ?? "");
    const column = COLUMNS[member] ?? member;
    const isEmpty = body[member] === "" || body[member] === undefined;
    if (!faults.has(column))
      faults.set(column, isEmpty ? { code: "missing", column } : { code: "value", column, detail: message });
  }
  return { faults: [...faults.values()] };
}
