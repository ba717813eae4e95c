"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation, Notice } from "@/components/ui/states";
import type { registerKeyAlias } from "@/lib/api-client/operations/keys";
import type { RegisteredKey } from "@/lib/keys/schema";

const REGISTER = target<typeof registerKeyAlias>("POST", "/confidential/keys/register");

function Made({ made }: { made: RegisteredKey }) {
  const t = useTranslations("keys.register");
  const { receipt } = made;
  // Without a receipt nothing was made: somebody of the participant was faster.
  if (receipt === undefined)
    return (
      <Notice tone="amber" icon="warning" isLive title={t("existsTitle")}>
        <p>
          {t("existsText")}{" "}
          <Link href={`/keys/${made.key_id}`} prefetch={false} className="underline underline-offset-4">
            {made.kid}
          </Link>
        </p>
      </Notice>
    );
  return (
    <Confirmation title={t("doneTitle")} reference={made.kid}>
      <p>{t("doneText")}</p>
      <div className="mt-3">
        <Facts
          look="aligned"
          facts={[
            { name: t("publicKey"), value: <Digest value={made.public_key} label={t("publicKey")} /> },
            { name: t("at"), value: <LocalTime instant={made.registered_at} /> },
            { name: t("receipt"), value: <Digest value={receipt.entry_id} label={t("receipt")} /> },
            { name: t("by"), value: <LocalTime instant={receipt.integrate_by} /> },
          ]}
        />
      </div>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink href={`/keys/${made.key_id}`} look="secondary">
          {t("toKey")}
        </ButtonLink>
        <ButtonLink href="/transactions" look="secondary">
          {t("toTransactions")}
        </ButtonLink>
      </div>
    </Confirmation>
  );
}

/** Asks once more, registers, and shows what was made with its receipt. */
export function RegisterKey({ participantId }: { participantId: string }) {
  const t = useTranslations("keys.register");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(REGISTER);
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState<RegisteredKey>();
  const register = async () => {
    const body = { participant_id: participantId, algorithm: "X25519", custody: "managed" } as const;
    const answer = await run({ body });
    if (answer === undefined) return;
    setMade(answer);
    setAsking(false);
  };
  if (made !== undefined) return <Made made={made} />;
  return (
    <>
      <Button look="primary" size="form" icon="key" onClick={() => setAsking(true)}>
        {t("now")}
      </Button>
      <Dialog isOpen={isAsking} onClose={() => setAsking(false)} title={t("confirmTitle")} canClose={!isBusy}>
        <p className="text-body">{t("confirmText", { participant: participantId })}</p>
        {error === undefined ? null : (
          <div className="mt-4">
            <CallFailure error={error} />
          </div>
        )}
        <DialogActions>
          <Button look="primary" isBusy={isBusy} onClick={register}>
            {t("confirm")}
          </Button>
          <Button onClick={() => setAsking(false)}>{ui("cancel")}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
