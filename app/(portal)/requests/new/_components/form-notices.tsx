"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import { labelOf } from "./answers/answer-text";
import type { FormOptions } from "./answers/answers";
import { NOTICES_ID } from "./notices-id";
import type { RequestForm } from "./use-request-form";

// Loaded when a clash is told, which only a server that answers can do.
const ClashNotice = dynamic(() => import("./autosave/clash-notice").then((module) => module.ClashNotice));

/** What the person has to know of the saving before going on: nothing, as long as it goes well. */
export function FormNotices({ request, options }: { request: RequestForm; options: FormOptions }) {
  const t = useTranslations("requests.new");
  const { stores, draft } = request;
  const { status, taken } = draft;
  const id = draft.draft?.id;
  const here = id === undefined ? "/requests/new" : `/requests/new?draft=${id}`;
  const isLost = status.kind === "lost" || request.authority.status.kind === "lost";
  const isSignedOut = status.kind === "signedOut" || request.authority.status.kind === "signedOut";
  return (
    <div id={NOTICES_ID} tabIndex={-1} className="mb-4 grid gap-3 outline-none empty:hidden">
      {stores.isRestored && id === undefined ? (
        <Notice tone="accent" icon="pencil" title={t("restored.title")} isLive>
          <p>{t("restored.text")}</p>
          <Button size="bar" className="mt-2" onClick={request.startAfresh}>
            {t("restored.fresh")}
          </Button>
        </Notice>
      ) : null}
      {isLost ? (
        <Notice tone="amber" icon="warning" title={t("lost.title")} isLive>
          <p>{t("lost.text")}</p>
          <Button size="bar" className="mt-2" onClick={() => void stores.draft.save()}>
            {t("lost.again")}
          </Button>
        </Notice>
      ) : null}
      {isSignedOut ? (
        <Notice tone="amber" icon="warning" title={t("signedOut.title")} isLive>
          <p>{t("signedOut.text")}</p>
          <p className="mt-2">
            <a href={`/sign-in?to=${encodeURIComponent(here)}`} className="underline underline-offset-4">
              {t("signedOut.signIn")}
            </a>
          </p>
        </Notice>
      ) : null}
      {status.kind === "closed" && id !== undefined ? (
        <Notice tone="amber" icon="warning" title={t("closed.title")} isLive>
          <p>{t("closed.text")}</p>
          <ButtonLink href={`/requests/${id}`} look="secondary" size="bar" className="mt-2">
            {t("closed.show")}
          </ButtonLink>
        </Notice>
      ) : null}
      {status.kind === "refused" ? <CallFailure error={status.error} title={t("refused.title")} /> : null}
      {status.kind === "clash" ? (
        <ClashNotice
          clashes={status.clashes}
          options={options}
          onSettle={(choices) => void stores.draft.settle(choices)}
        />
      ) : null}
      {taken.length === 0 ? null : (
        <Notice tone="accent" icon="check" isLive>
          <p>{t("taken", { answers: taken.map((name) => t(`answer.${labelOf(name)}`)).join(", ") })}</p>
        </Notice>
      )}
      {draft.isKept ? null : (
        <Notice tone="amber" icon="warning" isLive>
          <p>{t("status.notKept")}</p>
        </Notice>
      )}
    </div>
  );
}
