import { useTranslations } from "next-intl";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";
import type { GroupOutcome, ReviewView } from "@/lib/access/review/schema";

const TONES: Readonly<Record<GroupOutcome, string>> = {
  full: "text-accent",
  masked: "text-ink",
  metadata: "text-ink",
  refused: "text-oxblood",
  narrowed: "text-amber",
  not_asked: "text-ink-2",
};

function Glyph({ outcome }: { outcome: GroupOutcome }) {
  if (outcome === "full") return <SealGlyph state="opened" />;
  if (outcome === "masked") return <SealGlyph state="masked" />;
  if (outcome === "refused") return <Icon name="stop" />;
  if (outcome === "narrowed") return <Icon name="nothing" />;
  return <SealGlyph state="sealed" />;
}

/** What the rules in force would open of each group if the rest were granted now. */
export function PolicyStrip({ policy }: { policy: ReviewView["policy"] }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const refused = policy.groups.filter((one) => one.reasons.length > 0);
  const reasons = [...new Set(refused.flatMap((one) => one.reasons))].sort();
  return (
    <Section
      title={t("policy.title")}
      action={
        <>
          {t("policy.version", { name: policy.name })}{" "}
          <Digest value={policy.version} label={t("policy.digest")} />
        </>
      }
    >
      <ul className="mt-3 grid grid-cols-2 border-line-2 border-t border-l tablet:grid-cols-3 drawn:grid-cols-6">
        {policy.groups.map(({ group, outcome }) => (
          <li key={group} className="border-line-2 border-r border-b px-3 py-2 text-control">
            <span className="block">{domain(`fields.${group}`)}</span>
            <span className={`flex gap-2 [&>svg]:mt-[2px] ${TONES[outcome]}`}>
              <Glyph outcome={outcome} />
              {t(`policy.${outcome}`)}
            </span>
          </li>
        ))}
      </ul>
      {reasons.length === 0 ? null : (
        <p className="mt-2 text-control text-oxblood">
          {t("policy.reasons")} <span className="font-mono">{reasons.join(", ")}</span>
        </p>
      )}
      {policy.conditions.length === 0 ? null : (
        <p className="mt-2 text-control text-ink-2">{t("policy.hours")}</p>
      )}
    </Section>
  );
}

/** Each condition for deciding, met or not. A decision is checked against the same rules. */
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
