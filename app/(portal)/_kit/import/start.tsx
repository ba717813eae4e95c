"use client";

import { useTranslations } from "next-intl";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { faultsBy, useAnswers } from "@/components/form/use-answers";
import { Button } from "@/components/ui/button";

const loadReason = async () => (await import("@/lib/administration/agreements/schema")).Reason;

interface StartProps {
  readonly label: string;
  readonly start: (reason: string) => Promise<void>;
}

/** Starts an import whose calls have no reason. */
export function StartButton({ label, start }: StartProps) {
  return (
    <div>
      <Button look="primary" size="large" onClick={() => void start("")}>
        {label}
      </Button>
    </div>
  );
}

/** Asks for the reason of all lines, then starts. Where no one has to agree, the reason may be empty. */
export function StartWithReason({ label, start, isNeeded }: StartProps & { readonly isNeeded: boolean }) {
  const t = useTranslations("administration.invite");
  const ui = useTranslations("ui");
  const form = useAnswers({
    id: "import",
    initial: { reason: "" },
    words: { reason: { label: t("reason"), missing: t("reasonMissing") } },
    focus: "control",
    check: async ({ reason }) => (isNeeded || reason.trim() !== "" ? faultsBy(loadReason, reason) : []),
    controlOf: () => "reason",
    send: ({ reason }) => start(reason.trim()),
    keeps: (_sent, answers) => answers,
    onDone: () => undefined,
  });
  return (
    <FormFrame form={form} submit={label} className="max-w-[640px]">
      <AreaField
        form={form}
        name="reason"
        mark={isNeeded ? undefined : ui("optional")}
        help={t("reasonHelp")}
        maxLength={1_000}
        rows={2}
      />
    </FormFrame>
  );
}
