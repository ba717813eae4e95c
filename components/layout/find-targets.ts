/** A grant's reference has the number of its request. A dispute's grant has the end of its id instead. */
const GRANT = /^GR-(\d{4}-\d{6,8})$/i;
const DISPUTE_GRANT = /^DG-[0-9a-f]{8}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const KEYS = ["transaction", "request", "grant", "disputeGrant", "reference", "job", "entry"] as const;

/** Key of a target's message in `portal.find`. */
export type FindKey = (typeof KEYS)[number];

export interface FindTarget {
  readonly key: FindKey;
  readonly href: string;
}

/**
 * Returns links for a typed reference: the lists that can contain it, filtered. Makes no call. `places` are the keys of
 * the places that the person has.
 */
export function targetsOf(text: string, places: readonly string[]): FindTarget[] {
  const wanted = encodeURIComponent(text);
  const isId = UUID.test(text);
  const grant = GRANT.exec(text)?.[1];
  if (DISPUTE_GRANT.test(text))
    return places.includes("grants") ? [{ key: "disputeGrant", href: "/grants?view=all" }] : [];
  const ways: readonly (FindTarget & { readonly place: string; readonly fits: boolean })[] = [
    { key: "transaction", place: "", fits: isId, href: `/transactions/${text.toLowerCase()}` },
    { key: "request", place: "requests", fits: isId, href: `/requests/${text.toLowerCase()}` },
    {
      key: "grant",
      place: "requests",
      fits: grant !== undefined,
      href: `/requests?view=all&reference=AR-${grant}`,
    },
    { key: "reference", place: "requests", fits: !isId, href: `/requests?reference=${wanted}` },
    { key: "job", place: "transactions", fits: !isId, href: `/transactions?job_id=${wanted}` },
    { key: "entry", place: "audit", fits: /^\d{1,12}$/.test(text), href: `/audit?entry=${wanted}` },
  ];
  return ways
    .filter(({ place, fits }) => fits && (place === "" || places.includes(place)))
    .map(({ key, href }) => ({ key, href }));
}
