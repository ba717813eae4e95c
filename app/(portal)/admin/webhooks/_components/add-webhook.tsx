"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import { BoxesField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { createWebhook } from "@/lib/api-client/operations/notifications";
import type { HookKind } from "@/lib/notify/schema";
import { NOTIFY_KINDS } from "@/lib/word-lists";

/** Transactions are many, so a program asks for them. */
const OFFERED: readonly HookKind[] = ["transaction", ...NOTIFY_KINDS];
const ADD = target<typeof createWebhook>("POST", "/confidential/admin/webhooks");

interface Typed {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly HookKind[];
}

function AddForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("notify.hooks.add");
  const words = useTranslations("notify.kinds");
  const form = useForm<typeof createWebhook, Typed>({
    call: ADD,
    schema: async () => (await import("@/lib/notify/schema")).NewWebhook,
    id: "hook",
    isInDialog: true,
    initial: { name: "", url: "", kinds: NOTIFY_KINDS },
    toBody: ({ name, url, kinds }) => ({ name: name.trim(), url: url.trim(), kinds: [...kinds] }),
    controls: { "/name": "name", "/url": "url", "/kinds": "kinds" },
    words: {
      name: { label: t("name"), missing: t("nameNeeded") },
      url: { label: t("url"), missing: t("urlNeeded"), wrong: t("urlWrong") },
      kinds: { label: t("kinds"), missing: t("kindsNeeded") },
    },
  });
  if (form.answer !== undefined)
    return <SecretOnce words="notify.hooks.secret" secret={form.answer.secret} onDone={onDone} />;
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <TextField form={form} name="name" help={t("nameHelp")} maxLength={80} />
      <TextField
        form={form}
        name="url"
        help={t("urlHelp")}
        type="url"
        className="font-mono"
        spellCheck={false}
        maxLength={2_000}
      />
      <BoxesField
        form={form}
        name="kinds"
        look="columns"
        options={OFFERED.map((value) => ({ value, label: words(value) }))}
      />
    </FormFrame>
  );
}

/** The drawer that adds a webhook of the person, and shows its secret once. */
export function AddWebhook() {
  const t = useTranslations("notify.hooks.add");
  return (
    <DialogButton label={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <AddForm onDone={close} />}
    </DialogButton>
  );
}
