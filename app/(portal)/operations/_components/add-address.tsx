"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import { RadioField, SelectField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Confirmation } from "@/components/ui/states";
import type { Channel } from "@/lib/alerts/delivery/schema";
import type { Severity } from "@/lib/alerts/schema";
import type { addAlertAddress } from "@/lib/api-client/operations/alerts";

const ADD = target<typeof addAlertAddress>("POST", "/confidential/alert-addresses");

interface Typed {
  readonly channel: Channel;
  readonly address: string;
  readonly least: Severity;
}

function AddForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("alertsPage.addresses");
  const form = useForm<typeof addAlertAddress, Typed>({
    call: ADD,
    schema: async () => (await import("@/lib/alerts/delivery/schema")).NewAddress,
    id: "alert-address",
    isInDialog: true,
    initial: { channel: "mail", address: "", least: "warning" },
    toBody: ({ channel, address, least }) => ({ channel, address: address.trim(), least }),
    controls: { "/channel": "channel", "/address": "address", "/least": "least" },
    words: {
      channel: { label: t("add.channel"), missing: t("add.channel") },
      address: { label: t("add.address"), missing: t("add.addressNeeded"), wrong: t("add.addressWrong") },
      least: { label: t("add.least"), missing: t("add.least") },
    },
  });
  if (form.answer !== undefined && form.answer.secret !== null)
    return <SecretOnce words="notify.hooks.secret" secret={form.answer.secret} onDone={onDone} />;
  if (form.answer !== undefined)
    return (
      <Confirmation title={t("add.added")} reference={form.answer.address} onDone={onDone}>
        <p>{t("add.addedText")}</p>
      </Confirmation>
    );
  return (
    <FormFrame form={form} failed={t("add.failed")} submit={t("add.submit")}>
      <RadioField
        form={form}
        name="channel"
        options={[
          { value: "mail", label: t("channels.mail") },
          { value: "webhook", label: t("channels.webhook") },
        ]}
      />
      <TextField
        form={form}
        name="address"
        help={t("add.addressHelp")}
        className="font-mono"
        spellCheck={false}
        maxLength={2_000}
      />
      <SelectField
        form={form}
        name="least"
        options={[
          { value: "warning", label: t("least.warning") },
          { value: "critical", label: t("least.critical") },
        ]}
      />
    </FormFrame>
  );
}

/** The drawer that adds an address for alerts. The secret of a webhook is shown once. */
export function AddAddress() {
  const t = useTranslations("alertsPage.addresses.add");
  return (
    <DialogButton label={t("title")} button={{ look: "primary", icon: "plus" }}>
      {(close) => <AddForm onDone={close} />}
    </DialogButton>
  );
}
