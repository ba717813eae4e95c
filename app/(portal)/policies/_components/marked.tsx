import { useLocale } from "next-intl";
import { Unbroken } from "@/components/ui/unbroken";
import type { Locale } from "@/lib/format";
import { type ChangedSegment, segmentsOf } from "@/lib/policies/authoring/segments";

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
        <Unbroken>{segment.text}</Unbroken>
      </strong>
    ) : (
      segment.text
    ),
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
