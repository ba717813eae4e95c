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

/** Returns names of fields as a list within a sentence, in the reader's language. Without any: "sealed fields". */
export function useFieldNames(fields: readonly string[]): string {
  const t = useTranslations("domain.fields");
  const none = useTranslations("domain.field");
  const locale = useLocale();
  const names = fields.map((field) => {
    const known = FIELDS[field];
    if (known === undefined) return field;
    // German nouns keep their capital letter.
    return locale === "en" ? t(known).toLowerCase() : t(known);
  });
  if (names.length === 0) return none("sealedFields");
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}
