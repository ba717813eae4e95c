"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { NotSigned, target } from "@/components/client/api";
import { signStatement } from "@/components/client/sign-statement";
import { ApiCallSample } from "@/components/layout/api-call";
import type { refuseRecovery, signRecovery } from "@/lib/api-client/operations/recoveries";
import { spokenGroups } from "@/lib/digests";
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

/** What the signature does, and the fingerprint to compare first. */
function ToSign({ view }: { view: RecoveryView }) {
  const t = useTranslations("keys.recovery.sign");
  return (
    <>
      <p>{t("text", { kid: view.old_key.kid, next: view.new_key.kid })}</p>
      <p className="mt-4">{t("compare")}</p>
      <p className="mt-1 max-w-[25rem] font-mono">{spokenGroups(view.new_key.fingerprint, 16)}</p>
      {view.to_sign === undefined ? <p className="mt-4 text-control text-ink-2">{t("byPortal")}</p> : null}
    </>
  );
}

function useSign(view: RecoveryView) {
  const t = useTranslations("keys.recovery.sign");
  const { kid, key_id: id } = view.old_key;
  return act("sign", {
    call: SIGN,
    params: { id },
    label: t("button"),
    button: { look: "primary" },
    title: t("title", { kid }),
    text: <ToSign view={view} />,
    signed: async () => {
      const signature = await signatureFor(view);
      return signature === undefined ? {} : { signature };
    },
    yes: t(view.to_sign === undefined ? "yes" : "yesSigned"),
    failed: t("failed"),
  });
}

function useRefuse(view: RecoveryView, isOwn: boolean) {
  const t = useTranslations("keys.recovery.refuse");
  const acts = useTranslations("keys.acts");
  const { kid, key_id: id } = view.old_key;
  return act("refuse", {
    call: REFUSE,
    params: { id },
    label: t(isOwn ? "withdraw" : "button"),
    title: t("title", { kid }),
    text: t("text"),
    fields: {
      reason: {
        kind: "reason",
        label: acts("reason"),
        help: acts("reasonHelp"),
        missing: acts("reasonNeeded"),
      },
    },
    body: ({ reason }) => ({ reason }),
    yes: t("yes"),
    danger: true,
    failed: t("failed"),
  });
}

/** Signs, refuses or withdraws a recovery, as far as the person may. An Ed25519 key signs outside the browser. */
export function RecoveryActs({ view, isOwn }: { view: RecoveryView; isOwn: boolean }) {
  const t = useTranslations("keys.recovery.sign");
  const sign = useSign(view);
  const refuse = useRefuse(view, isOwn);
  if (view.state !== "asked" || !(isOwn || view.awaits_me)) return null;
  const isElsewhere = view.to_sign !== undefined && view.to_sign.passkeys.length === 0;
  const path = `/confidential/keys/${view.old_key.key_id}/recovery/statements`;
  return (
    <>
      {isElsewhere ? (
        <>
          <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("withKey")}</p>
          <ApiCallSample label={t("button")} call={{ method: "POST", path }} />
        </>
      ) : null}
      <div className="mt-4 flex flex-wrap gap-3">
        <Acts acts={view.awaits_me && !isElsewhere ? [sign, refuse] : [refuse]} />
      </div>
    </>
  );
}
