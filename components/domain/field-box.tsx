"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { type CopyOf, type CopyOutcome, copyRecorded, markOf } from "@/components/client/logged-copy";
import type { FieldRow } from "@/components/domain/field-rows";
import { MaskedTree } from "@/components/domain/masked-tree";
import { SealGlyph, type SealState } from "@/components/domain/seal-glyph";
import { Watermark } from "@/components/domain/watermark";
import { Icon } from "@/components/ui/icon";

/** A group of fields: its name at the left, its box at the right; one above the other on narrow screens. */
export function FieldRowFrame(props: { label: string; note?: string | undefined; children: ReactNode }) {
  return (
    <div className="border-line border-b py-3 tablet:grid tablet:grid-cols-[158px_minmax(0,1fr)] tablet:gap-2">
      <div className="mb-2 flex items-baseline justify-between gap-4 tablet:mb-0 tablet:block tablet:pt-2">
        <h3 className="font-medium text-body">{props.label}</h3>
        {props.note === undefined ? null : <p className="text-control text-ink-2">{props.note}</p>}
      </div>
      {props.children}
    </div>
  );
}

function StateWord({ state }: { state: SealState }) {
  const t = useTranslations("domain.field");
  const tone = state === "opened" ? "text-accent" : "text-ink-2";
  return (
    <span className={`inline-flex items-center gap-[6px] text-control ${tone}`}>
      <SealGlyph state={state} />
      {t(state)}
    </span>
  );
}

/** A sealed field: for whom it is sealed, and what the reader can do. It looks like the inside of an envelope. */
export function SealedField({ parties, action }: { parties: number; action?: ReactNode }) {
  const t = useTranslations("domain.field");
  return (
    <div className="relative flex min-h-[60px] flex-wrap items-center justify-between gap-2 overflow-hidden rounded-field border border-accent-line bg-accent-wash p-2">
      <div aria-hidden="true" className="security-tint absolute inset-0" />
      <div aria-hidden="true" className="rosette absolute inset-y-0 right-[22%] w-[132px]" />
      <p className="relative flex min-h-[40px] items-center gap-2 rounded-field border border-accent-line bg-sheet px-2 py-2 text-body text-ink-2">
        <span className="text-accent">
          <SealGlyph state="sealed" size={20} />
        </span>
        <span>
          {t.rich("sealedFor", {
            count: parties,
            strong: (text) => <strong className="font-semibold text-ink">{text}</strong>,
          })}
        </span>
      </p>
      {action === undefined ? null : (
        <div className="relative flex flex-wrap gap-2 print:hidden">{action}</div>
      )}
    </div>
  );
}

function CopyValue({ of, row, label }: { of: CopyOf; row: FieldRow; label: string }) {
  const t = useTranslations("domain.field");
  const [outcome, setOutcome] = useState<CopyOutcome | undefined>();
  return (
    <span className="inline-flex items-center gap-1 print:hidden">
      <span role="status" className={outcome === "copied" ? "sr-only" : "text-note text-oxblood"}>
        {outcome === undefined ? "" : t(`copy.${outcome}`)}
      </span>
      <button
        type="button"
        aria-label={t("copy.label", { name: row.name === undefined ? label : `${label}, ${row.name}` })}
        title={t("copy.hint")}
        onClick={async () => setOutcome(await copyRecorded([of], row.raw))}
        className="inline-flex size-6 shrink-0 cursor-pointer items-center justify-center rounded-field text-ink-2 hover:text-ink"
      >
        <Icon name={outcome === "copied" ? "tick" : "copy"} className="size-[14px]" />
      </button>
    </span>
  );
}

function Rows(props: { rows: readonly FieldRow[]; of?: CopyOf; label: string }) {
  const [only] = props.rows;
  const copy = (row: FieldRow) =>
    props.of === undefined ? null : <CopyValue of={props.of} row={row} label={props.label} />;
  if (props.rows.length === 1 && only !== undefined && only.name === undefined)
    return (
      <p className={`flex items-start gap-2 ${only.text.length > 80 ? "text-body" : "text-opened"}`}>
        <span className="min-w-0 whitespace-pre-wrap break-words">{only.text}</span>
        {copy(only)}
      </p>
    );
  return (
    <dl className="divide-y divide-line text-control">
      {props.rows.map((row) => (
        <div key={row.key} className="flex flex-wrap items-center gap-x-4 py-[3px]">
          <dt className="w-[128px] shrink-0 break-words font-mono text-ink-2 text-note">{row.name}</dt>
          <dd
            className={`flex min-w-0 grow basis-[140px] items-center justify-between gap-2 font-medium ${row.isCode ? "font-mono" : ""}`}
          >
            <span className="min-w-0 break-words">{row.text}</span>
            {copy(row)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Open: double rule like a certificate, the values over a watermark, copies recorded. Not on paper. */
export function OpenedField(props: {
  label: string;
  rows: readonly FieldRow[];
  of: CopyOf;
  watermark: string;
  /** Time left, shown next to the state. */
  timeLeft?: ReactNode;
}) {
  const t = useTranslations("domain.field");
  return (
    <div className="rounded-field border border-accent bg-sheet p-[2px]">
      <div className="relative flex flex-col-reverse gap-x-6 gap-y-1 border border-accent px-3 py-3 tablet:flex-row tablet:items-start tablet:justify-between">
        <Watermark text={props.watermark} />
        <div data-opened={markOf(props.of)} className="relative min-w-0 grow print:hidden" translate="no">
          <Rows rows={props.rows} of={props.of} label={props.label} />
        </div>
        <p className="hidden print:block">{t("notPrinted")}</p>
        <div className="relative flex min-h-[28px] shrink-0 flex-wrap items-center gap-4 text-control">
          {props.timeLeft}
          <StateWord state="opened" />
        </div>
      </div>
    </div>
  );
}

/** Shows the form of a masked value, never its content. `value` has any type. */
export function MaskedField({ value, of }: { value: unknown; of: CopyOf }) {
  const t = useTranslations("domain.field");
  return (
    <div className="flex min-h-[52px] flex-col-reverse gap-x-6 gap-y-1 rounded-field border border-line-2 bg-sheet px-4 py-3 tablet:flex-row tablet:items-start tablet:justify-between">
      <div data-opened={markOf(of)} className="min-w-0 grow print:hidden" translate="no">
        <MaskedTree value={value} />
      </div>
      <p className="hidden print:block">{t("notPrinted")}</p>
      <StateWord state="masked" />
    </div>
  );
}

/** Stored and shown as it was sent; with `isTyped` not sent yet. */
export function PlainField(props: { label: string; rows: readonly FieldRow[]; isTyped?: boolean }) {
  const t = useTranslations("domain.field");
  return (
    <div className="flex min-h-[52px] flex-col-reverse gap-x-6 gap-y-1 rounded-field border border-line-2 bg-sheet px-4 py-3 tablet:flex-row tablet:items-start tablet:justify-between">
      <div className="min-w-0 grow" translate="no">
        <Rows rows={props.rows} label={props.label} />
      </div>
      {props.isTyped === true ? null : <p className="text-control text-ink-2">{t("plain")}</p>}
    </div>
  );
}
