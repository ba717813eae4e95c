"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { revokeGrant } from "@/lib/api-client/operations/grants";

const revoke = target<typeof revokeGrant>("POST", "/confidential/access/grants/{id}/revoke");
const MAX_LENGTH = 2_000;
const FIELD = "revoke-reason";

interface RevokeProps {
  readonly grantId: string;
  readonly reference: string;
  readonly holder: string;
  /** The holder gives the access up; anybody else revokes it. */
  readonly isOwn: boolean;
}

function RevokeForm(props: RevokeProps & { onBusy: (isBusy: boolean) => void; onDone: () => void }) {
  const { isOwn, reference } = props;
  const t = useTranslations("grants.revoke");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(revoke);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const submit = async (): Promise<void> => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return document.getElementById(FIELD)?.focus();
    props.onBusy(true);
    const answer = await run({ params: { id: props.grantId }, body: { reason } });
    props.onBusy(false);
    if (answer !== undefined) props.onDone();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p className="mb-4 text-body">
        {isOwn ? t("textOwn", { reference }) : t("text", { reference, name: props.holder })}
      </p>
      <Field
        id={FIELD}
        label={t("reason")}
        help={t("reasonHelp")}
        error={isMissing ? t("reasonNeeded") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={MAX_LENGTH}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button type="submit" look="danger" isBusy={isBusy}>
          {t(isOwn ? "yesOwn" : "yes")}
        </Button>
        <Button look="secondary" onClick={props.onDone} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </form>
  );
}

/** The button that revokes a grant, and the dialog that asks why. */
export function RevokeGrant(props: RevokeProps) {
  const t = useTranslations("grants.revoke");
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  return (
    <>
      <Button look="danger" size="form" onClick={() => setOpen(true)}>
        {t(props.isOwn ? "give" : "act")}
      </Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        canClose={!isBusy}
        title={t(props.isOwn ? "titleOwn" : "title")}
      >
        <RevokeForm
          {...props}
          onBusy={setBusy}
          onDone={() => {
            setOpen(false);
            router.refresh();
          }}
        />
      </Dialog>
    </>
  );
}
