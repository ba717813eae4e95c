"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ChangeFailure } from "@/app/(portal)/account/security/_components/change-failure";
import { useChange } from "@/app/(portal)/account/security/_components/use-change";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { changePassword } from "@/lib/api-client/operations/account";

const change = target<typeof changePassword>("POST", "/confidential/account/password");
const MIN_LENGTH = 12;

type Faults = Partial<Record<"current" | "next", string>>;

/** Changes the password; what was typed stays in the form until it is accepted. */
export function PasswordForm() {
  const t = useTranslations("account.password");
  const api = useApi();
  const work = useChange();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [isDone, setDone] = useState(false);
  const [own, setOwn] = useState<Faults>({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    const found: Faults = {
      ...(current === "" ? { current: t("currentMissing") } : {}),
      ...([...next].length < MIN_LENGTH ? { next: t("short") } : {}),
    };
    setOwn(found);
    const [first] = Object.keys(found);
    if (first !== undefined) {
      document.getElementById(`password-${first}`)?.focus();
      return;
    }
    if (!(await work.run(() => api.call(change, { body: { current, next } })))) return;
    setCurrent("");
    setNext("");
    setDone(true);
  };
  const isWrong = work.fault("/current") !== undefined;
  const isWeak = work.fault("/next") !== undefined;
  return (
    <Section title={t("title")} className="print:hidden">
      <form method="post" onSubmit={submit} noValidate className="mt-3 grid max-w-[400px] gap-4">
        <Field
          id="password-current"
          label={t("current")}
          error={own.current ?? (isWrong ? t("wrong") : undefined)}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Field>
        <Field
          id="password-next"
          label={t("next")}
          help={t("help")}
          error={own.next ?? (isWeak ? t("weak") : undefined)}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="new-password"
              value={next}
              onChange={(event) => setNext(event.target.value)}
            />
          )}
        </Field>
        <ChangeFailure error={isWrong || isWeak ? undefined : work.error} />
        {isDone ? (
          <Notice tone="accent" icon="check" isLive>
            {t("done")}
          </Notice>
        ) : null}
        <div>
          <Button type="submit" isBusy={work.isBusy}>
            {t("submit")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
