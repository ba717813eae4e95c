import type { FoundKind } from "@/lib/home/search-schema";

/** The groups in which found things are shown. */
export const FOUND_GROUPS: Readonly<Record<FoundKind, "goTo" | "records" | "people">> = {
  case: "goTo",
  grant: "goTo",
  request: "goTo",
  transaction: "records",
  key: "records",
  person: "people",
  organisation: "people",
  participant: "people",
};

const DISPUTE_GRANT = /^DG-[0-9a-f]{8}$/i;

const KEYS = ["disputeGrant", "reference", "job", "entry"] as const;

/** Key of a target's message in `portal.find`. */
export type FindKey = (typeof KEYS)[number];

export interface FindTarget {
  readonly key: FindKey;
  readonly href: string;
}

/** Returns the address of one thing that a search found. */
export function addressOfFound(kind: FoundKind, id: string): string {
  const part = encodeURIComponent(id);
  switch (kind) {
    case "case":
      return `/cases/${part}`;
    case "request":
      return `/requests/${part}`;
    case "grant":
      return `/grants/${part}`;
    case "transaction":
      return `/transactions/${part}`;
    case "person":
      return `/people/${part}`;
    case "organisation":
      return `/organisations/${part}`;
    case "participant":
      return `/participants?q=${part}`;
    case "key":
      return `/keys/${part}`;
  }
}

/**
 * Returns links for a typed text that need no search: the lists that can contain it, filtered, and the log's entry of
 * that number. `places` are the keys of the places that the person has.
 */
export function targetsOf(text: string, places: readonly string[]): FindTarget[] {
  const wanted = encodeURIComponent(text);
  if (DISPUTE_GRANT.test(text))
    return places.includes("grants") ? [{ key: "disputeGrant", href: "/grants?view=all" }] : [];
  const ways: readonly (FindTarget & { readonly place: string; readonly fits: boolean })[] = [
    { key: "entry", place: "audit", fits: /^\d{1,12}$/.test(text), href: `/audit?entry=${wanted}` },
    { key: "reference", place: "requests", fits: true, href: `/requests?reference=${wanted}` },
    { key: "job", place: "transactions", fits: true, href: `/transactions?job_id=${wanted}` },
  ];
  return ways
    .filter(({ place, fits }) => fits && places.includes(place))
    .map(({ key, href }) => ({ key, href }));
}
