import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";
import type { ReviewView } from "@/lib/access/review/schema";

/** Each condition for deciding, held or not: the rules that the decision itself is refused by. */
export function Conflicts({ review }: { review: ReviewView }) {
  const t = useTranslations("review");
  if (review.conflicts.length === 0) return null;
  return (
    <Section title={t("conflicts.title")}>
      <ul className="mt-2 text-control">
        {review.conflicts.map(({ id, holds }) => (
          <li key={id} className={`flex gap-2 py-1 ${holds ? "text-accent" : "text-oxblood"}`}>
            <Icon name={holds ? "tick" : "stop"} className="mt-[2px]" />
            {t(`conflicts.${holds ? "holds" : "fails"}.${id}`)}
          </li>
        ))}
      </ul>
    </Section>
  );
}
