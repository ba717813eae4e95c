"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ChangeFailure, useChange } from "@/app/(portal)/account/security/_components/use-change";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { makePasskey } from "@/components/client/passkey";
import { useApi } from "@/components/client/use-api";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import type { registerPasskey, removePasskey, startPasskey } from "@/lib/api-client/operations/account";
import { describeDevice } from "@/lib/format";
import type { PasskeyView } from "@/lib/identity/account/schema";

const start = target<typeof startPasskey>("POST", "/confidential/account/passkeys/options");
const register = target<typeof registerPasskey>("POST", "/confidential/account/passkeys");
const REMOVE = target<typeof removePasskey>("POST", "/confidential/account/passkeys/{id}/remove");

function AddDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("account.passkeys");
  const words = useTranslations("ui");
  const api = useApi();
  const change = useChange();
  // Shown on a press, so always in the browser.
  const [label, setLabel] = useState(() => describeDevice(navigator.userAgent));
  const [isMissing, setMissing] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(label.trim() === "");
    if (label.trim() === "") return;
    const isDone = await change.run(async () => {
      const attestation = await makePasskey(await api.call(start, { body: {} }));
      await api.call(register, { body: { label: label.trim(), attestation } });
    });
    if (isDone) onClose();
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("add")} canClose={!change.isBusy}>
      <form method="post" onSubmit={submit} noValidate>
        <p className="mb-4 text-body">{t("addText")}</p>
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
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Field>
        <ChangeFailure error={change.error} />
        <DialogActions>
          <Button type="submit" look="primary" isBusy={change.isBusy}>
            {t("create")}
          </Button>
          <Button onClick={onClose}>{words("cancel")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function RemoveKey({ passkey }: { passkey: PasskeyView }) {
  const t = useTranslations("account.passkeys");
  const failed = useTranslations("account.failed");
  const named = t("removeNamed", { name: passkey.label });
  return (
    <ActButton
      call={REMOVE}
      params={{ id: passkey.id }}
      label={t("remove")}
      named={named}
      button={{ look: "quiet", size: "bar" }}
      title={named}
      text={t("removeText")}
      failed={failed("title")}
      danger
    />
  );
}

function Keys({ passkeys }: { passkeys: readonly PasskeyView[] }) {
  const t = useTranslations("account.passkeys");
  return (
    <Table
      caption={t("title")}
      rows={passkeys}
      rowKey={({ id }) => id}
      columns={[
        { key: "label", head: t("name"), isTitle: true, cell: ({ label }) => label },
        {
          key: "created",
          head: t("added"),
          cell: (passkey) => <LocalTime instant={passkey.created_at} form="minute" />,
        },
        {
          key: "used",
          head: t("used"),
          isNamed: true,
          cell: (passkey) =>
            passkey.used_at === null ? t("never") : <LocalTime instant={passkey.used_at} form="minute" />,
        },
        {
          key: "remove",
          head: t("action"),
          isHeadHidden: true,
          cell: (passkey) => <RemoveKey passkey={passkey} />,
          isNumber: true,
        },
      ]}
    />
  );
}

/** Passkeys for signing in. Each one is both factors. */
export function Passkeys({ passkeys }: { passkeys: readonly PasskeyView[] }) {
  const t = useTranslations("account.passkeys");
  const [isAdding, setAdding] = useState(false);
  return (
    <Section
      title={t("title")}
      className="print:hidden"
      action={
        <Button size="bar" icon="plus" onClick={() => setAdding(true)}>
          {t("add")}
        </Button>
      }
    >
      {passkeys.length === 0 ? (
        <EmptyState title={t("none")} text={t("noneText")} />
      ) : (
        <Keys passkeys={passkeys} />
      )}
      {isAdding ? <AddDialog onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}
