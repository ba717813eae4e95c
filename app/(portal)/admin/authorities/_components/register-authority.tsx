"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Digest } from "@/components/ui/digest";
import { Confirmation } from "@/components/ui/states";
import type { registerAuthority } from "@/lib/api-client/operations/authorities";

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
const CONTROLS = {
  "/issuer": "issuer",
  "/jurisdiction": "jurisdiction",
  "/kid": "kid",
  "/public_key": "publicKey",
  "/valid_from": "validFrom",
  "/valid_until": "validUntil",
  "/certificate": "certificate",
} as const;
const DAY_MS = 86_400_000;

/** The start of a day in UTC, some days later; undefined without a day. */
function instantOf(day: string, daysLater: number): string | undefined {
  const ms = Date.parse(day);
  return Number.isNaN(ms) ? undefined : new Date(ms + daysLater * DAY_MS).toISOString();
}

function bodyOf(kind: Kind, typed: Typed) {
  const issuer = typed.issuer.trim();
  const jurisdiction = typed.jurisdiction.trim().toUpperCase();
  if (kind === "anchor") return { kind, issuer, jurisdiction, certificate: typed.certificate.trim() };
  return {
    kind,
    issuer,
    jurisdiction,
    kid: typed.kid.trim(),
    public_key: typed.publicKey.trim() || undefined,
    valid_from: instantOf(typed.validFrom, 0),
    // The last day is one on which it is still valid.
    valid_until: instantOf(typed.validUntil, 1),
  };
}

function useRegistering(kind: Kind) {
  const t = useTranslations("authority.register");
  const words = (name: Name) => ({ label: t(`fields.${name}`), missing: t(`missing.${name}`) });
  return useForm<typeof registerAuthority, Typed>({
    call: REGISTER,
    schema: async () => (await import("@/lib/authorities/schema")).NewAuthority,
    id: kind === "key" ? "authority" : "authority-anchor",
    initial: EMPTY,
    isInDialog: true,
    toBody: (typed) => bodyOf(kind, typed),
    controls: CONTROLS,
    words: {
      issuer: words("issuer"),
      jurisdiction: words("jurisdiction"),
      kid: words("kid"),
      publicKey: words("publicKey"),
      validFrom: words("validFrom"),
      validUntil: words("validUntil"),
      certificate: words("certificate"),
    },
  });
}

function RegisterForm({ kind, onDone }: { kind: Kind; onDone: () => void }) {
  const t = useTranslations("authority.register");
  const form = useRegistering(kind);
  if (form.answer !== undefined)
    return (
      <Confirmation title={t("doneTitle")} reference={<Digest value={form.answer.digest} />} onDone={onDone}>
        <p>{t("doneText")}</p>
      </Confirmation>
    );
  const code = { className: "font-mono", spellCheck: false };
  return (
    <FormFrame form={form} failed={t("failed")} submit={t(kind === "key" ? "submit" : "submitAnchor")}>
      <TextField form={form} name="issuer" help={t("help.issuer")} spellCheck={false} />
      <TextField form={form} name="jurisdiction" help={t("help.jurisdiction")} spellCheck={false} />
      {kind === "anchor" ? (
        <AreaField form={form} name="certificate" help={t("help.certificate")} rows={6} {...code} />
      ) : (
        <>
          <TextField form={form} name="kid" help={t("help.kid")} {...code} />
          <TextField form={form} name="publicKey" help={t("help.publicKey")} {...code} />
          <TextField form={form} name="validFrom" help={t("help.validFrom")} type="date" />
          <TextField form={form} name="validUntil" help={t("help.validUntil")} type="date" />
        </>
      )}
    </FormFrame>
  );
}

/** The drawer that registers a key that an issuer signs orders with, or a trust anchor. A second person then confirms it. */
export function RegisterAuthority({ kind }: { kind: Kind }) {
  const t = useTranslations("authority.register");
  return (
    <DialogButton
      label={t(kind === "key" ? "title" : "anchorTitle")}
      button={{ look: kind === "key" ? "primary" : "secondary", icon: "plus" }}
    >
      {(close) => <RegisterForm kind={kind} onDone={close} />}
    </DialogButton>
  );
}
