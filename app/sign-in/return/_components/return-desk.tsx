"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { type Finished, finishReturn } from "@/app/sign-in/return/_components/finish-return";
import { TestResult } from "@/app/sign-in/return/_components/test-result";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { type CameBack, type ReturnPurpose, readReturn } from "@/components/client/organisation-sign-in";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";

const FAULTS = [
  "round-trip",
  "denied",
  "clock",
  "auth-time",
  "too-old",
  "second-factor",
  "domain",
  "address",
  "mapping",
  "passkey",
  "token",
  "unlinked",
] as const;

/** Returns the reason of a refusal that this page has words for. */
export function faultOf(error: unknown): (typeof FAULTS)[number] | undefined {
  if (!(error instanceof CallRefused) || error.problem.code !== "auth.provider") return undefined;
  const { fault } = error.problem.members;
  return FAULTS.find((one) => one === fault);
}

type State =
  | { readonly kind: "working" }
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly error: unknown; readonly purpose: ReturnPurpose }
  | Finished;

/** Removes the answer from the address first: it is for this call alone, and for no one who looks at the history. */
function take(): CameBack | undefined {
  const back = readReturn(window.location);
  window.history.replaceState(null, "", window.location.pathname);
  return back;
}

function Failure({ error, purpose }: { error: unknown; purpose: ReturnPurpose }) {
  const t = useTranslations("signin.return");
  const fault = faultOf(error);
  const isOwn = purpose === "link" || purpose === "step-up";
  return (
    <div className="grid gap-4">
      {fault === undefined ? (
        <CallFailure error={error} title={t("refused")} />
      ) : (
        <Notice tone="oxblood" icon="stop" isLive title={t("refused")}>
          <p>{t(`why.${fault}`)}</p>
        </Notice>
      )}
      <div>
        <ButtonLink
          href={purpose === "test" ? "/organisations" : isOwn ? "/account/security" : "/sign-in"}
          look="secondary"
        >
          {t(purpose === "test" ? "organisationPage" : isOwn ? "account" : "again")}
        </ButtonLink>
      </div>
    </div>
  );
}

/** Goes on where the person was, in a new document: all of it is made for who they are now. */
function follow(finished: Finished): void {
  if (finished.kind === "go") window.location.replace(finished.to);
  // Opened by the page that waits. A browser may keep the window open: it then says that it can be closed.
  if (finished.kind === "close") window.close();
}

/** Takes the provider's answer to the portal, once, and shows the result. */
export function ReturnDesk() {
  const t = useTranslations("signin.return");
  const [state, setState] = useState<State>({ kind: "working" });
  const isTaken = useRef(false);
  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const back = take();
    if (back === undefined) {
      setState({ kind: "nothing" });
      return;
    }
    finishReturn(back).then(
      (finished) => {
        setState(finished);
        follow(finished);
      },
      (error: unknown) => setState({ kind: "failed", error, purpose: back.purpose }),
    );
  }, []);
  if (state.kind === "failed") return <Failure error={state.error} purpose={state.purpose} />;
  if (state.kind === "tested") return <TestResult result={state.result} to={state.to} />;
  if (state.kind === "nothing")
    return (
      <div className="grid gap-4">
        <p className="text-body">{t("nothing")}</p>
        <p>
          <Link href="/sign-in" prefetch={false} className="underline underline-offset-4">
            {t("again")}
          </Link>
        </p>
      </div>
    );
  return (
    <p role="status" className="text-body text-ink-2">
      {t(state.kind === "close" ? "done" : "working")}
    </p>
  );
}
