"use client";

import { useLocale, useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { stateFigures } from "@/lib/api-client/operations/disputes";
import { type Locale, readDecimal } from "@/lib/format";

const STATE = target<typeof stateFigures>("POST", "/confidential/disputes/{id}/figures");

/** Lines such as "gpu_hour 1.85": a name, then a figure as the language writes it. */
function linesOf(text: string, locale: Locale): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = line.trim(), figure = ""] = /^\s*(.+?)[\s:=]+(\S+)\s*$/.exec(line) ?? [];
      return [name, readDecimal(figure, locale) ?? figure];
    }),
  );
}

/** The form for a party's figures. */
export function FigureForm({ disputeId, onDone }: { disputeId: string; onDone: () => void }) {
  const t = useTranslations("disputes.figures.form");
  const locale = useLocale();
  const form = useForm({
    call: STATE,
    params: { id: disputeId },
    schema: async () => (await import("@/lib/disputes/figures/schema")).NewFigures,
    id: "figures",
    initial: { amount: "", currency: "", pricing: "" },
    toBody: ({ amount, currency, pricing }) => ({
      ...(amount.trim() === "" && currency.trim() === ""
        ? {}
        : { amount: { value: readDecimal(amount, locale) ?? amount, currency } }),
      ...(pricing.trim() === "" ? {} : { pricing: linesOf(pricing, locale) }),
    }),
    controls: {
      "": "amount",
      "/amount/value": "amount",
      "/amount/currency": "currency",
      "/pricing": "pricing",
    },
    words: {
      amount: { label: t("amount"), missing: t("amountNeeded"), wrong: t("amountWrong") },
      currency: { label: t("currency"), missing: t("currencyNeeded") },
      pricing: { label: t("pricing"), missing: t("pricingWrong"), wrong: t("pricingWrong") },
    },
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} submit={t("send")}>
      <TextField form={form} name="amount" inputMode="decimal" help={t("amountHelp")} />
      <TextField form={form} name="currency" />
      <AreaField form={form} name="pricing" rows={3} help={t("pricingHelp")} />
    </FormFrame>
  );
}
