"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { BoxesField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { changeMailSettings } from "@/lib/api-client/operations/notifications";
import type { MailSettingsView } from "@/lib/notify/schema";
import { NOTIFY_KINDS } from "@/lib/word-lists";

const CHANGE = target<typeof changeMailSettings>("POST", "/confidential/notifications/settings");

/** Which kinds of notification also come by e-mail. The portal always shows all. */
export function MailForm({ settings }: { settings: MailSettingsView }) {
  const t = useTranslations("notify.mail");
  const kinds = useTranslations("notify.kinds");
  const form = useForm({
    call: CHANGE,
    schema: async () => (await import("@/lib/notify/schema")).MailSettings,
    id: "mail",
    initial: { kinds: settings.mail_kinds },
    toBody: (answers) => ({ mail_kinds: [...answers.kinds] }),
    controls: { "/mail_kinds": "kinds" },
    words: { kinds: { label: t("legend") } },
    keeps: (_answer, answers) => answers,
    refreshes: false,
  });
  return (
    <Section title={t("title")}>
      <p className="max-w-[640px] pt-4 text-body">{t("lead", { address: settings.address })}</p>
      {settings.has_mail ? null : (
        <Notice tone="amber" icon="warning" className="mt-4 max-w-[640px]">
          <p>{t("none")}</p>
        </Notice>
      )}
      <FormFrame
        form={form}
        failed={t("failed")}
        submit={t("save")}
        look="secondary"
        status={form.answer === undefined ? "" : t("saved")}
      >
        <BoxesField
          form={form}
          name="kinds"
          look="columns"
          options={[...NOTIFY_KINDS, "followed" as const].map((kind) => ({
            value: kind,
            label: kinds(kind),
          }))}
        />
      </FormFrame>
    </Section>
  );
}
