"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { useSigner } from "@/components/client/use-signer";
import { Choice, ChoiceGroup, TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { openDispute, prepareDispute } from "@/lib/api-client/operations/disputes";
import type { NewDispute } from "@/lib/disputes/schema";
import type { GroupName } from "@/lib/vocabulary";

const prepare = target<typeof prepareDispute>("POST", "/confidential/transactions/{id}/disputes/statement");
const open = target<typeof openDispute>("POST", "/confidential/transactions/{id}/disputes");
const MAX_REASON = 4_000;
/** As long as the statement that is signed says. */
const DAYS = 30;

/** The party's permission for these fields: its own signature where the custodian knows a key of the person. */
function useSigned() {
  const api = useApi();
  const signer = useSigner();
  return async (transactionId: string, fields: readonly GroupName[]): Promise<Pick<NewDispute, "signed">> => {
    if (fields.length === 0) return {};
    const wanted = [...fields].sort().join();
    const signed = await signer.sign({
      kind: "dispute",
      prepare: async () => {
        const body = { fields: [...fields] };
        return (await api.call(prepare, { params: { id: transactionId }, body })).statement;
      },
      isAsShown: (statement) =>
        statement.transaction === transactionId &&
        statement.level === "masked" &&
        [...statement.groups].sort().join() === wanted,
    });
    if (signed === undefined) return {};
    return { signed: { nonce: signed.statement.nonce, signature: signed.signature } };
  };
}

interface DisputeForm {
  readonly reason: string;
  readonly fields: readonly GroupName[];
}

/** Opens the dispute and leads to its page. */
function useOpenDispute(transactionId: string, sealed: readonly GroupName[]) {
  const api = useApi();
  const sign = useSigned();
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async ({ reason, fields }: DisputeForm): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const signed = await sign(transactionId, fields);
      const named = sealed.length === 0 ? {} : { fields: [...fields] };
      const body = { reason, ...named, ...signed };
      // A second dispute of the same transaction is refused, so a lost answer needs no key.
      const { id } = await api.call(open, { params: { id: transactionId }, body });
      router.push(`/disputes/${id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return { send, isBusy, error };
}

function FieldChoices(props: {
  sealed: readonly GroupName[];
  chosen: readonly GroupName[];
  onChange: (fields: readonly GroupName[]) => void;
  isMissing: boolean;
}) {
  const t = useTranslations("domain.openDispute");
  const names = useTranslations("domain.fields");
  return (
    <ChoiceGroup
      id="dispute-fields"
      legend={t("fields")}
      help={t("fieldsHelp")}
      error={props.isMissing ? t("fieldsNeeded") : undefined}
      className="mt-4"
    >
      {props.sealed.map((group) => (
        <Choice
          key={group}
          label={names(group)}
          checked={props.chosen.includes(group)}
          onChange={(event) => {
            const others = props.chosen.filter((one) => one !== group);
            props.onChange(event.target.checked ? [...others, group] : others);
          }}
        />
      ))}
    </ChoiceGroup>
  );
}

/** A party says that a transaction is wrong, and chooses what support may see of it masked. */
function DisputeDialogForm({
  transactionId,
  sealed,
}: {
  transactionId: string;
  sealed: readonly GroupName[];
}) {
  const t = useTranslations("domain.openDispute");
  const [reason, setReason] = useState("");
  const [fields, setFields] = useState(sealed);
  const [isChecked, setChecked] = useState(false);
  const { send, isBusy, error } = useOpenDispute(transactionId, sealed);
  const isReasonMissing = reason.trim() === "";
  const isFieldMissing = sealed.length > 0 && fields.length === 0;
  const submit = (): void => {
    setChecked(true);
    if (isReasonMissing) document.getElementById("dispute-reason")?.focus();
    else if (isFieldMissing) document.getElementById("dispute-fields")?.focus();
    else void send({ reason, fields });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        id="dispute-reason"
        label={t("reason")}
        help={t("reasonHelp")}
        error={isChecked && isReasonMissing ? t("reasonNeeded") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={4}
            maxLength={MAX_REASON}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {sealed.length === 0 ? null : (
        <FieldChoices
          sealed={sealed}
          chosen={fields}
          onChange={setFields}
          isMissing={isChecked && isFieldMissing}
        />
      )}
      <p className="mt-4 text-control text-ink-2">
        {sealed.length === 0 ? t("effectPlain") : t("effect", { days: DAYS })}
      </p>
      {error === undefined ? null : <CallFailure error={error} />}
      <DialogActions>
        <Button type="submit" look="primary" isBusy={isBusy}>
          {t("yes")}
        </Button>
      </DialogActions>
    </form>
  );
}

/** The way for a party from its transaction into a dispute: a button and its dialog. */
export function OpenDispute(props: { transactionId: string; sealedFields: readonly GroupName[] }) {
  const t = useTranslations("domain.openDispute");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="comment" onClick={() => setOpen(true)}>
        {t("open")}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t("title")}>
        <DisputeDialogForm transactionId={props.transactionId} sealed={props.sealedFields} />
      </Dialog>
    </>
  );
}
