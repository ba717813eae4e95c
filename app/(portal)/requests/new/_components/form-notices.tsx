"use client";

import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import {
  type AnswerName,
  type Answers,
  answersOf,
  DRAFT_NAMES,
  type FormOptions,
  isSame,
} from "./answers/answers";
import type { DraftState } from "./autosave/draft-store";
import { NOTICES_ID, type RequestForm } from "./use-request-form";

/** The answers as the page names them. Several controls can be one answer. */
const LABELS = {
  purpose: "purpose",
  legalBasis: "legalBasis",
  justification: "justification",
  target: "target",
  ids: "target",
  job: "target",
  participant: "target",
  createdFrom: "target",
  createdTo: "target",
  fields: "fields",
  level: "fields",
  begin: "begin",
  from: "begin",
  end: "end",
  until: "end",
  maxViews: "maxViews",
  coViewers: "coViewers",
  maxExports: "maxExports",
} as const satisfies Record<(typeof DRAFT_NAMES)[number], AnswerName>;

/** Where the text is saved, in one line. Screen readers announce its changes. */
export function SaveLine({ state, hasFactsHere }: { state: DraftState; hasFactsHere: boolean }) {
  const t = useTranslations("requests.new.status");
  const { draft, status } = state;
  const { kind } = status;
  return (
    <p role="status" className="max-w-[420px] text-control text-ink-2 tablet:text-right">
      {draft !== undefined && kind === "saved" ? (
        <>
          {t("saved", { reference: draft.reference })} <LocalTime instant={draft.savedAt} form="clock" />
          {hasFactsHere ? <span className="block">{t("factsHere")}</span> : null}
        </>
      ) : draft !== undefined && kind === "kept" ? (
        t("keptDraft", { reference: draft.reference })
      ) : (
        t(kind === "saved" ? "changed" : kind)
      )}
    </p>
  );
}

/**
 * Another window has saved another version of this draft. The person chooses which one stays. It does not take the
 * focus: the person may be typing.
 */
function ConflictNotice(props: {
  mine: Answers;
  view: RequestView;
  options: FormOptions;
  onSettle: (which: "theirs" | "mine") => void;
}) {
  const t = useTranslations("requests.new");
  const theirs = answersOf(props.view, props.options);
  const differing = DRAFT_NAMES.filter((name) => !isSame(props.mine[name], theirs[name]));
  const labels = [...new Set(differing.map((name) => t(`answer.${LABELS[name]}`)))];
  return (
    <section
      role="alert"
      aria-labelledby="request-conflict"
      className="border-2 border-amber bg-amber-wash px-4 py-3"
    >
      <h2 id="request-conflict" className="font-semibold text-lead">
        {t("conflict.title")}
      </h2>
      <p className="mt-1 text-body">{t("conflict.text", { answers: labels.join(", ") })}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={() => props.onSettle("theirs")}>{t("conflict.theirs")}</Button>
        <Button onClick={() => props.onSettle("mine")}>{t("conflict.mine")}</Button>
      </div>
    </section>
  );
}

/** What the person must know about saving before they continue. Empty while it works. */
export function FormNotices({ request, options }: { request: RequestForm; options: FormOptions }) {
  const t = useTranslations("requests.new");
  const { stores, draft } = request;
  const { status } = draft;
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
      {status.kind === "conflict" ? (
        <ConflictNotice mine={draft.answers} view={status.view} options={options} onSettle={request.settle} />
      ) : null}
      {draft.isKept ? null : (
        <Notice tone="amber" icon="warning" isLive>
          <p>{t("status.notKept")}</p>
        </Notice>
      )}
    </div>
  );
}
