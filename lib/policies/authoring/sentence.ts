import type { Locale } from "@/lib/format";
import type { PolicyForm } from "./form";
import { germanSentence } from "./sentence-de";
import { englishSentence } from "./sentence-en";

/** Returns what a rule says in a few sentences; `**` is around its important words (`segmentsOf`). */
export function sentenceOf(form: PolicyForm, locale: Locale): string {
  return locale === "de" ? germanSentence(form) : englishSentence(form);
}

export type PolicyKind = "allows" | "limits" | "forbids";

/**
 * Returns what a rule does: a limit leaves another level, time, purpose or exception open, where a prohibition leaves
 * none.
 */
export function kindOf({
  effect,
  levels,
  hours,
  office,
  isOtherPurposes,
  exceptOverride,
}: PolicyForm): PolicyKind {
  if (effect === "permit") return "allows";
  const isLimit =
    levels.length > 0 || hours !== null || office === "own" || isOtherPurposes || exceptOverride;
  return isLimit ? "limits" : "forbids";
}
