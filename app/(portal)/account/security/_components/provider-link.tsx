"use client";

import { useTranslations } from "next-intl";
import { ChangeFailure, useChange } from "@/app/(portal)/account/security/_components/use-change";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { removeOwnLink, startOwnProvider } from "@/lib/api-client/operations/account-provider";
import type { AccountView } from "@/lib/identity/account/schema";

const START = target<typeof startOwnProvider>("POST", "/confidential/account/provider/start");
const REMOVE = target<typeof removeOwnLink>("POST", "/confidential/account/provider/remove");

function Remove() {
  const t = useTranslations("account.organisation");
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

/** The person's sign-in at their organisation's identity provider, where it has one. */
export function ProviderLink({ own }: { own: AccountView["organisation_sign_in"] }) {
  const t = useTranslations("account.organisation");
  const api = useApi();
  const change = useChange();
  if (own === null) return null;
  const { host, linked_at: since } = own;
  const begin = () =>
    change.run(async () => {
      const { leaveFor } = await import("@/components/client/organisation-sign-in");
      leaveFor((await api.call(START, { body: { purpose: "link" } })).url, "/account/security");
    });
  return (
    <Section title={t("title")} className="print:hidden">
      <p className="mt-3 max-w-[640px] text-body">
        {since === null
          ? t("offered", { host: host ?? "" })
          : t.rich(host === null ? "gone" : "linked", {
              host: host ?? "",
              time: () => <LocalTime instant={since} form="minute" />,
            })}
      </p>
      <ChangeFailure error={change.error} />
      <div className="mt-3 flex flex-wrap gap-2">
        {host === null ? null : (
          <Button isBusy={change.isBusy} onClick={begin}>
            {t(since === null ? "link" : "again")}
          </Button>
        )}
        {since === null ? null : <Remove />}
      </div>
    </Section>
  );
}
