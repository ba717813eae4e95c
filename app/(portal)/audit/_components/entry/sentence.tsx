import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { actionKey } from "@/lib/audit/labels";
import type { GroupName } from "@/lib/vocabulary";
import { type EventSentence, textOf } from "./event-sentence";
import { Actor, SubjectName } from "./names";

const FIELDS: Readonly<Record<string, GroupName>> = {
  amount: "amount",
  pricing: "pricing",
  settlement_details: "settlement_details",
  parties: "parties",
  narrative: "narrative",
  external_references: "external_references",
};

/** Names of opened fields in a row, in the reader's language. */
function useFieldNames(fields: readonly string[]): string {
  const t = useTranslations("domain.fields");
  const frames = useTranslations("actions.frames");
  const locale = useLocale();
  const names = fields.map((field) => {
    const known = FIELDS[field];
    if (known === undefined) return field;
    // German keeps its nouns as they are.
    return locale === "en" ? t(known).toLowerCase() : t(known);
  });
  if (names.length === 0) return frames("fields");
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}

/** One sentence of what happened. */
export function Sentence({ happening }: { happening: EventSentence }) {
  const t = useTranslations("actions");
  const { action, outcome, details } = happening;
  const fields = useFieldNames(happening.fields);
  const key = actionKey(action);
  const tags = {
    actor: (): ReactNode => (
      <strong className="font-semibold">
        <Actor actor={happening.actor} name={happening.actorName} />
      </strong>
    ),
    subject: (): ReactNode =>
      happening.subject === undefined ? t("frames.nothing") : <SubjectName subject={happening.subject} />,
  };
  const label = key === undefined ? action : t(`labels.${key}`);
  if (outcome !== "done") return <>{t.rich(`frames.${outcome}`, { ...tags, label })}</>;
  if (key === undefined) return <>{t.rich("frames.other", { ...tags, label })}</>;
  const seq = textOf(details, "seq");
  if (key === "audit_read" && seq !== undefined) return <>{t.rich("frames.oneEntry", { ...tags, seq })}</>;
  const texts = {
    fields,
    from: textOf(details, "from") ?? "?",
    to: textOf(details, "to") ?? "?",
    format: textOf(details, "format") ?? "?",
    kid: textOf(details, "kid") ?? "?",
  };
  return <>{t.rich(`done.${key}`, { ...tags, ...texts })}</>;
}
