import type { FactSources } from "@/lib/access/requests/authorization-schema";

/** Which facts were read from the file, as the answers hold them. */
export interface ReadLists {
  /** Those that no person has confirmed, each with its page: `issuer:1`. */
  readonly read: readonly string[];
  readonly confirmed: readonly string[];
}

/** Facts of an order that can be read from its file, by the names of the form and of the API. */
export const READABLE_FACTS = [
  ["kind", "kind"],
  ["issuer", "issuer"],
  ["jurisdiction", "jurisdiction"],
  ["caseNumber", "case_number"],
  ["validFrom", "valid_from"],
  ["validUntil", "valid_until"],
] as const;
export type ReadableFact = (typeof READABLE_FACTS)[number][0];

/** Returns the names of the facts that came in this way. */
export function namesBySource(sources: FactSources | undefined, wanted: "read" | "confirmed"): string[] {
  return READABLE_FACTS.flatMap(([name, member]) => (sources?.[member] === wanted ? [name] : []));
}

/** Returns the page a fact was read from, and whether it still waits for a person; undefined for one that was typed. */
export function readingOf(
  { read, confirmed }: ReadLists,
  name: string,
): { readonly page: string | undefined; readonly isConfirmed: boolean } | undefined {
  if (confirmed.includes(name)) return { page: undefined, isConfirmed: true };
  const found = read.find((one) => one.split(":")[0] === name);
  return found === undefined ? undefined : { page: found.split(":")[1], isConfirmed: false };
}

/** What changes in the lists of read and confirmed facts when a person types some of the answers. */
export function afterTyping(lists: ReadLists, changes: object): Partial<ReadLists> {
  if ("read" in changes || "confirmed" in changes) return {};
  const typed: readonly string[] = READABLE_FACTS.map(([name]) => name).filter((name) => name in changes);
  if (typed.length === 0) return {};
  const isLeft = (entry: string) => !typed.includes(entry.split(":")[0] ?? "");
  return { read: lists.read.filter(isLeft), confirmed: lists.confirmed.filter(isLeft) };
}
