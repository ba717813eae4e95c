"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { CallRefused, NetworkLost, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import type { submitRequest } from "@/lib/api-client/operations/access";
import { windowStorage } from "../autosave/open-stores";
import { markSent } from "./sent-mark";

const SUBMIT = target<typeof submitRequest>("POST", "/confidential/access/requests/{id}/submit");

function isRefusedAs(error: unknown, code: string): boolean {
  return error instanceof CallRefused && error.problem.code === code;
}

/** The one act of the page. One key for it, so that pressing again after a lost answer submits once. */
export function SubmitRequest(props: { id: string; person: string; form: string }) {
  const { id } = props;
  const t = useTranslations("requests.check");
  const { isBusy, error: failure, run } = useAct(SUBMIT);
  const [isLeaving, setLeaving] = useState(false);
  const submit = async () => {
    const answer = await run({ params: { id } });
    if (answer === undefined) return;
    setLeaving(true);
    // A repeated call is answered without its receipt.
    markSent(windowStorage, props.person, id, answer.receipt?.leaf_hash);
    // A new document, in the place of this one: going back never meets a page that could submit.
    location.replace(`/requests/new/sent?request=${id}`);
  };
  return (
    <div className="mt-4">
      {isRefusedAs(failure, "request.illegal-transition") ? (
        <Notice tone="amber" icon="warning" isLive title={t("already")}>
          <ButtonLink href={`/requests/${id}`} look="secondary" size="bar" className="mt-2">
            {t("show")}
          </ButtonLink>
        </Notice>
      ) : isRefusedAs(failure, "request.no-decider") ? (
        <Notice tone="amber" icon="warning" isLive>
          <p>{t("noDecider")}</p>
        </Notice>
      ) : failure instanceof NetworkLost ? (
        <Notice tone="amber" icon="warning" isLive>
          <p>{t("lost")}</p>
        </Notice>
      ) : (
        <CallFailure error={failure} />
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button look="primary" size="large" isBusy={isBusy || isLeaving} onClick={() => void submit()}>
          {t("submit")}
        </Button>
        <ButtonLink href={props.form} look="secondary" size="large">
          {t("back")}
        </ButtonLink>
      </div>
    </div>
  );
}
