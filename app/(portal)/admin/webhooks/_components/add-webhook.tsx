"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { focusWhenThere } from "@/components/client/focus-when-there";
import { useReady } from "@/components/client/use-ready";
import { SecretOnce } from "@/components/domain/secret-once";
import { Choice, ChoiceGroup, TextInput } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { createWebhook } from "@/lib/api-client/operations/notifications";
import type { NotifyKind } from "@/lib/notify/schema";

const ADD = target<typeof createWebhook>("POST", "/confidential/admin/webhooks");
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
/** How an address begins; the second where an evaluation's program is on this machine, which the portal decides. */
const BEGINNING = /^(https:\/\/|http:\/\/127\.0\.0\.1(:|\/|$))/i;
const IDS = { name: "hook-name", url: "hook-url", kinds: "hook-kinds" } as const;

/** What the form asks for, its faults, and the call. */
function useAdding() {
  const router = useRouter();
  const t = useTranslations("notify.hooks.add");
  const { isBusy, error, run } = useAct(ADD);
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<readonly NotifyKind[]>(KINDS);
  const [attempt, setAttempt] = useState(0);
  const [secret, setSecret] = useState<string>();
  const faults = {
    name: name.trim() === "" ? t("nameNeeded") : undefined,
    url: url.trim() === "" ? t("urlNeeded") : BEGINNING.test(url.trim()) ? undefined : t("urlWrong"),
    kinds: kinds.length === 0 ? t("kindsNeeded") : undefined,
  };
  const choose = (kind: NotifyKind, isOn: boolean) =>
    setKinds((before) => (isOn ? [...before, kind] : before.filter((one) => one !== kind)));
  const submit = async () => {
    setAttempt((before) => before + 1);
    if (Object.values(faults).some((fault) => fault !== undefined)) return;
    const answer = await run({ body: { name: name.trim(), url: url.trim(), kinds: [...kinds] } });
    if (answer === undefined) return;
    setSecret(answer.secret);
    setName("");
    setUrl("");
    setAttempt(0);
    router.refresh();
  };
  const shown = attempt === 0 ? { name: undefined, url: undefined, kinds: undefined } : faults;
  const done = () => {
    setSecret(undefined);
    focusWhenThere(IDS.name);
  };
  return {
    name,
    setName,
    url,
    setUrl,
    kinds,
    choose,
    attempt,
    faults: shown,
    secret,
    done,
    isBusy,
    error,
    submit,
  };
}

/** Adds a webhook of the person, and shows its secret once. */
export function AddWebhook() {
  const t = useTranslations("notify.hooks.add");
  const words = useTranslations("notify.kinds");
  const isReady = useReady();
  const form = useAdding();
  const { faults } = form;
  if (form.secret !== undefined)
    return <SecretOnce words="notify.hooks.secret" secret={form.secret} onDone={form.done} />;
  const errors = (["name", "url", "kinds"] as const).flatMap((key) => {
    const text = faults[key];
    return text === undefined ? [] : [{ id: IDS[key], text }];
  });
  return (
    <form
      noValidate
      method="post"
      className="max-w-[640px] pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      <ErrorSummary title={t("errors")} errors={errors} attempt={form.attempt} />
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-4">
        <Field id={IDS.name} label={t("name")} help={t("nameHelp")} error={faults.name}>
          {(control) => (
            <TextInput
              {...control}
              maxLength={80}
              value={form.name}
              onChange={(event) => form.setName(event.target.value)}
            />
          )}
        </Field>
        <Field id={IDS.url} label={t("url")} help={t("urlHelp")} error={faults.url}>
          {(control) => (
            <TextInput
              {...control}
              type="url"
              className="font-mono"
              spellCheck={false}
              maxLength={2_000}
              value={form.url}
              onChange={(event) => form.setUrl(event.target.value)}
            />
          )}
        </Field>
        <ChoiceGroup id={IDS.kinds} legend={t("kinds")} error={faults.kinds}>
          {KINDS.map((kind) => (
            <Choice
              key={kind}
              label={words(kind)}
              checked={form.kinds.includes(kind)}
              onChange={(event) => form.choose(kind, event.target.checked)}
            />
          ))}
        </ChoiceGroup>
        {form.error === undefined ? null : <CallFailure error={form.error} title={t("failed")} />}
        <div>
          <Button type="submit" look="primary" isBusy={form.isBusy}>
            {t("submit")}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
