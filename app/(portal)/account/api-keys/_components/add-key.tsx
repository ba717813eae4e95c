"use client";

import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { SecretOnce } from "@/components/domain/secret-once";
import { Choice, ChoiceGroup, Select, TextArea, TextInput } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { Scope } from "@/lib/vocabulary";
import { type Adding, ENDS, IDS, useAdding } from "./use-adding";

function Fields({ form, scopes }: { form: Adding; scopes: readonly Scope[] }) {
  const t = useTranslations("programs.add");
  const words = useTranslations("programs.scopes");
  const { faults, draft, set } = form;
  return (
    <>
      <Field id={IDS.label} label={t("label")} help={t("labelHelp")} error={faults.label}>
        {(control) => (
          <TextInput
            {...control}
            maxLength={60}
            value={draft.label}
            onChange={(event) => set({ label: event.target.value })}
          />
        )}
      </Field>
      <ChoiceGroup id={IDS.scopes} legend={t("scopes")} error={faults.scopes}>
        {scopes.map((scope) => (
          <Choice
            key={scope}
            label={
              <>
                {words(`${scope}.long`)} <code className="font-mono text-ink-2 text-note">{scope}</code>
              </>
            }
            checked={draft.scopes.includes(scope)}
            onChange={(event) => form.choose(scope, event.target.checked)}
          />
        ))}
      </ChoiceGroup>
      <Field id={IDS.end} label={t("end")}>
        {(control) => (
          <Select {...control} value={draft.end} onChange={(event) => set({ end: event.target.value })}>
            {ENDS.map((days) => (
              <option key={days} value={days}>
                {t(`ends.${days}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id={IDS.addresses} label={t("addresses")} help={t("addressesHelp")} error={faults.addresses}>
        {(control) => (
          <TextArea
            {...control}
            rows={2}
            className="font-mono"
            spellCheck={false}
            value={draft.addresses}
            onChange={(event) => set({ addresses: event.target.value })}
          />
        )}
      </Field>
      <Field id={IDS.signing} label={t("signing")} help={t("signingHelp")} error={faults.signing}>
        {(control) => (
          <TextInput
            {...control}
            className="font-mono"
            spellCheck={false}
            autoComplete="off"
            maxLength={64}
            value={draft.signing}
            onChange={(event) => set({ signing: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** Makes an API key of the person, and shows it once. */
export function AddKey({ scopes }: { scopes: readonly Scope[] }) {
  const t = useTranslations("programs.add");
  const isReady = useReady();
  const form = useAdding();
  if (form.secret !== undefined)
    return <SecretOnce words="programs.secret" secret={form.secret} onDone={form.done} />;
  const errors = Object.entries(form.faults).flatMap(([key, text]) => {
    const id = Object.entries(IDS).find(([name]) => name === key)?.[1];
    return text === undefined || id === undefined ? [] : [{ id, text }];
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
        <Fields form={form} scopes={scopes} />
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
