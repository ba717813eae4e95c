"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { signInByOrganisation } from "@/components/client/organisation-sign-in";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";

/** Asks for the work address, whose domain says where the person signs in, and leaves for that provider. */
export function OrganisationWay({ to }: { to: string }) {
  const t = useTranslations("signin.organisation");
  const failed = useTranslations("signin.failed");
  const [isOpen, setOpen] = useState(false);
  const [email, setEmail] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const typed = email.trim();
    setMissing(!typed.includes("@"));
    if (!typed.includes("@")) {
      document.getElementById("work-email")?.focus();
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await signInByOrganisation(typed, to);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  if (!isOpen)
    return (
      <Button size="large" className="mt-3 w-full" onClick={() => setOpen(true)}>
        {t("choose")}
      </Button>
    );
  return (
    <form
      method="post"
      onSubmit={submit}
      noValidate
      className="mt-3 grid gap-3 border-line-2 border-l-2 pl-4"
    >
      <p className="text-control text-ink-2">{t("text")}</p>
      <Field id="work-email" label={t("email")} error={isMissing ? t("emailMissing") : undefined}>
        {(control) => (
          <TextInput
            {...control}
            ref={(input) => {
              if (email === "") input?.focus();
            }}
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <CallFailure error={error} title={failed("title")} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" isBusy={isBusy}>
          {t("submit")}
        </Button>
        <Button look="quiet" onClick={() => setOpen(false)}>
          {t("back")}
        </Button>
      </div>
    </form>
  );
}
