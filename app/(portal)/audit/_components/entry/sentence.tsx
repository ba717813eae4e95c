import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFieldNamer } from "@/components/domain/field-names";
import { useSwitchWords } from "@/components/domain/switch-words";
import type actions from "@/components/messages/en/actions.json";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { EntryOutcome } from "@/lib/audit/entry/event";
import { actionKey } from "@/lib/audit/labels";
import { Purpose } from "@/lib/vocabulary";
import type { EventSentence } from "./event-sentence";
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

/** Texts that a sentence may name. A log of another version can lack one. */
function useTexts({ texts }: EventSentence) {
  const switches = useSwitchWords();
  return {
    from: texts.from ?? "?",
    to: texts.to ?? "?",
    format: texts.format ?? "?",
    reference: texts.reference ?? "",
    kid: texts.kid ?? "?",
    old_kid: texts.old_kid ?? "?",
    new_kid: texts.new_kid ?? "?",
    state: texts.state ?? "?",
    flag: texts.flag === undefined ? "?" : switches.name(texts.flag),
    on: texts.on ?? "false",
    organisation: texts.organisation ?? "?",
  };
}

function useTags({ actor, actorName, actorOrganisation, subject }: EventSentence) {
  const t = useTranslations("actions.frames");
  return {
    actor: (): ReactNode => (
      <strong className="font-semibold">
        <Actor actor={actor} name={actorName} organisation={actorOrganisation} isFirst />
      </strong>
    ),
    subject: (): ReactNode => (subject === undefined ? t("nothing") : <SubjectName subject={subject} />),
  };
}

/** A read has words for what was asked for, so that a refusal says what was not shown. */
type Read = `reads.${keyof (typeof actions)["reads"]}`;

/** One sentence of what happened. */
export function Sentence({ happening }: { happening: EventSentence }) {
  const t = useTranslations("actions");
  const nameFields = useFieldNamer();
  const tags = useTags(happening);
  const named = useTexts(happening);
  const { action, outcome, fields, masked, texts, subject } = happening;
  const key = actionKey(action);
  const label = key === undefined ? action : t(`labels.${key}`);
  const suffix = subject === undefined ? "" : "Of";
  const read = `reads.${key}` as Read;
  if (outcome === "denied" && t.has(read))
    return <>{t.rich(`frames.readDenied${suffix}`, { ...tags, label: t(read) })}</>;
  if (outcome !== "done") return <>{t.rich(`frames.${outcome}${suffix}`, { ...tags, label })}</>;
  if (key === undefined) return <>{t.rich("frames.other", { ...tags, label })}</>;
  if (key === "audit_read" && texts.seq !== undefined)
    return <>{t.rich("frames.oneEntry", { ...tags, seq: texts.seq })}</>;
  const full = fields.filter((field) => !masked.includes(field));
  if (key === "disclosure_open" && masked.length > 0) {
    const seen = { fields: nameFields(full), masked: nameFields(masked) };
    return (
      <>{t.rich(full.length === 0 ? "frames.seenMasked" : "frames.openedAndMasked", { ...tags, ...seen })}</>
    );
  }
  return <>{t.rich(`done.${key}`, { ...tags, ...named, fields: nameFields(fields) })}</>;
}

/** Purposes are closed words, but entries outlive the list of them. */
export function PurposeName({ purpose }: { purpose: string }) {
  const t = useTranslations("domain.purposes");
  const known = Purpose.options.find((one) => one === purpose);
  return <>{known === undefined ? purpose : t(known)}</>;
}
