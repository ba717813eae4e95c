"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangeFailure, useChange } from "@/app/(portal)/account/security/_components/use-change";
import { ActButton } from "@/components/act/act-button";
import { NetworkLost, target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { removeTotp, startTotp } from "@/lib/api-client/operations/account";
import type { TotpSetUp } from "@/lib/identity/account/schema";

const start = target<typeof startTotp>("POST", "/confidential/account/totp");
const REMOVE = target<typeof removeTotp>("POST", "/confidential/account/totp/remove");

// Loaded at the press, because the dialog contains the program that draws the code.
async function loadDialog() {
  try {
    return (await import("@/app/(portal)/account/security/_components/authenticator-dialog")).SetUpDialog;
  } catch {
    throw new NetworkLost("no answer");
  }
}

function RemoveTotp() {
  const t = useTranslations("account.authenticator");
  const failed = useTranslations("account.failed");
  return (
    <ActButton
      call={REMOVE}
      label={t("remove")}
      button={{ look: "quiet" }}
      title={t("remove")}
      text={t("removeText")}
      failed={failed("title")}
      danger
    />
  );
}

interface Shown {
  readonly SetUpDialog: Awaited<ReturnType<typeof loadDialog>>;
  readonly setUp: TotpSetUp;
}

/** The program that shows six-digit codes. */
export function Authenticator({ since }: { since: string | undefined }) {
  const t = useTranslations("account.authenticator");
  const api = useApi();
  const change = useChange();
  const [shown, setShown] = useState<Shown>();
  const begin = () =>
    change.run(async () => {
      const SetUpDialog = await loadDialog();
      const setUp = await api.call(start, { body: {} });
      setShown({ SetUpDialog, setUp });
    });
  return (
    <Section title={t("title")} className="print:hidden">
      <p className="mt-3 max-w-[640px] text-body">
        {since === undefined
          ? t("none")
          : t.rich("since", { time: () => <LocalTime instant={since} form="minute" /> })}
      </p>
      {shown === undefined ? <ChangeFailure error={change.error} /> : null}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button isBusy={change.isBusy && shown === undefined} onClick={begin}>
          {t(since === undefined ? "setUp" : "replace")}
        </Button>
        {since === undefined ? null : (
          // On the column where it has a line of its own.
          <span className="max-tablet:basis-full tablet:ml-2">
            <RemoveTotp />
          </span>
        )}
      </div>
      {shown === undefined ? null : (
        <shown.SetUpDialog setUp={shown.setUp} change={change} onClose={() => setShown(undefined)} />
      )}
    </Section>
  );
}
