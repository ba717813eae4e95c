import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection, Section } from "@/components/ui/section";
import { Tag } from "@/components/ui/tag";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import { TimeLeft } from "./time-left";
import { UseState } from "./use-state";

/** Facts of an emergency access: state, time, views, and what was signed. */
export function UseFacts({ use, nowMs }: { use: BreakGlassView; nowMs: number }) {
  const t = useTranslations("breakGlass.facts");
  const names = useTranslations("domain.fields");
  const proofs = useTranslations("breakGlass.proofs");
  // It may have ended before its hour was over. The log has the time.
  const isOver = use.state !== "pending" && use.state !== "running";
  const waits = use.state !== "reviewed" && use.state !== "refused";
  return (
    <>
      <FactsSection title={t("title")} note={use.reference}>
        {use.state === "running" ? <TimeLeft until={use.not_after} nowMs={nowMs} /> : null}
        <Facts
          facts={[
            { name: t("state"), value: <UseState use={use} /> },
            { name: t("began"), value: <LocalTime instant={use.began_at} form="minute" /> },
            {
              name: t(isOver ? "untilMost" : "until"),
              value: <LocalTime instant={use.not_after} form="minute" />,
            },
            { name: t("views"), value: t("viewsUsed", { count: use.views_used }) },
            ...(waits
              ? [{ name: t("reviewBy"), value: <LocalTime instant={use.review_by} form="minute" /> }]
              : []),
          ]}
        />
      </FactsSection>
      <FactsSection title={t("signed")}>
        <Facts
          facts={[
            { name: t("fields"), value: use.fields.map((group) => names(group)).join(", ") },
            { name: t("proof"), value: proofs(proofOf(use.proof)) },
            { name: t("statement"), value: <Digest value={use.statement_digest} /> },
          ]}
        />
      </FactsSection>
    </>
  );
}

const PROOFS = ["passkey", "ed25519", "evaluation"] as const;

function proofOf(proof: string): (typeof PROOFS)[number] {
  return PROOFS.find((one) => one === proof) ?? "evaluation";
}

/** The review by another person. */
export function ReviewOf({ review }: { review: NonNullable<BreakGlassView["review"]> }) {
  const t = useTranslations("breakGlass");
  const isJustified = review.outcome === "justified";
  return (
    <Section title={t("review.done")}>
      <div className="grid max-w-[80ch] gap-2 py-3 text-body">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Tag tone={isJustified ? "accent" : "oxblood"} icon={isJustified ? "tick" : "stop"} isBoxed>
            {t(`review.${review.outcome}`)}
          </Tag>
          <span>
            {review.by.name}, <span className="text-ink-2">{review.by.organisation}</span>
          </span>
          <span className="text-control text-ink-2">
            <LocalTime instant={review.at} form="minute" />
          </span>
          {review.late ? <span className="text-control text-oxblood">{t("late")}</span> : null}
        </p>
        <p className="whitespace-pre-wrap break-words">{review.comment}</p>
        <p className="text-control text-ink-2">{t(`proofs.${proofOf(review.proof)}`)}</p>
      </div>
    </Section>
  );
}
