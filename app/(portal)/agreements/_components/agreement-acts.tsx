"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { CallRefused, target } from "@/components/client/api";
import { SignInLink } from "@/components/domain/sign-in-link";
import type { Agreement } from "@/lib/administration/agreements/schema";
import type {
  agreeToAgreement,
  refuseAgreement,
  sendBackAgreement,
  withdrawAgreement,
} from "@/lib/api-client/operations/administration/agreements";

const AGREE = target<typeof agreeToAgreement>("POST", "/confidential/agreements/{id}/agree");
const REFUSE = target<typeof refuseAgreement>("POST", "/confidential/agreements/{id}/refuse");
const SEND_BACK = target<typeof sendBackAgreement>("POST", "/confidential/agreements/{id}/send-back");
const WITHDRAW = target<typeof withdrawAgreement>("POST", "/confidential/agreements/{id}/withdraw");

/** Says who was faster, and that the record has changed. */
function useExplain() {
  const t = useTranslations("administration.agreements.acts");
  return (failure: unknown) => {
    if (!(failure instanceof CallRefused)) return undefined;
    const { code, members } = failure.problem;
    if (code === "agreement.changed") return <p className="mt-2 text-control">{t("changed")}</p>;
    if (code === "agreement.ended" && typeof members.decided_by === "string")
      return <p className="mt-2 text-control">{t("faster", { name: members.decided_by })}</p>;
    return undefined;
  };
}

/** Agrees, sends back or refuses as the second person; the asker withdraws. */
export function AgreementActs({ agreement }: { agreement: Agreement }) {
  const t = useTranslations("administration.agreements.acts");
  const explain = useExplain();
  const reason = { kind: "reason", label: t("reason"), missing: t("reasonMissing") } as const;
  const common = (key: "agree" | "sendBack" | "refuse" | "withdraw") => ({
    params: { id: agreement.id },
    label: t(`${key}.label`),
    title: t(`${key}.title`),
    text: t(`${key}.text`),
    yes: t(`${key}.yes`),
    failed: t("failed"),
    explain,
  });
  const agree = act<typeof agreeToAgreement>("agree", {
    ...common("agree"),
    call: AGREE,
    button: { look: "primary" },
    body: () => ({}),
    ...(agreement.kind === "invitation" || agreement.kind === "reset" || agreement.kind === "resume"
      ? {
          done: ({ invitation }, close) => {
            if (invitation !== undefined)
              return <SignInLink invitation={invitation} name={agreement.subject.name} onDone={close} />;
            queueMicrotask(close);
            return null;
          },
        }
      : {}),
  });
  const sendBack = act<typeof sendBackAgreement, "reason">("sendBack", {
    ...common("sendBack"),
    call: SEND_BACK,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
  });
  const refuse = act<typeof refuseAgreement, "reason">("refuse", {
    ...common("refuse"),
    call: REFUSE,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
    danger: true,
  });
  const withdraw = act<typeof withdrawAgreement>("withdraw", {
    ...common("withdraw"),
    call: WITHDRAW,
    body: () => ({}),
  });
  // Without acts an open dialog stays: it may show a link that is shown once.
  return <Acts acts={actsOf()} />;

  function actsOf() {
    if (agreement.state !== "open") return [];
    if (agreement.is_own) return [withdraw];
    return agreement.may_agree ? [agree, sendBack, refuse] : [sendBack, refuse];
  }
}
