import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { Tag, type Tone } from "@/components/ui/tag";
import type { PersonLook, PersonState } from "@/lib/administration/people/schema";

const LOOKS: Readonly<Record<PersonState, { readonly tone: Tone; readonly icon: IconName }>> = {
  active: { tone: "plain", icon: "check" },
  invited: { tone: "amber", icon: "clock" },
  suspended: { tone: "oxblood", icon: "pause" },
  left: { tone: "plain", icon: "nothing" },
};

/** State of a person as icon and word. */
export function StateTag({ state }: { state: PersonState }) {
  const t = useTranslations("administration.people.states");
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
      {t(state)}
    </Tag>
  );
}

/** Why a person needs the attention of an administrator. Shows nothing without a reason. */
export function Looks({ looks }: { looks: readonly PersonLook[] }) {
  const t = useTranslations("administration.people.looks");
  return looks.map((look) => (
    <span key={look} className="block">
      <Tag tone="amber" icon="warning">
        {t(look)}
      </Tag>
    </span>
  ));
}
