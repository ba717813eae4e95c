"use client";

import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { addressOf } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { useReady } from "@/components/client/use-ready";
import { PrintButton } from "@/components/layout/page-controls";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import { type NamedEvidence, namedEvidenceOf } from "@/lib/audit/bundle-verifier/evidence/evidence-names";
import { formatCount } from "@/lib/format";
import { BlockDrawing } from "../result/block-drawing";
import { EvidenceResult } from "../result/evidence-result";
import { ReceiptResult } from "../result/receipt-result";
import { VerifyResult } from "../result/verify-result";
import { Ended } from "./ended";
import { type Given, orderOf, Picks } from "./picks";
import { useVerification, type VerificationState } from "./use-verification";

const EXPORT = "/confidential/audit/export";
function Running({
  state,
  onStop,
}: {
  state: Extract<VerificationState, { is: "running" }>;
  onStop: () => void;
}) {
  const t = useTranslations("audit.verify.running");
  const locale = useLocale();
  const { progress, perSecond } = state;
  const isCounting = progress !== undefined && progress.step !== "checkpoints";
  const total = progress?.step === "entries" ? progress.total : 0;
  const done = progress?.step === "entries" ? progress.done : 0;
  const share = total === 0 ? 0 : done / total;
  return (
    <div>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <p className="text-body" role="status">
          <span className="mr-3 font-semibold text-title tracking-tight">{formatCount(done, locale)}</span>
          {t("of", { total: formatCount(total, locale) })}
        </p>
        <div className="flex items-center gap-4">
          <p className="text-control text-ink-2">
            {isCounting ? t("speed", { perSecond: formatCount(Math.round(perSecond), locale) }) : t("begins")}
          </p>
          <Button size="bar" onClick={onStop}>
            {t("stop")}
          </Button>
        </div>
      </div>
      <div
        role="progressbar"
        aria-label={t("label", { name: state.name })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        className="mt-3"
      >
        <BlockDrawing total={Math.max(total, 1)} done={share === 1 ? total : done} />
      </div>
      <p className="mt-3 text-control text-ink-2">{t(`steps.${progress?.step ?? "checkpoints"}`)}</p>
    </div>
  );
}

/** What of a log is exported here: the closed one that is named, or the present one. */
function exportOf(log: string | undefined): string {
  return addressOf(EXPORT, { query: { format: "bundle", ...(log === undefined ? {} : { log }) } });
}

interface ExportNowProps {
  readonly log: string | undefined;
  readonly onBundle: (name: string, blob: Blob) => Promise<void>;
  /** Gets undefined when a new try begins. */
  readonly onError: (error: unknown) => void;
}

/** Exports the log as a bundle and passes it on. */
function ExportNow({ log, onBundle, onError }: ExportNowProps) {
  const t = useTranslations("audit.verify");
  const api = useApi();
  const [isFetching, setFetching] = useState(false);
  const fetchNewest = async (): Promise<void> => {
    setFetching(true);
    onError(undefined);
    try {
      const blob = await (await api.send("GET", exportOf(log))).blob();
      await onBundle(t(log === undefined ? "newest" : "closedNow"), blob);
    } catch (failure) {
      onError(failure);
    } finally {
      setFetching(false);
    }
  };
  return (
    <Button icon="download" isBusy={isFetching} onClick={fetchNewest}>
      {t(log === undefined ? "fetchNewest" : "fetchClosed")}
    </Button>
  );
}

interface BeginProps {
  readonly hasBundle: boolean;
  readonly why: "stays" | "staysPublished";
  readonly onStart: () => void;
  /** Other buttons of the row. */
  readonly children: ReactNode;
}

function Begin({ hasBundle, why, onStart, children }: BeginProps) {
  const t = useTranslations("audit.verify");
  const isReady = useReady();
  const id = useId();
  return (
    <div className="mt-4 flex flex-wrap items-center gap-3">
      <Button
        look="primary"
        icon="check"
        aria-describedby={hasBundle ? undefined : id}
        disabled={!hasBundle || !isReady}
        onClick={onStart}
      >
        {t("start")}
      </Button>
      <p id={id} className="text-control text-ink-2">
        {t(hasBundle ? why : "needsBundle")}
      </p>
      {children}
    </div>
  );
}

/** Returns the evidence that this page's address names. */
function useNamedEvidence(): NamedEvidence | undefined {
  const [named, setNamed] = useState<NamedEvidence>();
  useEffect(() => {
    const read = () => setNamed(namedEvidenceOf(window.location.hash));
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return named;
}

/** What a scanned code or a link asks this page to check. */
function NamedNotice({ named }: { named: NamedEvidence | undefined }) {
  const t = useTranslations("audit.verify.evidence");
  if (named === undefined) return null;
  return (
    <Notice tone="accent" icon="nothing" title={t("named", { reference: named.reference })} className="mb-4">
      {t("namedText", { code: named.code })}
    </Notice>
  );
}

function Results({ state, named }: { state: VerificationState; named: NamedEvidence | undefined }) {
  return (
    <div className="mt-6 empty:hidden">
      {state.is === "done" ? <VerifyResult {...state} /> : null}
      {state.is === "evidence" ? <EvidenceResult {...state} named={named} /> : null}
      {state.is === "receipt" ? <ReceiptResult {...state} /> : null}
    </div>
  );
}

interface BrowserVerificationProps {
  readonly log?: string | undefined;
  /** On the public page: the policy file with the keys that this portal publishes. No export is offered there. */
  readonly published?: string;
}

/**
 * Takes a bundle and, if present, the reader's own policy file, and verifies in a thread of this browser. Without such a
 * file the published keys decide, if there are any.
 */
export function BrowserVerification({ log, published }: BrowserVerificationProps) {
  const t = useTranslations("audit.verify");
  const { state, start, stop, reset } = useVerification();
  const [bundle, setBundle] = useState<{ name: string; blob: Blob }>();
  const [given, setGiven] = useState<Given>({ policy: undefined, receipt: undefined, pasted: "" });
  const [error, setError] = useState<unknown>();
  const heading = useRef<HTMLDivElement>(null);
  const named = useNamedEvidence();
  const isOver = ["done", "evidence", "receipt", "stopped"].includes(state.is);
  useEffect(() => {
    if (isOver) heading.current?.focus();
  }, [isOver]);
  const run = async (name: string, blob: Blob): Promise<void> => {
    setError(undefined);
    start(name, { bundle: blob, ...(await orderOf(given, published, t)) });
  };
  return (
    <div className="pt-3">
      <div className="sr-only" tabIndex={-1} ref={heading}>
        {isOver ? t(state.is === "stopped" ? "stoppedTitle" : "over") : ""}
      </div>
      <NamedNotice named={state.is === "evidence" ? undefined : named} />
      {state.is === "running" ? (
        <Running state={state} onStop={stop} />
      ) : (
        <div className="print:hidden">
          <Picks
            bundle={bundle?.name}
            given={given}
            onBundle={(file) => {
              reset();
              setBundle({ name: file.name, blob: file });
            }}
            onGiven={(change) => setGiven((now) => ({ ...now, ...change }))}
          />
          <Begin
            hasBundle={bundle !== undefined}
            why={published === undefined ? "stays" : "staysPublished"}
            onStart={() => bundle !== undefined && run(bundle.name, bundle.blob)}
          >
            {published === undefined ? (
              <ExportNow
                log={log}
                onBundle={(name, blob) => {
                  setBundle({ name, blob });
                  return run(name, blob);
                }}
                onError={setError}
              />
            ) : null}
            {isOver && state.is !== "stopped" ? <PrintButton>{t("print")}</PrintButton> : null}
          </Begin>
        </div>
      )}
      <div role="status" className="mt-4 empty:hidden">
        <Ended state={state} />
        <CallFailure error={error} title={t("faults.export")} />
      </div>
      <Results state={state} named={named} />
    </div>
  );
}
