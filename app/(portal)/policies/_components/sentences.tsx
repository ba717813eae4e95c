import { useTranslations } from "next-intl";
import { Fragment } from "react";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { FormReading } from "@/lib/policies/authoring/read-form";
import { kindOf, type PolicyKind, sentenceOf } from "@/lib/policies/authoring/sentence";
import { Marked, useSentenceLocale } from "./marked";

/** What a rule says. A rule that the form cannot say is shown as its Cedar text. */
export function RuleSentence({ reading, text }: { reading: FormReading; text: string }) {
  const t = useTranslations("policies.rules");
  const locale = useSentenceLocale();
  if (reading.kind === "form") return <Marked text={sentenceOf(reading.form, locale)} />;
  return (
    <>
      {t("asText", { construct: reading.construct })}
      <CedarText text={text} />
    </>
  );
}

/** A condition that is negated as a whole: its two marks stay together. */
const NEGATION = /(!\()/;
/** Between the bracket of a call and its argument. */
const ARGUMENT = /(?<=\w\()(?=\w)/;

function Lines({ text }: { text: string }) {
  return text.split(NEGATION).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part has only its position
    <span key={index} className={index % 2 === 1 ? "whitespace-nowrap" : ""}>
      {part.split(ARGUMENT).map((piece, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece has only its position
        <Fragment key={at}>
          {at === 0 ? null : <wbr />}
          {piece}
        </Fragment>
      ))}
    </span>
  ));
}

/** Cedar text as it is stored. Long lines break between words or before an argument. */
export function CedarText({ text }: { text: string }) {
  return (
    <code className="block whitespace-pre-wrap font-mono font-normal text-note leading-5 [overflow-wrap:anywhere]">
      <Lines text={text} />
    </code>
  );
}

const LOOKS: Readonly<Record<PolicyKind, { readonly tone: Tone; readonly icon: IconName }>> = {
  allows: { tone: "accent", icon: "check" },
  limits: { tone: "plain", icon: "filter" },
  forbids: { tone: "plain", icon: "nothing" },
};

/** What a rule does, in glyph and word. A rule as text has only its effect. */
export function KindTag({ reading, text }: { reading: FormReading; text: string }) {
  const t = useTranslations("policies.kinds");
  const isPermit = /^(@[^\n]*\n)*\s*permit/.test(text);
  const kind = reading.kind === "form" ? kindOf(reading.form) : isPermit ? "allows" : "forbids";
  return (
    <Tag tone={LOOKS[kind].tone} icon={LOOKS[kind].icon}>
      {t(kind)}
    </Tag>
  );
}
