"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import { AreaField, BoxesField, SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { createApiKey } from "@/lib/api-client/operations/api-keys";
import type { NewApiKey } from "@/lib/identity/api-keys/schema";

const ADD = target<typeof createApiKey>("POST", "/confidential/account/api-keys");
/** Days until a key ends; `never` for one without an end. */
const ENDS = ["30", "90", "365", "never"] as const;
const DAY_MS = 86_400_000;

interface Typed {
  readonly label: string;
  readonly scopes: NewApiKey["scopes"];
  readonly end: (typeof ENDS)[number];
  readonly addresses: string;
  readonly signing: string;
}
const EMPTY: Typed = { label: "", scopes: ["read"], end: "90", addresses: "", signing: "" };

function bodyOf({ label, scopes, end, addresses, signing }: Typed): NewApiKey {
  const listed = addresses.split(/\s+/).filter((line) => line !== "");
  return {
    label: label.trim(),
    scopes: [...scopes],
    ...(listed.length === 0 ? {} : { addresses: listed }),
    ...(end === "never" ? {} : { expires_at: new Date(Date.now() + Number(end) * DAY_MS).toISOString() }),
    ...(signing.trim() === "" ? {} : { signing_key: signing.trim() }),
  };
}

function useAdding() {
  const t = useTranslations("programs.add");
  return useForm<typeof createApiKey, Typed>({
    call: ADD,
    schema: async () => (await import("@/lib/identity/api-keys/schema")).NewApiKey,
    id: "key",
    isInDialog: true,
    initial: EMPTY,
    toBody: bodyOf,
    controls: {
      "/label": "label",
      "/scopes": "scopes",
      "/expires_at": "end",
      "/addresses": "addresses",
      "/signing_key": "signing",
    },
    words: {
      label: { label: t("label"), missing: t("labelNeeded") },
      scopes: { label: t("scopes"), missing: t("scopesNeeded") },
      end: { label: t("end") },
      addresses: { label: t("addresses"), tooMany: t("addressesMany") },
      signing: { label: t("signing"), wrong: t("signingWrong") },
    },
  });
}

interface Offered {
  readonly scopes: NewApiKey["scopes"];
}

function AddForm({ scopes, onDone }: Offered & { onDone: () => void }) {
  const t = useTranslations("programs.add");
  const words = useTranslations("programs.scopes");
  const ui = useTranslations("ui");
  const form = useAdding();
  if (form.answer !== undefined)
    return <SecretOnce words="programs.secret" secret={form.answer.key} onDone={onDone} />;
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <TextField form={form} name="label" help={t("labelHelp")} maxLength={60} />
      <BoxesField
        form={form}
        name="scopes"
        options={scopes.map((value) => ({
          value,
          label: (
            <>
              {words(`${value}.long`)} <code className="font-mono text-ink-2 text-note">{value}</code>
            </>
          ),
        }))}
      />
      <SelectField
        form={form}
        name="end"
        options={ENDS.map((value) => ({ value, label: t(`ends.${value}`) }))}
      />
      <AreaField
        form={form}
        name="addresses"
        mark={ui("optional")}
        help={t("addressesHelp")}
        rows={2}
        className="font-mono"
        spellCheck={false}
      />
      <TextField
        form={form}
        name="signing"
        mark={ui("optional")}
        help={t("signingHelp")}
        className="font-mono"
        spellCheck={false}
        maxLength={64}
      />
    </FormFrame>
  );
}

/** The drawer that makes an API key of the person, and shows it once. */
export function AddKey({ scopes }: Offered) {
  const t = useTranslations("programs.add");
  return (
    <DialogButton label={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <AddForm scopes={scopes} onDone={close} />}
    </DialogButton>
  );
}
