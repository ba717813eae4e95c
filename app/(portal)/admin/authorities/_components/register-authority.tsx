"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import { TextInput } from "@/components/ui/controls";
import { Digest } from "@/components/ui/digest";
import { ErrorSummary } from "@/components/ui/error-summary";
import { Field } from "@/components/ui/field";
import { Confirmation } from "@/components/ui/states";
import type { registerAuthority } from "@/lib/api-client/operations/authorities";

const REGISTER = target<typeof registerAuthority>("POST", "/confidential/admin/authorities");
const NAMES = ["issuer", "jurisdiction", "kid", "publicKey", "validFrom", "validUntil"] as const;
type Name = (typeof NAMES)[number];
type Typed = Readonly<Record<Name, string>>;

const EMPTY: Typed = { issuer: "", jurisdiction: "", kid: "", publicKey: "", validFrom: "", validUntil: "" };
const DAY_MS = 86_400_000;
const idOf = (name: Name): string => `authority-${name}`;

function bodyOf(typed: Typed) {
  return {
    kind: "key" as const,
    issuer: typed.issuer.trim(),
    jurisdiction: typed.jurisdiction.trim().toUpperCase(),
    kid: typed.kid.trim(),
    public_key: typed.publicKey.trim(),
    valid_from: `${typed.validFrom}T00:00:00Z`,
    // The last day is one that it is valid on.
    valid_until: new Date(Date.parse(typed.validUntil) + DAY_MS).toISOString(),
  };
}

function useRegistering() {
  const router = useRouter();
  const { isBusy, error, run } = useAct(REGISTER);
  const [typed, setTyped] = useState(EMPTY);
  const [attempt, setAttempt] = useState(0);
  const [digest, setDigest] = useState<string>();
  const missing = attempt === 0 ? [] : NAMES.filter((name) => typed[name].trim() === "");
  const submit = async () => {
    setAttempt((count) => count + 1);
    if (NAMES.some((name) => typed[name].trim() === "")) return;
    const answer = await run({ body: bodyOf(typed) });
    if (answer === undefined) return;
    setDigest(answer.digest);
    setTyped(EMPTY);
    setAttempt(0);
    router.refresh();
  };
  const change = (name: Name, value: string) => setTyped((before) => ({ ...before, [name]: value }));
  return {
    typed,
    change,
    attempt,
    missing,
    digest,
    again: () => setDigest(undefined),
    isBusy,
    error,
    submit,
  };
}

/** Registers a key that an authority signs orders with; a second person then confirms it. */
export function RegisterAuthority() {
  const t = useTranslations("authority.register");
  const isReady = useReady();
  const form = useRegistering();
  if (form.digest !== undefined)
    return (
      <div className="max-w-[640px] pt-4">
        <Confirmation title={t("doneTitle")} reference={<Digest value={form.digest} />}>
          <p>{t("doneText")}</p>
          <div className="mt-4">
            <Button onClick={form.again}>{t("another")}</Button>
          </div>
        </Confirmation>
      </div>
    );
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
      <ErrorSummary
        title={t("errors")}
        errors={form.missing.map((name) => ({ id: idOf(name), text: t(`missing.${name}`) }))}
        attempt={form.attempt}
      />
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-4">
        {NAMES.map((name) => (
          <Field
            key={name}
            id={idOf(name)}
            label={t(`fields.${name}`)}
            help={t(`help.${name}`)}
            error={form.missing.includes(name) ? t(`missing.${name}`) : undefined}
          >
            {(control) => (
              <TextInput
                {...control}
                type={name === "validFrom" || name === "validUntil" ? "date" : "text"}
                className={name === "publicKey" || name === "kid" ? "font-mono" : ""}
                spellCheck={false}
                autoComplete="off"
                value={form.typed[name]}
                onChange={(event) => form.change(name, event.target.value)}
              />
            )}
          </Field>
        ))}
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
