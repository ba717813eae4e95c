"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ChangeFailure } from "@/app/(portal)/account/security/_components/use-change";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import type { Attempt } from "@/components/client/use-attempt";
import { AppCodeField } from "@/components/form/app-code-field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { QrCode } from "@/components/ui/qr-code";
import type { confirmTotp } from "@/lib/api-client/operations/account";
import type { TotpSetUp } from "@/lib/identity/account/schema";

const confirm = target<typeof confirmTotp>("POST", "/confidential/account/totp/confirm");

/** Shows the secret as a drawing and as text, and asks for a first code. */
export function SetUpDialog(props: { setUp: TotpSetUp; change: Attempt; onClose: () => void }) {
  const t = useTranslations("account.authenticator");
  const words = useTranslations("ui");
  const api = useApi();
  const { setUp, change } = props;
  const [code, setCode] = useState("");
  const isWrong = change.fault("/code") !== undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() === "") return;
    const body = { challenge: setUp.challenge, code: code.trim() };
    if (await change.run(() => api.call(confirm, { body }))) props.onClose();
    else setCode("");
  };
  return (
    <Dialog isOpen onClose={props.onClose} title={t("setUp")} canClose={!change.isBusy}>
      <form method="post" onSubmit={submit} noValidate>
        <div className="flex flex-wrap gap-6">
          <QrCode text={setUp.uri} label={t("qr")} />
          <div className="min-w-0 flex-1 basis-[200px] text-body">
            <p>{t("scan")}</p>
            <p className="mt-3 text-control text-ink-2">{t("type")}</p>
            <Digest value={setUp.secret} label={t("secret")} isWhole />
          </div>
        </div>
        <AppCodeField
          id="totp-code"
          label={t("code")}
          help={t("codeHelp")}
          error={isWrong ? t("codeWrong") : undefined}
          className="mt-5"
          value={code}
          onChange={setCode}
        />
        <ChangeFailure error={isWrong ? undefined : change.error} />
        <DialogActions>
          <Button type="submit" look="primary" isBusy={change.isBusy}>
            {t("confirm")}
          </Button>
          <Button onClick={props.onClose}>{words("cancel")}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
