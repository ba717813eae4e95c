/** Which orders are of this place: jurisdictions as ISO 3166-1 alpha-2 codes or `EU`. Pure data and rules. */

/**
 * Date since when the lists below apply: the withdrawal of the United Kingdom. A later change of members needs a new
 * date.
 */
export const MEMBERS_AS_OF = "2020-02-01";

/** Member states of the European Union. */
const EU_MEMBERS: ReadonlySet<string> = new Set(
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" "),
);
/** Other states of the European Economic Area, in which the GDPR applies too (Decision 154/2018). */
const EEA_BESIDE: ReadonlySet<string> = new Set(["IS", "LI", "NO"]);

/** Whether an order of this jurisdiction is recognised without a basis. A home of `EU` includes its member states. */
export function isHome(jurisdiction: string, homes: readonly string[]): boolean {
  return homes.includes(jurisdiction) || (homes.includes("EU") && EU_MEMBERS.has(jurisdiction));
}

const underGdpr = (code: string): boolean => code === "EU" || EU_MEMBERS.has(code) || EEA_BESIDE.has(code);

/**
 * Whether GDPR article 48 applies to the order: the GDPR applies at home and the order comes from a third country. Then
 * it is recognised only by an international agreement in force, such as a mutual legal assistance treaty, without
 * prejudice to other grounds for a transfer.
 */
export function isThirdCountry(jurisdiction: string, homes: readonly string[]): boolean {
  return homes.some(underGdpr) && !underGdpr(jurisdiction);
}

/** The basis for recognising an order; `missing`: none yet, so it waits for legal review. */
type Standing = "home" | "stated" | "recorded" | "missing";

/**
 * Returns how an order is recognised: as one of a home jurisdiction, by the basis that it states, by one that a
 * reviewer records, or `missing`. An instance without a home has no home orders.
 */
export function weigh(
  order: { readonly jurisdiction: string; readonly recognitionBasis: string | undefined },
  homes: readonly string[],
  recorded: string | undefined,
): { readonly standing: Standing; readonly basis: string | undefined } {
  const { recognitionBasis } = order;
  if (isHome(order.jurisdiction, homes)) return { standing: "home", basis: undefined };
  if (recognitionBasis !== undefined) return { standing: "stated", basis: recognitionBasis };
  return { standing: recorded === undefined ? "missing" : "recorded", basis: recorded };
}
