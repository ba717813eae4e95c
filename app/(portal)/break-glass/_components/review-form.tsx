"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, RadioField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import type { reviewBreakGlass } from "@/lib/api-client/operations/break-glass";

const REVIEW = target<typeof reviewBreakGlass>("POST", "/confidential/access/break-glass/{id}/reviews");
const OUTCOMES = ["justified", "unjustified"] as const;

interface ReviewProps {
  readonly use: Pick<BreakGlassView, "id" | "statement_digest" | "holder">;
  /** The log's name, which the signed statement contains. */
  readonly log: string;
  readonly person: string;
}

/** The form in which another person reviews and signs. Before the review, the holder cannot start another emergency access. */
export function ReviewForm({ use, log, person }: ReviewProps) {
  const t = useTranslations("breakGlass.review");
  const form = useForm({
    call: REVIEW,
    params: { id: use.id },
    schema: async () => (await import("@/lib/access/break-glass/schema")).NewReview,
    id: "review",
    initial: { outcome: "" as "" | (typeof OUTCOMES)[number], comment: "" },
    toBody: ({ outcome, comment }) => ({
      outcome: outcome === "" ? undefined : outcome,
      comment: comment.trim(),
    }),
    controls: { "/outcome": "outcome", "/comment": "comment" },
    words: {
      outcome: { label: t("outcome", { name: use.holder.name }), missing: t("outcomeMissing") },
      comment: { label: t("comment"), missing: t("commentMissing") },
    },
    signed: async ({ outcome }, sign) => {
      const statement = { log, grant: use.id, emergency: use.statement_digest, outcome, reviewer: person };
      const made = await sign({ kind: "review", prepare: async () => statement, isAsShown: () => true });
      return made === undefined ? {} : { signature: made.signature };
    },
  });
  return (
    <FormFrame form={form} errors={t("errors")} failed={t("failed")} submit={t("submit")}>
      <RadioField
        form={form}
        name="outcome"
        options={OUTCOMES.map((one) => ({ value: one, label: t(one), help: t(`${one}Help`) }))}
      />
      <AreaField form={form} name="comment" help={t("commentHelp")} maxLength={4_000} />
    </FormFrame>
  );
}
