import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Breaking } from "@/components/ui/breaking";
import { type Fact, Facts } from "@/components/ui/facts";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Tag, type Tone } from "@/components/ui/tag";
import type { EntryAnchors as Shown } from "@/lib/audit/schema";
import { type Witnessed, witnessedBy } from "@/lib/audit/sequencer/witnessing";
import { formatCount } from "@/lib/format";
import type { WitnessRule } from "@/lib/http/health/anchors";

const LOOKS: Readonly<Record<Witnessed, { readonly tone: Tone; readonly icon: IconName }>> = {
  witnessed: { tone: "accent", icon: "check" },
  "self-witnessed": { tone: "amber", icon: "warning" },
  unwitnessed: { tone: "oxblood", icon: "stop" },
};

function wordFor(checkpoint: NonNullable<Shown["checkpoint"]>, rule: WitnessRule): Witnessed {
  const policy = { own: rule.own.needed, independent: rule.independent.needed };
  return witnessedBy(policy, checkpoint.witnesses);
}

function Note({ children }: { children: ReactNode }) {
  return <span className="block text-ink-2 text-note">{children}</span>;
}

/** Shows who vouches for the entry in addition to the log's signer: checkpoint, witnesses, time stamp. Says so if none does. */
export function EntryAnchors({ anchors, rule }: { anchors: Shown; rule: WitnessRule }) {
  const t = useTranslations("audit.anchors");
  const locale = useLocale();
  const { checkpoint, time_stamp: stamp } = anchors;
  const word = checkpoint === null ? undefined : wordFor(checkpoint, rule);
  const facts: Fact[] = [
    {
      name: t("checkpoint"),
      value:
        checkpoint === null
          ? t("noCheckpoint")
          : t.rich("checkpointOver", {
              size: formatCount(checkpoint.size, locale),
              time: () => <LocalTime instant={checkpoint.published_at} />,
            }),
    },
    ...(word === undefined
      ? []
      : [
          {
            name: (
              <Tag tone={LOOKS[word].tone} icon={LOOKS[word].icon}>
                {t(word)}
              </Tag>
            ),
            value: t(`${word}Text`),
            key: "word",
          },
        ]),
    ...(checkpoint?.witnesses ?? []).map(({ name, kind, at }) => ({
      name: t(kind),
      value: (
        <>
          <Breaking text={name} />
          <Note>{t.rich("cosigned", { time: () => <LocalTime instant={at} /> })}</Note>
        </>
      ),
      key: `witness ${name}`,
    })),
    {
      name: t("stamp"),
      value:
        stamp === null
          ? t("noStamp")
          : t.rich("stampOver", {
              size: stamp.size,
              time: () => <LocalTime instant={stamp.at} />,
            }),
    },
  ];
  return (
    <FactsSection title={t("title")}>
      <Facts look="narrow" facts={facts} />
      <p className="mt-2 text-ink-2 text-note">{t("said")}</p>
    </FactsSection>
  );
}
