import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { KeyState } from "@/lib/keys/states";

const LOOKS: Readonly<Record<KeyState, { readonly tone: Tone; readonly icon: IconName }>> = {
  pre_active: { tone: "amber", icon: "clock" },
  active: { tone: "accent", icon: "check" },
  suspended: { tone: "amber", icon: "pause" },
  deactivated: { tone: "plain", icon: "nothing" },
  compromised: { tone: "oxblood", icon: "warning" },
  destroyed: { tone: "plain", icon: "cross" },
};

/** State of a key version (NIST SP 800-57), icon and word. */
export function StateTag({ state, isBoxed = false }: { state: KeyState; isBoxed?: boolean }) {
  const t = useTranslations("keys.states");
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon} isBoxed={isBoxed}>
      {t(state)}
    </Tag>
  );
}
