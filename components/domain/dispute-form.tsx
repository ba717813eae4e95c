"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import type { Signer } from "@/components/client/use-signer";
import { AreaField, BoxesField, SelectField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { openDispute, prepareDispute } from "@/lib/api-client/operations/disputes";
import type { NewDispute } from "@/lib/disputes/schema";
import type { GroupName } from "@/lib/vocabulary";
import { DISPUTE_GROUNDS } from "@/lib/word-lists";

const PREPARE = target<typeof prepareDispute>("POST", "/confidential/transactions/{id}/disputes/statement");
const OPEN = target<typeof openDispute>("POST", "/confidential/transactions/{id}/disputes");
/** How long the signed statement permits support to see the fields. */
const DAYS = 30;

export interface Disputed {
  readonly transactionId: string;
  readonly sealedFields: readonly GroupName[];
}

/** The party's permission for the chosen fields, signed where the custodian knows a key of the person. */
function useSigned(transactionId: string) {
  const api = useApi();
  return async (
    { fields = [] }: Pick<NewDispute, "fields">,
    sign: Signer["sign"],
  ): Promise<Pick<NewDispute, "signed">> => {
    if (fields.length === 0) return {};
    const wanted = [...fields].sort().join();
    const made = await sign({
      kind: "dispute",
      prepare: async () =>
        (await api.call(PREPARE, { params: { id: transactionId }, body: { fields: [...fields] } })).statement,
      isAsShown: (statement) =>
        statement.transaction === transactionId &&
        statement.level === "masked" &&
        [...statement.groups].sort().join() === wanted,
    });
    if (made === undefined) return {};
    return { signed: { nonce: made.statement.nonce, signature: made.signature } };
  };
}

/** A party states what is wrong with a transaction, and chooses what support may see masked. */
export function DisputeForm({ transactionId, sealedFields }: Disputed) {
  const t = useTranslations("domain.openDispute");
  const names = useTranslations("domain.fields");
  const router = useRouter();
  const hasSealed = sealedFields.length > 0;
  const form = useForm({
    call: OPEN,
    params: { id: transactionId },
    schema: async () => (await import("@/lib/disputes/schema")).NewDispute,
    id: "dispute",
    initial: { ground: "other", reason: "", fields: sealedFields },
    // Without a field of its own the call would permit all of them.
    toBody: ({ ground, reason, fields }) => ({
      ground: DISPUTE_GROUNDS.find((one) => one === ground),
      reason,
      ...(hasSealed ? { fields: [...fields] } : {}),
    }),
    controls: { "/ground": "ground", "/reason": "reason", "/fields": "fields" },
    words: {
      ground: { label: t("ground"), missing: t("groundNeeded") },
      reason: { label: t("reason"), missing: t("reasonNeeded") },
      fields: { label: t("fields"), missing: t("fieldsNeeded") },
    },
    signed: useSigned(transactionId),
    isInDialog: true,
    refreshes: false,
    onDone: ({ id }) => router.push(`/disputes/${id}`),
  });
  return (
    <FormFrame form={form} submit={t("yes")}>
      <SelectField
        form={form}
        name="ground"
        options={DISPUTE_GROUNDS.map((value) => ({ value, label: t(`grounds.${value}`) }))}
      />
      <AreaField form={form} name="reason" help={t("reasonHelp")} rows={4} maxLength={4_000} />
      {hasSealed ? (
        <BoxesField
          form={form}
          name="fields"
          help={t("fieldsHelp")}
          options={sealedFields.map((group) => ({ value: group, label: names(group) }))}
        />
      ) : null}
      <p className="text-control text-ink-2">{hasSealed ? t("effect", { days: DAYS }) : t("effectPlain")}</p>
    </FormFrame>
  );
}
