"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { TextArea, TextInput } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Confirmation } from "@/components/ui/states";
import type { registerAuthority } from "@/lib/api-client/operations/authorities";
import { endOfDate } from "@/lib/schema";

const REGISTER = target<typeof registerAuthority>("POST", "/confidential/admin/authorities");
const NAMES = {
  key: ["issuer", "jurisdiction", "kid", "publicKey", "validFrom", "validUntil"],
  anchor: ["issuer", "jurisdiction", "certificate"],
} as const;
type Kind = keyof typeof NAMES;
type Name = (typeof NAMES)[Kind][number];
type Typed = Readonly<Record<Name, string>>;

const EMPTY: Typed = {
  issuer: "",
  jurisdiction: "",
  kid: "",
  publicKey: "",
  validFrom: "",
  validUntil: "",
  certificate: "",
};
const MONO: readonly Name[] = ["publicKey", "kid", "certificate"];

function bodyOf(kind: Kind, typed: Typed) {
  const issuer = typed.issuer.trim();
  const jurisdiction = typed.jurisdiction.trim().toUpperCase();
  if (kind === "anchor") return { kind, issuer, jurisdiction, certificate: typed.certificate.trim() };
  return {
    kind,
    issuer,
    jurisdiction,
    kid: typed.kid.trim(),
    public_key: typed.publicKey.trim(),
    valid_from: `${typed.validFrom}T00:00:00Z`,
    // The last day is one that it is valid on.
    valid_until: endOfDate(typed.validUntil).toISOString(),
  };
}

function useRegistering(kind: Kind) {
  const names: readonly Name[] = NAMES[kind];
  const router = useRouter();
  const { isBusy, error, run } = useAct(REGISTER);
  const [typed, setTyped] = useState(EMPTY);
  const [attempt, setAttempt] = useState(0);
  const [digest, setDigest] = useState<string>();
  const missing = attempt === 0 ? [] : names.filter((name) => typed[name].trim() === "");
  const submit = async () => {
    setAttempt((count) => count + 1);
    if (names.some((name) => typed[name].trim() === "")) return;
    const answer = await run({ body: bodyOf(kind, typed) });
    if (answer === undefined) return;
    setDigest(answer.digest);
    setTyped(EMPTY);
    setAttempt(0);
    router.refresh();
  };
  const change = (name: Name, value: string) => setTyped((before) => ({ ...before, [name]: value }));
  return {
    names,
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

function TypedField(props: {
  id: string;
  name: Name;
  value: string;
  isMissing: boolean;
  onChange: (value: string) => void;
}) {
  const t = useTranslations("authority.register");
  const { id, name, value, isMissing, onChange } = props;
  const common = {
    className: MONO.includes(name) ? "font-mono" : "",
    spellCheck: false,
    autoComplete: "off",
    value,
  };
  return (
    <Field
      id={id}
      label={t(`fields.${name}`)}
      help={t(`help.${name}`)}
      error={isMissing ? t(`missing.${name}`) : undefined}
    >
      {(control) =>
        name === "certificate" ? (
          <TextArea {...control} {...common} rows={6} onChange={(event) => onChange(event.target.value)} />
        ) : (
          <TextInput
            {...control}
            {...common}
            type={name === "validFrom" || name === "validUntil" ? "date" : "text"}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}

/** Registers a key that an authority signs orders with, or a trust anchor; a second person then confirms it. */
export function RegisterAuthority({ kind }: { kind: Kind }) {
  const t = useTranslations("authority.register");
  const isReady = useReady();
  const form = useRegistering(kind);
  const idOf = (name: Name): string => (kind === "key" ? `authority-${name}` : `authority-${kind}-${name}`);
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
        {form.names.map((name) => (
          <TypedField
            key={name}
            id={idOf(name)}
            name={name}
            value={form.typed[name]}
            isMissing={form.missing.includes(name)}
            onChange={(value) => form.change(name, value)}
          />
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
