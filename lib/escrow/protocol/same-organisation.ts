function bare(organisation: string): string {
  return organisation.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/**
 * Returns whether two roster names mean one organisation, whatever their spelling. People write the roster file, so case
 * and spaces may differ. In doubt two names are the same organisation, so that people cannot decide for their own
 * organisation.
 */
export function isSameOrganisation(one: string, other: string): boolean {
  return bare(one) === bare(other);
}
