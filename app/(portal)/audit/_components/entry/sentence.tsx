import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFieldNames } from "@/components/domain/field-names";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { EntryOutcome } from "@/lib/audit/entry/event";
import { actionKey } from "@/lib/audit/labels";
import { type EventSentence, isMasked, textOf } from "./event-sentence";
import { Actor, SubjectName } from "./names";

const LOOKS: Readonly<Record<EntryOutcome, { readonly tone: Tone; readonly icon: IconName }>> = {
  done: { tone: "plain", icon: "tick" },
  intent: { tone: "plain", icon: "open" },
  denied: { tone: "amber", icon: "stop" },
  failed: { tone: "oxblood", icon: "warning" },
};

/** How an act ended: the commonest plainest, refusals and failures in their colours, always with the word. */
export function Outcome({ outcome }: { outcome: EntryOutcome }) {
  const t = useTranslations("audit.outcomes");
  return (
    <Tag tone={LOOKS[outcome].tone} icon={LOOKS[outcome].icon}>
      {t(outcome)}
    </Tag>
  );
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
        <Actor
          actor={happening.actor}
          name={happening.actorName}
          organisation={happening.actorOrganisation}
        />
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
  if (isMasked(happening)) return <>{t.rich("frames.seenMasked", { ...tags, fields })}</>;
  const texts = {
    fields,
    from: textOf(details, "from") ?? "?",
    to: textOf(details, "to") ?? "?",
    format: textOf(details, "format") ?? "?",
    reference: textOf(details, "reference") ?? "",
    kid: textOf(details, "kid") ?? "?",
    old_kid: textOf(details, "old_kid") ?? "?",
    new_kid: textOf(details, "new_kid") ?? "?",
  };
  return <>{t.rich(`done.${key}`, { ...tags, ...texts })}</>;
}
