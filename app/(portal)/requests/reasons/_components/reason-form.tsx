"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { ReasonDecision, ReasonTemplate } from "@/lib/access/review/reason-schema";
import type { setReasons } from "@/lib/api-client/operations/decisions";
import { REASON_DECISIONS } from "@/lib/word-lists";

const SET = target<typeof setReasons>("PUT", "/confidential/access/reasons");

type Typed = Record<ReasonDecision, string>;

function linesOf(items: readonly ReasonTemplate[], decision: ReasonDecision): string {
  return items.flatMap((one) => (one.decision === decision ? [one.text] : [])).join("\n");
}

function itemsOf(typed: Typed): ReasonTemplate[] {
  return REASON_DECISIONS.flatMap((decision) =>
    typed[decision]
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((text) => ({ decision, text })),
  );
}

/** One template a line, for each decision. */
export function ReasonForm({ items }: { items: readonly ReasonTemplate[] }) {
  const t = useTranslations("requests.reasons");
  const acts = useTranslations("review.acts");
  const form = useForm<typeof setReasons, Typed>({
    call: SET,
    schema: async () => (await import("@/lib/access/review/reason-schema")).NewReasons,
    id: "reasons",
    initial: {
      approve: linesOf(items, "approve"),
      narrow: linesOf(items, "narrow"),
      ask: linesOf(items, "ask"),
      deny: linesOf(items, "deny"),
    },
    toBody: (typed) => ({ items: itemsOf(typed) }),
    controls: { "/items": "approve" },
    words: {
      approve: { label: acts("approve") },
      narrow: { label: acts("narrow") },
      ask: { label: acts("ask") },
      deny: { label: acts("deny") },
    },
    keeps: (_answer, typed) => typed,
  });
  return (
    <FormFrame
      form={form}
      submit={t("save")}
      status={form.answer === undefined ? "" : t("saved")}
      className="max-w-[720px]"
    >
      <p className="text-control text-ink-2">{t("help")}</p>
      {REASON_DECISIONS.map((decision) => (
        <AreaField key={decision} form={form} name={decision} rows={5} />
      ))}
    </FormFrame>
  );
}
