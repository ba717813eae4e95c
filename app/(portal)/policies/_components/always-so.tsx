import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";

/** Rules of lib/access/rules/floor.ts and of the acts above it. A policy can only narrow what they leave. */
const FLOOR = [
  "noRule",
  "active",
  "secondFactor",
  "signed",
  "grantInForce",
  "grantFields",
  "orderEnds",
  "ownRequest",
  "twoApprovers",
  "log",
  "emergency",
  "views",
] as const;

/** What is true whatever the policies say. */
export function AlwaysSo() {
  const t = useTranslations("policies.floor");
  return (
    <Section
      title={
        <>
          {t("title")} <span className="ml-2 font-normal text-control text-ink-2">{t("note")}</span>
        </>
      }
    >
      <ul className="grid gap-x-8 gap-y-2 py-3 text-control tablet:grid-cols-2">
        {FLOOR.map((key) => (
          <li key={key} className="flex gap-3">
            <Icon name="lock" className="mt-[2px] text-ink-3" />
            {t(`rules.${key}`)}
          </li>
        ))}
      </ul>
    </Section>
  );
}
