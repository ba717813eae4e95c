"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { changeMailSettings } from "@/lib/api-client/operations/notifications";
import type { MailSettingsView, NotifyKind } from "@/lib/notify/schema";

const CHANGE = target<typeof changeMailSettings>("POST", "/confidential/notifications/settings");
const KINDS: readonly NotifyKind[] = [
  "request",
  "grant",
  "dispute",
  "hold",
  "notice",
  "key",
  "rotation",
  "epoch",
];

/** Which kinds come by e-mail. In the portal everything is told always. */
export function MailForm({ settings }: { settings: MailSettingsView }) {
  const t = useTranslations("notify.mail");
  const kinds = useTranslations("notify.kinds");
  const { isBusy, error, run } = useAct(CHANGE);
  const isReady = useReady();
  const [chosen, setChosen] = useState<readonly NotifyKind[]>(settings.mail_kinds);
  const [isSaved, setSaved] = useState(false);
  const choose = (kind: NotifyKind, isOn: boolean) => {
    setSaved(false);
    setChosen((before) => (isOn ? [...before, kind] : before.filter((one) => one !== kind)));
  };
  const save = async () => setSaved((await run({ body: { mail_kinds: [...chosen] } })) !== undefined);
  return (
    <Section title={t("title")}>
      <form
        noValidate
        method="post"
        className="max-w-[640px] pt-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className="mb-4 text-body">{t("lead", { address: settings.address })}</p>
        {settings.has_mail ? null : (
          <Notice tone="amber" icon="warning" className="mb-4">
            <p>{t("none")}</p>
          </Notice>
        )}
        <fieldset role="presentation" disabled={!isReady} className="min-w-0">
          <ChoiceGroup id="mail-kinds" legend={t("legend")}>
            {KINDS.map((kind) => (
              <Choice
                key={kind}
                label={kinds(kind)}
                checked={chosen.includes(kind)}
                onChange={(event) => choose(kind, event.target.checked)}
              />
            ))}
          </ChoiceGroup>
          {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
          <div className="mt-4 flex items-center gap-4">
            <Button type="submit" isBusy={isBusy}>
              {t("save")}
            </Button>
            <span role="status" className="text-control text-ink-2">
              {isSaved ? t("saved") : ""}
            </span>
          </div>
        </fieldset>
      </form>
    </Section>
  );
}
