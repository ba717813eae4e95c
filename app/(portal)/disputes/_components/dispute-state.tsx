import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { DisputeState } from "@/lib/disputes/schema";

const LOOKS: Readonly<Record<DisputeState, { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: "amber", icon: "clock" },
  taken: { tone: "accent", icon: "person" },
  resolved: { tone: "plain", icon: "check" },
  withdrawn: { tone: "plain", icon: "back" },
};

export function DisputeStateTag({ state, isBoxed = false }: { state: DisputeState; isBoxed?: boolean }) {
  const t = useTranslations("disputes.states");
  const { tone, icon } = LOOKS[state];
  return (
    <Tag tone={tone} icon={icon} isBoxed={isBoxed}>
      {t(state)}
    </Tag>
  );
}
