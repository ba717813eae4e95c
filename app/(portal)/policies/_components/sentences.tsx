import { useLocale, useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { Locale } from "@/lib/format";
import type { FormReading } from "@/lib/policies/authoring/read-form";
import { type ChangedSegment, segmentsOf } from "@/lib/policies/authoring/segments";
import { kindOf, type PolicyKind, sentenceOf } from "@/lib/policies/authoring/sentence";

/** Returns the reader's language as sentences take it. */
export function useSentenceLocale(): Locale {
  return useLocale() === "de" ? "de" : "en";
}

/** A sentence with its important words in bold. */
export function Marked({ text }: { text: string }) {
  return segmentsOf(text).map((segment, index) =>
    segment.isStrong ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no identity of their own
      <strong key={index} className="font-semibold">
        {segment.text}
      </strong>
    ) : (
      segment.text
    ),
  );
}

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

/** Cedar text as it is stored. */
export function CedarText({ text }: { text: string }) {
  return (
    <code className="block whitespace-pre-wrap font-mono font-normal text-note leading-5 [overflow-wrap:anywhere]">
      {text}
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

const CHANGES = {
  removed: { tag: "del", look: "text-ink-3 line-through" },
  added: { tag: "ins", look: "border-accent-line border-b bg-accent-wash no-underline" },
} as const;

function Change({ segment }: { segment: ChangedSegment }) {
  const { text, isStrong, change } = segment;
  const weight = isStrong ? "font-semibold" : "";
  if (change === "same") return isStrong ? <strong className={weight}>{text}</strong> : text;
  const { tag: Element, look } = CHANGES[change];
  const words = text.trim();
  // The blanks around the words do not change.
  const [before = "", after = ""] = text.split(words);
  return (
    <>
      {before}
      <Element className={`${look} ${weight}`}>{words}</Element>
      {after}
    </>
  );
}

/** Two versions of a rule as one sentence: what goes is struck, what comes is marked. */
export function ChangedRule({ segments, isCode }: { segments: readonly ChangedSegment[]; isCode: boolean }) {
  return (
    <span className={isCode ? "block whitespace-pre-wrap font-mono text-note" : ""}>
      {segments.map((segment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no identity of their own
        <Change key={index} segment={segment} />
      ))}
    </span>
  );
}
