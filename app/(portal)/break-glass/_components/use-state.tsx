import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";

const LOOKS: Readonly<Record<BreakGlassView["state"], { readonly tone: Tone; readonly icon: IconName }>> = {
  pending: { tone: "plain", icon: "clock" },
  running: { tone: "amber", icon: "clock" },
  review_due: { tone: "amber", icon: "warning" },
  reviewed: { tone: "accent", icon: "tick" },
  refused: { tone: "plain", icon: "stop" },
};

/** Shows the state of an emergency access, also that a review found it unjustified. */
export function UseState({ use }: { use: Pick<BreakGlassView, "state" | "review"> }) {
  const t = useTranslations("breakGlass.states");
  if (use.review?.outcome === "unjustified")
    return (
      <Tag tone="oxblood" icon="stop">
        {t("unjustified")}
      </Tag>
    );
  const { tone, icon } = LOOKS[use.state];
  return (
    <Tag tone={tone} icon={icon}>
      {t(use.review === undefined ? use.state : "justified")}
    </Tag>
  );
}
