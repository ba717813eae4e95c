import { useLocale, useTranslations } from "next-intl";
import type { GroupName } from "@/lib/vocabulary";

const FIELDS: Readonly<Record<string, GroupName>> = {
  amount: "amount",
  pricing: "pricing",
  settlement_details: "settlement_details",
  parties: "parties",
  narrative: "narrative",
  external_references: "external_references",
};

/** Returns what names fields as a list within a sentence, in the reader's language. Without any: "sealed fields". */
export function useFieldNamer(): (fields: readonly string[]) => string {
  const t = useTranslations("domain.fields");
  const none = useTranslations("domain.field");
  const locale = useLocale();
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const nameOf = (field: string): string => {
    const known = FIELDS[field];
    if (known === undefined) return field;
    // German nouns keep their capital letter.
    return locale === "en" ? t(known).toLowerCase() : t(known);
  };
  return (fields) => (fields.length === 0 ? none("sealedFields") : list.format(fields.map(nameOf)));
}

/** Returns the names of these fields, as `useFieldNamer` makes them. */
export function useFieldNames(fields: readonly string[]): string {
  return useFieldNamer()(fields);
}
