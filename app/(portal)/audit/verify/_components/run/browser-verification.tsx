"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useId, useRef, useState } from "react";
import { PrintButton } from "@/app/(portal)/audit/_components/page-controls";
import { addressOf } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { useReady } from "@/components/client/use-ready";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import { formatCount } from "@/lib/format";
import { BlockDrawing } from "../result/block-drawing";
import { VerifyResult } from "../result/verify-result";
import { FilePick } from "./file-pick";
import { useVerification, type VerificationState } from "./use-verification";
import type { NamedText } from "./verify-messages";

const EXPORT = "/confidential/audit/export";
/** A policy or a receipt is a page of text. A longer file is not read. */
const MAX_SIDE_BYTES = 1_000_000;

/** Returns a small file with its name. A file that is too long has an empty text, which is invalid. */
async function textOf(file: File): Promise<NamedText> {
  return { name: file.name, text: file.size > MAX_SIDE_BYTES ? "" : await file.text() };
}

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

/** Why there is no result. */
function Ended({ state }: { state: VerificationState }) {
  const t = useTranslations("audit.verify");
  switch (state.is) {
    case "stopped":
      return (
        <Notice tone="amber" icon="warning" title={t("stoppedTitle")}>
          {t("stoppedText")}
        </Notice>
      );
    case "bad policy":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.policy")}>
          {t("faults.policyText")} <span lang="en">{state.detail}</span>
        </Notice>
      );
    case "bad receipt":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.receipt", { name: state.name })}>
          {t("faults.receiptText")} <span lang="en">{state.detail}</span>
        </Notice>
      );
    case "unreadable":
    case "broken":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.file")}>
          {t("faults.fileText")}
        </Notice>
      );
    default:
      return null;
  }
}

/** What of a log is exported here: the closed one that is named, or the present one. */
function exportOf(log: string | undefined): string {
  return addressOf(EXPORT, { query: { format: "bundle", ...(log === undefined ? {} : { log }) } });
}

/** Takes a bundle and, if present, the reader's own policy file, and verifies in a thread of this browser. */
export function BrowserVerification({ log }: { log: string | undefined }) {
  const t = useTranslations("audit.verify");
  const api = useApi();
  const isReady = useReady();
  const { state, start, stop, reset } = useVerification();
  const [bundle, setBundle] = useState<{ name: string; blob: Blob }>();
  const [policy, setPolicy] = useState<File>();
  const [receipt, setReceipt] = useState<File>();
  const [pasted, setPasted] = useState("");
  const [isFetching, setFetching] = useState(false);
  const [error, setError] = useState<unknown>();
  const heading = useRef<HTMLDivElement>(null);
  const id = useId();
  const isOver = state.is === "done" || state.is === "stopped";
  useEffect(() => {
    if (isOver) heading.current?.focus();
  }, [isOver]);
  const run = async (name: string, blob: Blob): Promise<void> => {
    setError(undefined);
    const receipts = [
      ...(receipt === undefined ? [] : [await textOf(receipt)]),
      ...(pasted.trim() === "" ? [] : [{ name: t("pick.pastedName"), text: pasted }]),
    ];
    start(name, { bundle: blob, policy: policy && (await textOf(policy)), receipts });
  };
  const fetchNewest = async (): Promise<void> => {
    setFetching(true);
    setError(undefined);
    try {
      const blob = await (await api.send("GET", exportOf(log))).blob();
      const name = t(log === undefined ? "newest" : "closedNow");
      setBundle({ name, blob });
      await run(name, blob);
    } catch (failure) {
      setError(failure);
    } finally {
      setFetching(false);
    }
  };
  return (
    <div className="pt-3">
      <div className="sr-only" tabIndex={-1} ref={heading}>
        {isOver ? t(state.is === "done" ? "over" : "stoppedTitle") : ""}
      </div>
      {state.is === "running" ? (
        <Running state={state} onStop={stop} />
      ) : (
        <div className="print:hidden">
          <div className="grid max-w-[920px] gap-4 tablet:grid-cols-2">
            <FilePick
              label={t("pick.bundle")}
              hint={t("pick.bundleHint")}
              name={bundle?.name}
              accept=".zip,application/zip"
              onFile={(file) => {
                reset();
                setBundle({ name: file.name, blob: file });
              }}
            />
            <FilePick
              label={t("pick.policy")}
              hint={t("pick.policyHint")}
              name={policy?.name}
              accept=".json,application/json"
              onFile={setPolicy}
              onClear={() => setPolicy(undefined)}
            />
            <FilePick
              label={t("pick.receipt")}
              hint={t("pick.receiptHint")}
              name={receipt?.name}
              accept=".json,application/json"
              onFile={setReceipt}
              onClear={() => setReceipt(undefined)}
            />
            <Field id={`${id}-pasted`} label={t("pick.pasted")} help={t("pick.pastedHint")}>
              {(control) => (
                <TextArea
                  {...control}
                  rows={3}
                  spellCheck={false}
                  autoComplete="off"
                  className="font-mono"
                  value={pasted}
                  onChange={(event) => setPasted(event.target.value)}
                />
              )}
            </Field>
          </div>
          <div className="mt-4 flex flex-wrap items-center gap-3">
            <Button
              look="primary"
              icon="check"
              aria-describedby={bundle === undefined ? `${id}-why` : undefined}
              disabled={bundle === undefined || !isReady}
              onClick={() => bundle !== undefined && run(bundle.name, bundle.blob)}
            >
              {t("start")}
            </Button>
            <Button icon="download" isBusy={isFetching} onClick={fetchNewest}>
              {t(log === undefined ? "fetchNewest" : "fetchClosed")}
            </Button>
            {state.is === "done" ? <PrintButton>{t("print")}</PrintButton> : null}
            <p id={`${id}-why`} className="text-control text-ink-2">
              {bundle === undefined ? t("needsBundle") : t("stays")}
            </p>
          </div>
        </div>
      )}
      <div role="status" className="mt-4 empty:hidden">
        <Ended state={state} />
        <CallFailure error={error} title={t("faults.export")} />
      </div>
      {state.is === "done" ? (
        <div className="mt-6">
          <VerifyResult {...state} />
        </div>
      ) : null}
    </div>
  );
}
