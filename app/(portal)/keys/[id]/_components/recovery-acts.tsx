"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { NotSigned } from "@/components/client/not-signed";
import { signStatement } from "@/components/client/sign-statement";
import { useReady } from "@/components/client/use-ready";
import { ApiCallSample } from "@/components/layout/api-call-sample";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { refuseRecovery, signRecovery } from "@/lib/api-client/operations/recoveries";
import { fromBase64url } from "@/lib/crypto/bytes";
import { spokenGroups } from "@/lib/format";
import type { RecoveryView } from "@/lib/keys/recovery/schema";

const SIGN = target<typeof signRecovery>("POST", "/confidential/keys/{id}/recovery/statements");
const REFUSE = target<typeof refuseRecovery>("POST", "/confidential/keys/{id}/recovery/refusals");

/** Whether the statement is about what the page shows: the server cannot have something else signed in its place. */
function isAsShown(view: RecoveryView): boolean {
  const statement = view.to_sign?.statement;
  return (
    statement !== undefined &&
    statement.participant === view.participant_id &&
    statement.old_kid === view.old_key.kid &&
    statement.new_kid === view.new_key.kid &&
    statement.new_public_key === view.new_key.public_key &&
    statement.transactions.length === view.transactions
  );
}

async function signatureFor(view: RecoveryView) {
  const { to_sign: toSign } = view;
  if (toSign === undefined) return undefined;
  if (!isAsShown(view)) throw new NotSigned("differs");
  const [first] = toSign.passkeys;
  if (first === undefined) throw new NotSigned("unsupported");
  const credentialIds = toSign.passkeys.map(({ credential_id }) => credential_id);
  return signStatement("rewrap", toSign.statement, { rpId: first.rp_id, credentialIds });
}

interface DialogProps {
  readonly view: RecoveryView;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function SignDialog({ view, onClose, onDone }: DialogProps) {
  const t = useTranslations("keys.recovery.sign");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(SIGN);
  const [failure, setFailure] = useState<unknown>();
  const sign = async () => {
    setFailure(undefined);
    try {
      const signature = await signatureFor(view);
      const body = signature === undefined ? {} : { signature };
      if ((await run({ params: { id: view.old_key.key_id }, body })) !== undefined) onDone();
    } catch (reason) {
      setFailure(reason);
    }
  };
  const isOwnKey = view.to_sign !== undefined;
  const { kid } = view.old_key;
  const problem = failure ?? error;
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t("title", { kid })}>
      <p className="text-body">{t("text", { kid, next: view.new_key.kid })}</p>
      <p className="mt-4 text-body">{t("compare")}</p>
      <p className="mt-1 max-w-[25rem] font-mono text-body">
        {spokenGroups(fromBase64url(view.new_key.fingerprint), 16)}
      </p>
      {isOwnKey ? null : <p className="mt-4 text-control text-ink-2">{t("byPortal")}</p>}
      {problem === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={problem} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void sign()}>
          {t(isOwnKey ? "yesSigned" : "yes")}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function RefuseDialog({ view, onClose, onDone }: DialogProps) {
  const t = useTranslations("keys.recovery.refuse");
  const acts = useTranslations("keys.acts");
  const act = useAct(REFUSE);
  const refuse = async (reason: string) => {
    const input = { params: { id: view.old_key.key_id }, body: { reason } };
    if ((await act.run(input)) !== undefined) onDone();
  };
  return (
    <ReasonDialog
      title={t("title", { kid: view.old_key.kid })}
      text={t("text")}
      reason={{ label: acts("reason"), help: acts("reasonHelp"), missing: acts("reasonNeeded") }}
      yes={{ label: t("yes"), look: "danger" }}
      failed={t("failed")}
      act={act}
      onAct={(reason) => void refuse(reason)}
      onClose={onClose}
    />
  );
}

/** Signing, refusing and withdrawing, for whoever may; an Ed25519 key signs outside the browser. */
export function RecoveryActs({ view, isOwn }: { view: RecoveryView; isOwn: boolean }) {
  const t = useTranslations("keys.recovery");
  const router = useRouter();
  const isReady = useReady();
  const [open, setOpen] = useState<"sign" | "refuse">();
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    router.refresh();
  };
  const mayEnd = view.state === "asked" && (isOwn || view.awaits_me);
  if (!mayEnd) return null;
  const isElsewhere = view.to_sign !== undefined && view.to_sign.passkeys.length === 0;
  const path = `/confidential/keys/${view.old_key.key_id}/recovery`;
  return (
    <>
      {isElsewhere ? (
        <>
          <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("sign.withKey")}</p>
          <ApiCallSample label={t("sign.button")} call={{ method: "POST", path: `${path}/statements` }} />
        </>
      ) : null}
      <div className="mt-4 flex flex-wrap gap-3">
        {view.awaits_me && !isElsewhere ? (
          <Button look="primary" disabled={!isReady} onClick={() => setOpen("sign")}>
            {t("sign.button")}
          </Button>
        ) : null}
        <Button look="danger" disabled={!isReady} onClick={() => setOpen("refuse")}>
          {t(isOwn ? "refuse.withdraw" : "refuse.button")}
        </Button>
      </div>
      {open === "sign" ? <SignDialog view={view} onClose={close} onDone={done} /> : null}
      {open === "refuse" ? <RefuseDialog view={view} onClose={close} onDone={done} /> : null}
    </>
  );
}
