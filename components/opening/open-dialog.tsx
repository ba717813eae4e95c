"use client";

import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import type { OpenedValues } from "@/components/client/opened";
import { recordDigest } from "@/components/client/sign-statement";
import { ExactText } from "@/components/domain/exact-text";
import { useFieldNames } from "@/components/domain/field-names";
import { NoticeSentence } from "@/components/domain/notice-sentence";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { OpenedRecords } from "@/components/opening/opened-records";
import { OpeningRefusal } from "@/components/opening/opening-refusal";
import {
  MOST_AT_ONCE,
  type OpenDialogState,
  type OpeningRequest,
  offered,
  useOpenDialog,
} from "@/components/opening/use-open-dialog";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/states";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { GroupName } from "@/lib/vocabulary";

interface DialogProps {
  readonly request: OpeningRequest;
  readonly opened: OpenedValues;
  readonly nowMs: number;
  /** The page shows the fields itself, so the dialog closes after the opening. */
  readonly isInPlace?: boolean;
  readonly onClose: () => void;
}

/** Whether all of these fields are shown masked. */
function allMasked(fields: readonly GroupName[], grant: GrantDetail | undefined): boolean {
  return grant !== undefined && fields.every((one) => grant.masked_fields.includes(one));
}

/** Returns the title, e.g. "Open amount and pricing; parties masked". */
function useTitle(request: OpeningRequest, grant: GrantDetail | undefined): string {
  const t = useTranslations("opening");
  const fields = request.fields ?? grant?.fields ?? [];
  const masked: readonly GroupName[] = grant?.masked_fields ?? [];
  const fullNames = useFieldNames(fields.filter((one) => !masked.includes(one)));
  const maskedNames = useFieldNames(fields.filter((one) => masked.includes(one)));
  const hasFull = fields.some((one) => !masked.includes(one));
  const hasMasked = fields.some((one) => masked.includes(one));
  if (grant === undefined) return t("loadingTitle");
  if (hasFull && hasMasked) return t("titleBoth", { full: fullNames, masked: maskedNames });
  return hasMasked ? t("titleMasked", { fields: maskedNames }) : t("title", { fields: fullNames });
}

function Records({ request, state }: { request: OpeningRequest; state: OpenDialogState }) {
  const t = useTranslations("opening");
  const { grant, selected, select } = state;
  if (grant === undefined) return null;
  const jobs = new Map(grant.jobs.map((job) => [job.transaction_id, job.job_id]));
  const ids = offered(grant, request);
  const all = request.transactions ?? grant.transactions;
  const isFull = selected.length >= Math.min(MOST_AT_ONCE, grant.views_left);
  const toggle = (id: string, isOn: boolean) =>
    select(
      isOn ? ids.filter((one) => one === id || selected.includes(one)) : selected.filter((one) => one !== id),
    );
  return (
    <ChoiceGroup id="opening-records" legend={t("records")}>
      <div className="mt-1 max-h-52 overflow-y-auto border-line border-y">
        {ids.map((id) => (
          <Choice
            key={id}
            className="border-line border-b last:border-b-0"
            checked={selected.includes(id)}
            disabled={state.isBusy || (isFull && !selected.includes(id))}
            onChange={(event) => toggle(id, event.target.checked)}
            label={
              <>
                <span className="font-medium">{jobs.get(id) ?? t("record")}</span>{" "}
                <span className="font-mono text-ink-2 text-note">{id.slice(-8)}</span>
              </>
            }
          />
        ))}
      </div>
      {all.length > ids.length ? (
        <p className="mt-1 text-note text-ink-2">{t("more", { count: all.length - ids.length })}</p>
      ) : null}
    </ChoiceGroup>
  );
}

function useWhy({ grant, prepared, selected }: OpenDialogState): Fact[] {
  const t = useTranslations("opening");
  const domain = useTranslations("domain");
  if (grant === undefined) return [];
  const { authority } = grant;
  const purpose = domain(`purposesInText.${grant.purpose}`);
  const basis =
    authority === undefined
      ? grant.reference
      : `${domain(`instruments.${authority.kind}`)} ${authority.case_number}`;
  const left = prepared?.views_left ?? grant.views_left - selected.length;
  return [
    { name: t("why"), value: t("whyText", { basis, purpose }) },
    {
      name: t("uses"),
      value: t("usesText", { count: selected.length, left: Math.max(left, 0), all: grant.max_views }),
    },
    ...(prepared?.notice === undefined
      ? []
      : [{ name: t("notice"), value: <NoticeSentence notice={prepared.notice} purpose={grant.purpose} /> }]),
    { name: t("goesBlank"), value: t("blankText") },
  ];
}

/** Returns the digest by which the log names a statement. The browser computes it. */
function useDigest(statement: unknown): string | undefined {
  const [digest, setDigest] = useState<string | undefined>();
  useEffect(() => {
    if (statement !== undefined) recordDigest(statement).then(setDigest, () => setDigest(undefined));
  }, [statement]);
  return digest;
}

