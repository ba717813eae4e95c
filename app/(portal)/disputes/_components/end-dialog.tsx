"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import type { resolveDispute } from "@/lib/api-client/operations/disputes";

const resolve = target<typeof resolveDispute>("POST", "/confidential/disputes/{id}/resolve");
const MAX_LENGTH = 4_000;

/** Ends a dispute: support says what was found, or the party that opened it says why it is over. */
export function EndDialog(props: {
  disputeId: string;
  act: "resolve" | "withdraw";
  isOpen: boolean;
  onClose: () => void;
}) {
  const t = useTranslations("disputes.end");
  const api = useApi();
  const router = useRouter();
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef<string>(undefined);
  const isWithdraw = props.act === "withdraw";
  const submit = async (): Promise<void> => {
    setMissing(text.trim() === "");
    if (text.trim() === "") return document.getElementById("resolution")?.focus();
    setBusy(true);
    setError(undefined);
    key.current ??= crypto.randomUUID();
    try {
      const body = { resolution: text };
      await api.call(resolve, { params: { id: props.disputeId }, body, idempotencyKey: key.current });
      props.onClose();
      router.refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      isOpen={props.isOpen}
      onClose={props.onClose}
      canClose={!isBusy}
      title={t(isWithdraw ? "withdrawTitle" : "resolveTitle")}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          id="resolution"
          label={t(isWithdraw ? "whatWithdraw" : "what")}
          help={t("help")}
          error={isMissing ? t("needed") : undefined}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={4}
              maxLength={MAX_LENGTH}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                key.current = undefined;
              }}
            />
          )}
        </Field>
        <p className="mt-4 text-control text-ink-2">{t("effect")}</p>
        {error === undefined ? null : <CallFailure error={error} />}
        <DialogActions>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t(isWithdraw ? "withdraw" : "resolve")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
