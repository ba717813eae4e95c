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
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(resolve);
  const router = useRouter();
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const isWithdraw = props.act === "withdraw";
  const submit = async (): Promise<void> => {
    setMissing(text.trim() === "");
    if (text.trim() === "") return document.getElementById("resolution")?.focus();
    const answer = await run({ params: { id: props.disputeId }, body: { resolution: text } });
    if (answer === undefined) return;
    props.onClose();
    router.refresh();
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
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <p className="mt-4 text-control text-ink-2">{t("effect")}</p>
        {error === undefined ? null : <CallFailure error={error} />}
        <DialogActions>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t(isWithdraw ? "withdraw" : "resolve")}
          </Button>
          <Button disabled={isBusy} onClick={props.onClose}>
            {ui("cancel")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