/** The sentence that is signed, its digest, and the whole of it on request. */
function WhatYouSign({ state }: { state: OpenDialogState }) {
  const t = useTranslations("opening");
  const domain = useTranslations("domain");
  const { grant, prepared, signedBy } = state;
  const fields = useFieldNames(prepared?.statement.groups ?? []);
  const digest = useDigest(prepared?.statement);
  if (grant === undefined || prepared === undefined) return null;
  if (signedBy !== "passkey") return <p className="mt-4 text-control text-ink-2">{t("portalSigns")}</p>;
  const { statement } = prepared;
  return (
    <section className="mt-4 rounded-field border border-line-2 bg-paper px-4 py-3">
      <h3 className="font-semibold text-control">{t("sign")}</h3>
      <p className="text-control">
        {t("signText", {
          fields,
          count: statement.transactions.length,
          level: domain(`levels.${statement.level}`),
          purpose: domain(`purposes.${grant.purpose}`),
          reference: grant.reference,
        })}{" "}
        {digest === undefined ? null : <Digest value={digest} label={t("number")} />}
      </p>
      <ExactText kind="open" statement={statement} />
    </section>
  );
}

/** Shows why the reader cannot sign here, before they are asked to. */
function Signer({ state }: { state: OpenDialogState }) {
  const t = useTranslations("opening");
  if (state.signedBy !== "program" && state.signedBy !== "nobody") return null;
  return (
    <Notice tone="amber" icon="key" className="mt-4">
      <p>{t(state.signedBy === "program" ? "program" : "noKey")}</p>
    </Notice>
  );
}

function Asking({
  request,
  state,
  onOpen,
  onClose,
}: {
  request: OpeningRequest;
  state: OpenDialogState;
  onOpen: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("opening");
  const ui = useTranslations("ui");
  const why = useWhy(state);
  const isMasked = allMasked(request.fields ?? state.grant?.fields ?? [], state.grant);
  const act = isMasked ? "view" : "open";
  const canSign = state.signedBy === "passkey" || state.signedBy === "portal";
  return (
    <>
      <Records request={request} state={state} />
      <div className="mt-4">
        <Facts look="aligned" facts={why} />
      </div>
      <WhatYouSign state={state} />
      <Signer state={state} />
      <OpeningRefusal
        error={state.refusal}
        isBusy={state.isBusy}
        onReason={request.via === "audit" ? state.giveReason : undefined}
      />
      <DialogActions>
        {canSign ? (
          <Button
            look="primary"
            icon={state.signedBy === "passkey" ? "key" : "eye"}
            data-first-focus
            isBusy={state.isBusy}
            disabled={state.prepared === undefined}
            onClick={onOpen}
          >
            {t(state.signedBy === "passkey" ? `${act}Signed` : act)}
          </Button>
        ) : null}
        <Button onClick={onClose} disabled={state.isBusy}>
          {ui("cancel")}
        </Button>
        <p className="basis-full text-note text-ink-2 tablet:basis-56 tablet:grow">{t("logged")}</p>
      </DialogActions>
    </>
  );
}

/**
 * The only dialog that opens fields under a grant. It shows which records, why the reader may open them, how many views
 * that uses, who gets notice, and what is signed. A refusal is shown before the passkey is asked for.
 */
export function OpenDialog({ request, opened, nowMs, isInPlace = false, onClose }: DialogProps) {
  const t = useTranslations("opening");
  const locale = useLocale();
  const state = useOpenDialog(request, opened);
  const title = useTitle(request, state.grant);
  const [isDone, setDone] = useState(false);
  const open = async () => {
    if (!(await state.open())) return;
    if (isInPlace) onClose();
    else setDone(true);
  };
  const frame = (heading: string, look: "centre" | "wide", content: ReactNode) => (
    <Dialog isOpen onClose={onClose} canClose={!state.isBusy} title={heading} look={look}>
      {content}
    </Dialog>
  );
  if (isDone && state.grant !== undefined)
    return frame(
      t("doneTitle", { count: opened.items.length }),
      "wide",
      <OpenedRecords
        grant={state.grant}
        opened={opened}
        personName={request.personName}
        nowMs={nowMs}
        locale={locale}
        refusal={state.refusal}
        onClose={onClose}
      />,
    );
  if (state.grant === undefined)
    return frame(
      title,
      "centre",
      state.refusal === undefined ? (
        <p role="status" className="text-control text-ink-2">
          {t("loading")}
        </p>
      ) : (
        <OpeningRefusal error={state.refusal} />
      ),
    );
  return frame(
    title,
    "centre",
    <Asking request={request} state={state} onOpen={() => void open()} onClose={onClose} />,
  );
}
