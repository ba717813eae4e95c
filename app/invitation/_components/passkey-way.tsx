"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acceptByPasskey } from "@/app/invitation/_components/invitation-calls";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import type { Attempt } from "@/components/client/use-attempt";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import { describeDevice } from "@/lib/format";

/** Shows why the set-up failed. The link stays valid unless the message says otherwise. */
export function SetUpFailure({ error }: { error: unknown }) {
  const t = useTranslations("invitation.failed");
  if (error === undefined) return null;
  if (!(error instanceof PasskeyFailed)) return <CallFailure error={error} title={t("title")} />;
  return (
    <Notice tone="amber" icon="warning" isLive title={t("title")}>
      <p>{t(error.fault)}</p>
    </Notice>
  );
}

/** The form that creates a passkey, which counts as both factors, and signs in with it. */
export function PasskeyWay({
  token,
  setUp,
  onDone,
}: {
  token: string;
  setUp: Attempt;
  /** What follows the sign-in. */
  onDone: () => void;
}) {
  const t = useTranslations("invitation.passkey");
  // This form appears after the link was checked, so it always runs in the browser and has `navigator`.
  const [label, setLabel] = useState(() => describeDevice(navigator.userAgent));
  const [isMissing, setMissing] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const name = label.trim();
    setMissing(name === "");
    if (name === "") document.getElementById("passkey-label")?.focus();
    else if (await setUp.run(() => acceptByPasskey(token, name))) onDone();
  };
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      <p className="text-body">{t("text")}</p>
      <Field
        id="passkey-label"
        label={t("label")}
        help={t("labelHelp")}
        error={isMissing ? t("labelMissing") : undefined}
      >
        {(control) => (
          <TextInput
            {...control}
            maxLength={60}
            autoComplete="off"
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      <SetUpFailure error={setUp.error} />
      <div>
        <Button type="submit" look="primary" size="large" icon="key" isBusy={setUp.isBusy}>
          {t("create")}
        </Button>
      </div>
    </form>
  );
}
