"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { changePassword } from "@/lib/api-client/operations/account";

const CHANGE = target<typeof changePassword>("POST", "/confidential/account/password");
const MIN_LENGTH = 12;

/** With the shortest length that the server accepts. Only the server knows which passwords are weak. */
async function loadBody() {
  const { PasswordChange } = await import("@/lib/identity/account/schema");
  return PasswordChange.extend({
    next: PasswordChange.shape.next.refine(
      (text) => [...text].length >= MIN_LENGTH,
      `has fewer than ${MIN_LENGTH} characters`,
    ),
  });
}

/** The form that changes the person's password. */
export function PasswordForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("account.password");
  const failed = useTranslations("account.failed");
  const form = useForm({
    call: CHANGE,
    schema: loadBody,
    id: "password",
    initial: { current: "", next: "" },
    toBody: (answers) => answers,
    controls: { "/current": "current", "/next": "next" },
    words: {
      current: { label: t("current"), missing: t("currentMissing"), wrong: t("wrong") },
      next: { label: t("next"), missing: t("short"), tooShort: t("short"), wrong: t("weak") },
    },
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} failed={failed("title")} submit={t("submit")}>
      <TextField form={form} name="current" type="password" autoComplete="current-password" />
      <TextField form={form} name="next" type="password" autoComplete="new-password" help={t("help")} />
    </FormFrame>
  );
}
