"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import type { Opened } from "@/components/client/blank-rules";
import { CallFailure } from "@/components/client/call-failure";
import { type CopyOutcome, useCopyGuard } from "@/components/client/logged-copy";
import { useOpened } from "@/components/client/opened";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import { FieldRowFrame, MaskedField, SealedField } from "@/components/domain/field-box";
import { Watermark } from "@/components/domain/watermark";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Notice } from "@/components/ui/states";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import type { openTransaction } from "@/lib/api-client/operations/disclosures";
import { formatTime } from "@/lib/format";
import type { GroupName } from "@/lib/vocabulary";

const open = target<typeof openTransaction>("POST", "/confidential/transactions/{id}/access");

/** A record of a use: what staff may know of it, and the sealed fields that the use names. */
export interface BreakGlassRecord {
  readonly id: string;
  readonly job: string;
  readonly parties: number;
  readonly fields: readonly GroupName[];
}

function RecordTitle({ record }: { record: BreakGlassRecord }) {
  const t = useTranslations("breakGlass.detail");
  return (
    <h3 className="flex flex-wrap items-baseline gap-x-3 font-semibold text-body">
      <Link href={`/transactions/${record.id}`} prefetch={false} className="underline underline-offset-4">
        {t("job", { job: record.job })}
      </Link>
      <span className="font-normal text-control text-ink-2">
        <Digest value={record.id} label={record.job} />
      </span>
    </h3>
  );
}

/** Lists the records without values: for other people always, for the holder after the access has ended. */
export function RecordList({ records }: { records: readonly BreakGlassRecord[] }) {
  return (
    <ul className="divide-y divide-line">
      {records.map((record) => (
        <li key={record.id} className="py-3">
          <RecordTitle record={record} />
        </li>
      ))}
    </ul>
  );
}

interface LookProps {
  readonly use: BreakGlassView;
  readonly record: BreakGlassRecord;
  readonly personName: string;
  readonly nowMs: number;
}

/** Asks for the masks of one record; the answer is only in this page's memory, until the use ends. */
function useMasks({ use, record, nowMs }: LookProps) {
  const api = useApi();
  const router = useRouter();
  const sign = useSignedOpening();
  const opened = useOpened({ nowMs });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const ticket = opened.ticket();
    const { id: transactionId, fields } = record;
    try {
      const signed = await sign(transactionId, use.grant_id, fields);
      const body = { purpose: "support" as const, grant_id: use.grant_id, fields: [...fields], ...signed };
      const answer = await api.call(open, { params: { id: transactionId }, body });
      const { access_id: accessId, data: values, masked = [], receipt } = answer;
      const openedAt = new Date().toISOString();
      const grant = { id: use.grant_id, reference: use.reference, until: use.not_after };
      const entryId = receipt.entry_id;
      opened.put({ accessId, transactionId, values, masked, openedAt, entryId, grant }, ticket);
      router.refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { latest: opened.items.at(-1), blanked: opened.blanked, look, isBusy, error };
}

function maskOf(group: GroupName, values: Readonly<Record<string, unknown>>): unknown {
  if (group !== "amount") return values[group];
  const { amount, currency } = values;
  return currency === undefined ? amount : { amount, currency };
}

function MaskRow({
  group,
  opened,
  parties,
}: {
  group: GroupName;
  opened: Opened | undefined;
  parties: number;
}) {
  const names = useTranslations("domain.fields");
  const isShown = opened?.masked.includes(group) === true;
  return (
    <FieldRowFrame label={names(group)}>
      {isShown && opened !== undefined ? (
        <MaskedField
          value={maskOf(group, opened.values)}
          of={{ transactionId: opened.transactionId, accessId: opened.accessId, group }}
        />
      ) : (
        <SealedField parties={parties} />
      )}
    </FieldRowFrame>
  );
}

function Look(props: LookProps) {
  const { use, record, personName } = props;
  const t = useTranslations("breakGlass.look");
  const locale = useLocale();
  const { latest, blanked, look, isBusy, error } = useMasks(props);
  return (
    <li className="py-4">
      <RecordTitle record={record} />
      {record.fields.length === 0 ? <p className="py-2 text-control text-ink-2">{t("nothing")}</p> : null}
      <div role="status">
        {blanked === undefined ? null : (
          <Notice tone="amber" icon="clock" className="mt-2">
            <p>{t(`blank.${blanked}`)}</p>
          </Notice>
        )}
      </div>
      <div className="relative">
        {latest === undefined ? null : (
          <Watermark
            text={`${personName} · ${formatTime(new Date(latest.openedAt), { locale, form: "minute" })} · ${use.reference}`}
          />
        )}
        {record.fields.map((group) => (
          <MaskRow key={group} group={group} opened={latest} parties={record.parties} />
        ))}
      </div>
      {record.fields.length === 0 ? null : (
        <p className="mt-3 flex flex-wrap items-center gap-3 text-control text-ink-2 print:hidden">
          <Button
            look={latest === undefined ? "primary" : "secondary"}
            icon="eye"
            isBusy={isBusy}
            onClick={() => void look()}
          >
            {t(latest === undefined ? "look" : "lookAgain")}
            <span className="sr-only">: {record.job}</span>
          </Button>
          {t("costs")}
        </p>
      )}
      {latest?.entryId === undefined ? null : (
        <p className="mt-2 text-control text-ink-2">
          {t("entry")} <Digest value={latest.entryId} label={t("entry")} />
        </p>
      )}
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
    </li>
  );
}

/** The records of a running use. Each is shown masked when its holder asks, and hidden when the use ends or the page is idle. */
export function Records(props: {
  use: BreakGlassView;
  records: readonly BreakGlassRecord[];
  personName: string;
  nowMs: number;
}) {
  const { records, ...shared } = props;
  const t = useTranslations("domain.field.copy");
  const [copied, setCopied] = useState<CopyOutcome>();
  useCopyGuard(setCopied);
  return (
    <>
      <ul className="divide-y divide-line">
        {records.map((record) => (
          <Look key={record.id} record={record} {...shared} />
        ))}
      </ul>
      <p role="status" className="text-control">
        {copied === undefined ? "" : t(copied)}
      </p>
    </>
  );
}
