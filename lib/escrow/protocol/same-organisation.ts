function bare(organisation: string): string {
  return organisation.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/**
 * Whether two names in a roster are one organisation's, however they were typed: in doubt nobody decides for his own. A file
 * is written by people, and letters or spaces that differ make no stranger of a colleague.
 */
export function isSameOrganisation(one: string, other: string): boolean {
  return bare(one) === bare(other);
}
