"use client";

import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { CallRefused, NotSigned } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { Loading } from "@/components/ui/loading";
import { Confirmation, Notice } from "@/components/ui/states";
import { DecidedByOther } from "./decided-by-other";
import { narrowersOf } from "./narrowing/narrowed";
import { MismatchNotice } from "./retyped-facts/mismatch";
import type { ReviewState } from "./review-state";
import { StatementView } from "./statement/statement-view";
import { type Decision, fasterOf, useDecision } from "./use-decision";
import type { Act } from "./verdict";

/** Why the decision failed: another person was faster, the facts differ, it was not signed, or the call failed. */
function Failure({ error, onLook }: { error: unknown; onLook: () => void }) {
  const t = useTranslations("review");
  if (error === undefined) return null;
  const faster = fasterOf(error);
  if (faster !== undefined) {
    return (
      <Notice tone="amber" icon="warning" isLive title={t("faster.title")}>
        <p>
          <DecidedByOther {...faster} /> {t("faster.kept")}
        </p>
        <p className="mt-2">
          <Button size="bar" onClick={onLook}>
            {t("faster.look")}
          </Button>
        </p>
      </Notice>
    );
  }
  if (error instanceof NotSigned)
    return <Notice tone="amber" icon="warning" isLive title={t(`notSigned.${error.reason}`)} />;
  if (error instanceof CallRefused && error.problem.code === "decision.facts-mismatch")
    return <MismatchNotice title={t("mismatch.title")} problem={error.problem} />;
  return <CallFailure error={error} />;
}

function Done({ state, decision, act }: { state: ReviewState; decision: Decision; act: Act }) {
  const t = useTranslations("review");
  const domain = useTranslations("domain");
  const router = useRouter();
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { answer } = decision;
  if (answer === undefined) return null;
  const { next } = state.review.queue;
  return (
    <div ref={heading} tabIndex={-1} className="outline-none">
      <Confirmation title={t(`done.${act}`)} reference={answer.reference}>
        <p>{domain(`requestStates.${answer.state}`)}</p>
        {answer.receipt === undefined ? null : (
          <p className="mt-1 text-control text-ink-2">
            {t("done.entry")} <Digest value={answer.receipt.entry_id} label={t("done.entryLabel")} />
          </p>
        )}
      </Confirmation>
      <DialogActions>
        {next === undefined ? null : (
          <Button look="primary" onClick={() => router.push(`/requests/${next}`)}>
            {t("done.next")}
          </Button>
        )}
        <Button look={next === undefined ? "primary" : "secondary"} onClick={() => state.begin(undefined)}>
          {t("done.close")}
        </Button>
      </DialogActions>
    </div>
  );
}

function Ready(props: {
  state: ReviewState;
  decision: Decision;
  act: Act;
  onLook: () => void;
  children: ReactNode;
}) {
  const t = useTranslations("review");
  const { state, decision, act } = props;
  // Another person has decided: the state has changed, so this decision would be refused.
  const isOvertaken = fasterOf(decision.error) !== undefined;
  const isReady = !isOvertaken && (decision.phase === "ready" || decision.phase === "sending");
  const { by } = state.review.signing;
  return (
    <>
      <p className="text-body">{t(`dialog.${act}`)}</p>
      {props.children}
      <p className="mt-4 font-medium text-control">
        {t(act === "ask" ? "dialog.question" : "dialog.reason")}
      </p>
      <p className="whitespace-pre-wrap break-words text-body">{decision.body.comment}</p>
      {decision.body.decision === "approve" && decision.body.recognition_basis !== undefined ? (
        <>
          <p className="mt-4 font-medium text-control">{t("recognition.record")}</p>
          <p className="whitespace-pre-wrap break-words text-body">{decision.body.recognition_basis}</p>
        </>
      ) : null}
      {act === "ask" ? null : <p className="mt-3 text-control text-ink-2">{t(`signing.${by}`)}</p>}
      <div className="mt-4 empty:hidden">
        <Failure error={decision.error} onLook={props.onLook} />
      </div>
      <DialogActions>
        {isReady ? (
          <Button
            look={act === "deny" ? "danger" : "primary"}
            isBusy={decision.phase === "sending"}
            onClick={() => void decision.send()}
          >
            {t(act !== "ask" && by === "passkey" ? `dialog.sign.${act}` : `dialog.do.${act}`)}
          </Button>
        ) : null}
        {decision.phase === "preparing" && decision.error !== undefined && !isOvertaken ? (
          <Button onClick={() => void decision.prepare()}>{t("dialog.again")}</Button>
        ) : null}
        <Button disabled={decision.phase === "sending"} onClick={() => state.begin(undefined)}>
          {t(isOvertaken ? "dialog.close" : "dialog.back")}
        </Button>
      </DialogActions>
    </>
  );
}

/** Shows exactly what is signed and sent, and then the result. */
export function DecideAct({ state, act }: { state: ReviewState; act: Act }) {
  const t = useTranslations("review");
  const router = useRouter();
  const decision = useDecision(state, act);
  const isDone = decision.phase === "done";
  const format = useFormatter();
  const narrowers = format.list(narrowersOf(state.request));
  const { reference } = state.request;
  const title =
    act === "approve" && narrowers !== ""
      ? t("dialog.title.approveNarrowed", { reference, names: narrowers })
      : t(`dialog.title.${act}`, { reference });
  const { forget, begin } = state;
  useEffect(() => {
    if (!isDone) return;
    forget();
    router.refresh();
  }, [isDone, forget, router]);
  const look = () => {
    begin(undefined);
    router.refresh();
  };
  return (
    <Dialog isOpen canClose={decision.phase !== "sending"} onClose={() => begin(undefined)} title={title}>
      {isDone ? (
        <Done state={state} decision={decision} act={act} />
      ) : (
        <Ready state={state} decision={decision} act={act} onLook={look}>
          {decision.phase === "preparing" && decision.error === undefined ? (
            <Loading text={t("dialog.preparing")} />
          ) : null}
          {decision.statement === undefined ? null : (
            <StatementView statement={decision.statement} maxExports={exportsOf(decision.body, state)} />
          )}
        </Ready>
      )}
    </Dialog>
  );
}

/** The number of exports that the decision leaves: reduced by it, or as it was. A denial leaves none. */
function exportsOf(body: Decision["body"], { review }: ReviewState): number | undefined {
  if (body.decision !== "approve") return undefined;
  return "max_exports" in body && body.max_exports !== undefined
    ? body.max_exports
    : review.remaining.max_exports;
}
