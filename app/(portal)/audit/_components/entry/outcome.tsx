import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { EntryOutcome } from "@/lib/audit/entry/event";

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
