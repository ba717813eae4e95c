"use client";

import { useLocale, useTranslations } from "next-intl";
import { lazy, Suspense, useCallback, useState } from "react";
import { FileDrop } from "@/components/form/file-drop";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { hexOfDigest } from "@/lib/digests";
import { formatSize } from "@/lib/format";
import { controlId } from "../answers/answers";
import { type AuthorityState, hasOrder } from "../sections/authority-store";
import { SignatureChoice } from "../sections/signature-choice";
import { DocumentState, ScanTag } from "./document-state";
import { kindOf } from "./document-title";
import type { ChosenDocument } from "./read-document";

const ACCEPTED =
  ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.p7m,.jws,.jose,application/pdf,image/png,image/jpeg,image/tiff,application/pkcs7-mime";

const PlainSheet = () => <Icon name="request" />;

// Loaded when a document is chosen. Without a connection the sheet stays plain.
const PagePicture = lazy(() =>
  import("./page-picture").then(
    (module) => ({ default: module.PagePicture }),
    () => ({ default: PlainSheet }),
  ),
);

/** The first page, small. */
function PageThumb(props: { document: ChosenDocument | undefined; onPages: (count: number) => void }) {
  return (
    <span className="flex h-[42px] w-[34px] shrink-0 items-center justify-center overflow-hidden border border-line-2 bg-sheet text-ink-3">
      <Suspense fallback={<PlainSheet />}>
        <PagePicture {...props} />
      </Suspense>
    </span>
  );
}

function DigestLine({ state }: { state: AuthorityState }) {
  const t = useTranslations("requests.new.authority");
  const { chosen, attached } = state;
  const sent = attached?.from === chosen ? attached?.document : undefined;
  const sha256 = sent?.sha256 ?? chosen?.sha256;
  const comparison =
    attached?.from === undefined ? "received" : attached.from.sha256 === undefined ? "notCompared" : "sent";
  if (sha256 === undefined) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-control text-ink-2">
      {t("sha")} <Digest value={hexOfDigest(sha256)} label={t("sha")} />
      {sent === undefined ? null : <span>{t(comparison)}</span>}
    </p>
  );
}

function Received({ state, isWaiting }: { state: AuthorityState; isWaiting: boolean }) {
  const t = useTranslations("requests.new.authority");
  const locale = useLocale();
  const [pages, setPages] = useState<number>();
  const onPages = useCallback((count: number) => setPages(count), []);
  const { chosen, attached } = state;
  const document = chosen ?? attached?.document;
  if (document === undefined) return null;
  const kind = chosen === undefined ? (attached?.document?.media_type ?? "") : chosen.mediaType;
  const isSent = attached !== undefined && attached.from === chosen;
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
      <PageThumb document={chosen} onPages={onPages} />
      <div className="min-w-0 grow basis-[200px]">
        <p className="break-words text-body">
          <span className="font-medium">{chosen?.name ?? kindOf(kind)}</span>{" "}
          <span className="text-control text-ink-2">
            {formatSize(document.bytes, locale)}
            {pages === undefined || chosen === undefined ? "" : `, ${t("pages", { count: pages })}`}
          </span>
        </p>
        <DigestLine state={state} />
        {isWaiting && !isSent ? <p className="text-control text-ink-2">{t("willSend")}</p> : null}
      </div>
    </div>
  );
}

/** The order: dropped or chosen, then shown as received, or refused with the reason. */
export function DocumentDrop(props: {
  state: AuthorityState;
  error: string | undefined;
  onFile: (file: File) => void;
  onAgain: () => void;
  onSign: (file: File | undefined) => void;
}) {
  const { state, error } = props;
  const { status } = state;
  const t = useTranslations("requests.new.authority");
  const chooser = useFileChooser(ACCEPTED, props.onFile);
  const id = controlId("document");
  const hasDocument = state.chosen !== undefined || state.attached?.document !== undefined;
  const isSignedAlone = !hasDocument && hasOrder(state);
  const sent = state.attached?.from === state.chosen ? state.attached?.document : undefined;
  const unfit =
    status.kind === "unfit" ? t(`fault.${status.outcome.fault}`, { name: status.outcome.name }) : undefined;
  const fault = unfit ?? error;
  const isWaiting = status.kind === "idle" || status.kind === "unfit" || status.kind === "attached";
  return (
    <div className={fault === undefined ? "" : "border-oxblood border-l-[3px] pl-3"}>
      <p id={`${id}-label`} className="font-medium text-control">
        {t("document")}
      </p>
      <div role="status">
        {fault === undefined ? null : (
          <p id={`${id}-error`} className="mt-1 flex items-start gap-2 text-control text-oxblood">
            <Icon name="warning" className="mt-[2px]" />
            {fault}
          </p>
        )}
      </div>
      <FileDrop
        onFile={props.onFile}
        isEmpty={!hasDocument}
        className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-3"
      >
        <div className="min-w-0 grow basis-[240px]">
          {hasDocument ? (
            <Received state={state} isWaiting={isWaiting} />
          ) : (
            <p className="text-control text-ink-2">{t(isSignedAlone ? "dropSigned" : "drop")}</p>
          )}
        </div>
        {chooser.input}
        <div className="flex flex-col items-end gap-2">
          {sent === undefined ? null : <ScanTag scan={sent.scan} />}
          <Button
            id={id}
            size="bar"
            {...(hasDocument ? {} : { icon: "upload" as const })}
            aria-describedby={fault === undefined ? `${id}-label` : `${id}-label ${id}-error`}
            onClick={chooser.open}
          >
            {t(hasDocument ? "replace" : "choose")}
          </Button>
        </div>
        <SignatureChoice state={state} onSign={props.onSign} />
        <div role="status" className="basis-full text-control empty:hidden">
          <DocumentState status={status} onAgain={props.onAgain} />
        </div>
      </FileDrop>
    </div>
  );
}
