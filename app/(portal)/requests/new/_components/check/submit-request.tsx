"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { CallRefused, NetworkLost, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import type { submitRequest } from "@/lib/api-client/operations/access";
import { markSent, windowStorage } from "../autosave/kept-answers";

const SUBMIT = target<typeof submitRequest>("POST", "/confidential/access/requests/{id}/submit");

/** What a failure of the submission means, where the page can say more than the general words. */
function Explained({ failure, id }: { failure: unknown; id: string }) {
  const t = useTranslations("requests.check");
  if (failure instanceof CallRefused && failure.problem.code === "request.illegal-transition")
    return (
      <Notice tone="amber" icon="warning" isLive title={t("already")}>
        <ButtonLink href={`/requests/${id}`} look="secondary" size="bar" className="mt-2">
          {t("show")}
        </ButtonLink>
      </Notice>
    );
  if (failure instanceof CallRefused && failure.problem.code === "request.no-decider")
    return (
      <Notice tone="amber" icon="warning" isLive>
        <p>{t("noDecider")}</p>
      </Notice>
    );
  if (failure instanceof NetworkLost)
    return (
      <Notice tone="amber" icon="warning" isLive>
        <p>{t("lost")}</p>
      </Notice>
    );
  return <CallFailure error={failure} />;
}

/** Submits the request. Pressing again after a lost answer submits it once. */
export function SubmitRequest(props: { id: string; person: string; form: string }) {
  const { id } = props;
  const t = useTranslations("requests.check");
  return (
    <div className="mt-6 flex flex-wrap gap-2">
      <ActButton
        call={SUBMIT}
        params={{ id }}
        label={t("submit")}
        button={{ look: "primary", size: "large" }}
        explain={(failure) => <Explained failure={failure} id={id} />}
        leadsTo={({ receipt }) => {
          // A repeated call is answered without its receipt.
          markSent(windowStorage, props.person, id, receipt?.leaf_hash);
          return `/requests/new/sent?request=${id}`;
        }}
        isLast
      />
      <ButtonLink href={props.form} look="secondary" size="large">
        {t("back")}
      </ButtonLink>
    </div>
  );
}
