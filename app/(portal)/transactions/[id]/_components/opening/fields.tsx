"use client";

import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useEffect } from "react";
import { OpeningChoice } from "@/app/(portal)/transactions/[id]/_components/opening/opening-choice";
import {
  MAIN_ACTION,
  useOpeningHere,
} from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import type { Opened } from "@/components/client/blank-rules";
import {
  FieldRowFrame,
  MaskedField,
  OpenedField,
  PlainField,
  SealedField,
} from "@/components/domain/field-box";
import { fieldRows } from "@/components/domain/field-rows";
import { MakeEvidence } from "@/components/opening/make-evidence";
import { OpeningRefusal } from "@/components/opening/opening-refusal";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Countdown, endsSoon } from "@/components/ui/countdown";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { formatTime } from "@/lib/format";
import type { GroupName } from "@/lib/vocabulary";

/** Why the fields are sealed again. The region is there from the start, so that it is read aloud when it fills. */
function BlankNotice() {
  const t = useTranslations("opening.blank");
  const { blanked } = useOpeningHere().opened;
  return (
    <div role="status">
      {blanked === undefined ? null : (
        <Notice
          tone={blanked === "revoked" || blanked === "session" ? "oxblood" : "amber"}
          icon={blanked === "revoked" || blanked === "session" ? "stop" : "clock"}
          title={t("title")}
          className="mt-3"
        >
          <p>{t(blanked)}</p>
        </Notice>
      )}
    </div>
  );
}

export interface FieldsProps {
  readonly transactionId: string;
  readonly personName: string;
  /** Every group the transaction has, in the order of groups. */
  readonly groups: readonly GroupName[];
  readonly sealed: readonly GroupName[];
  /** What was stored unsealed, as the API shows it. */
  readonly plain: Readonly<Record<string, unknown>>;
  readonly parties: number;
  readonly mayAsk: boolean;
  readonly nowMs: number;
}

function has(values: Readonly<Record<string, unknown>>, group: GroupName): boolean {
  return group === "amount" ? "amount" in values || "currency" in values : group in values;
}

/** The newest opening that gave this group. */
function openingOf(items: readonly Opened[], group: GroupName): Opened | undefined {
  return items.findLast(({ values }) => has(values, group));
}

function useWatermark(personName: string): (opened: Opened) => string {
  const t = useTranslations("transactions.fields");
  const locale = useLocale();
  return ({ openedAt, grant }) => {
    const time = formatTime(new Date(openedAt), { locale, form: "minute" });
    return `${personName} · ${time} · ${grant?.reference ?? t("ownRecord")}`;
  };
}

function TimeLeft({ opened, nowMs }: { opened: Opened; nowMs: number }) {
  const t = useTranslations("transactions.fields");
  const { grant } = opened;
  if (grant === undefined) return null;
  return (
    <span
      className={`inline-flex items-center gap-[6px] ${endsSoon(grant.until, nowMs) ? "text-amber" : "text-ink-2"}`}
    >
      <Icon name="clock" className="size-[14px]" />
      <span>{t.rich("left", { time: () => <Countdown until={grant.until} nowMs={nowMs} /> })}</span>
    </span>
  );
}

function maskOf(group: GroupName, values: Readonly<Record<string, unknown>>): unknown {
  if (group !== "amount") return values[group];
  const { amount, currency } = values;
  return currency === undefined ? amount : { amount, currency };
}

/** The key is with a program: who opens it, and how. */
function HeldNote({ keyId }: { keyId: string }) {
  const t = useTranslations("transactions.held");
  return (
    <span className="text-control text-ink-2">
      {t("field")}{" "}
      <Link href={`/keys/${keyId}`} prefetch={false} className="underline underline-offset-4">
        {t("how")}
      </Link>
    </span>
  );
}

/** What one can do with a sealed field: open it, ask for it, or nothing. */
function SealedAction({ group, props }: { group: GroupName; props: FieldsProps }) {
  const t = useTranslations("transactions.fields");
  const names = useTranslations("domain.fields");
  const { way, grant, isBusy, open } = useOpeningHere();
  const mayOpen = way.kind === "own" || grant?.fields.includes(group) === true;
  const isMasked = grant?.maskedFields.includes(group) === true;
  if (mayOpen)
    return (
      <Button
        size="bar"
        isBusy={isBusy}
        aria-label={t(isMasked ? "viewMaskedField" : "openField", { field: names(group) })}
        onClick={() => void open([group])}
      >
        {t(isMasked ? "viewMasked" : "open")}
      </Button>
    );
  if (way.kind === "held") return <HeldNote keyId={way.keyId} />;
  if (!props.mayAsk) return null;
  return (
    <ButtonLink
      look="secondary"
      size="bar"
      href={`/requests/new?transaction=${props.transactionId}&fields=${group}`}
    >
      {t("ask")}
      <span className="sr-only">: {names(group)}</span>
    </ButtonLink>
  );
}

function OneField({ group, props }: { group: GroupName; props: FieldsProps }) {
  const t = useTranslations("transactions.fields");
  const names = useTranslations("domain.fields");
  const locale = useLocale();
  const { opened, grant } = useOpeningHere();
  const watermark = useWatermark(props.personName);
  const label = names(group);
  const shown = openingOf(opened.items, group);
  const frame = (note: string | undefined, box: ReactNode) => (
    <FieldRowFrame label={label} note={note}>
      {box}
    </FieldRowFrame>
  );
  if (shown !== undefined) {
    const of = { transactionId: props.transactionId, accessId: shown.accessId, group };
    if (shown.masked.includes(group))
      return frame(t("formOnly"), <MaskedField value={maskOf(group, shown.values)} of={of} />);
    const rows = fieldRows(group, shown.values, locale);
    const isFirst = props.groups.find((one) => openingOf(opened.items, one) !== undefined) === group;
    const timeLeft = isFirst ? <TimeLeft opened={shown} nowMs={props.nowMs} /> : null;
    const count = t("count", { count: rows.length });
    return frame(
      count,
      <OpenedField label={label} rows={rows} of={of} watermark={watermark(shown)} timeLeft={timeLeft} />,
    );
  }
  if (!props.sealed.includes(group))
    return frame(undefined, <PlainField label={label} rows={fieldRows(group, props.plain, locale)} />);
  const note =
    grant === undefined
      ? undefined
      : grant.maskedFields.includes(group)
        ? t("inGrantMasked")
        : t(grant.fields.includes(group) ? "inGrant" : "notInGrant");
  return frame(
    note,
    <SealedField parties={props.parties} action={<SealedAction group={group} props={props} />} />,
  );
}

/** Shows the log entry of the last opening and who signed it. */
function Written({ opened }: { opened: Opened }) {
  const t = useTranslations("transactions.fields");
  return (
    <p className="mt-3 text-control text-ink-2">
      {opened.entryId === undefined ? null : (
        <>
          {t("entry")} <Digest value={opened.entryId} label={t("entry")} />
        </>
      )}
      {opened.signedBy === undefined ? null : (
        <span className="ml-3">{t(`signedBy.${opened.signedBy}`)}</span>
      )}
    </p>
  );
}

/** "3 opened, 2 masked, 1 sealed" */
function useSummary(props: FieldsProps): string {
  const t = useTranslations("transactions.fields");
  const { opened } = useOpeningHere();
  const found = props.groups.map((group) => {
    const shown = openingOf(opened.items, group);
    if (shown !== undefined) return shown.masked.includes(group) ? "masked" : "opened";
    return props.sealed.includes(group) ? "sealed" : "plain";
  });
  const kinds = ["opened", "masked", "sealed", "plain"] as const;
  return kinds
    .map((kind) => [kind, found.filter((one) => one === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => t(`summary.${kind}`, { count }))
    .join(", ");
}

/** Takes away what the newest access opened. The grant is as it is now: the budget that is left after the opening. */
function EvidenceHere() {
  const { opened, way, purpose } = useOpeningHere();
  const last = opened.items.at(-1);
  const grant = way.kind === "grant" ? way.grants.find(({ id }) => id === last?.grant?.id) : undefined;
  if (last === undefined || (last.grant !== undefined && grant === undefined)) return null;
  const items = opened.items.filter((one) => one.grant?.id === last.grant?.id);
  return <MakeEvidence items={items} purpose={grant?.purpose ?? purpose} grant={grant} />;
}

/** The fields, sealed until they are opened in place, and what became of the last opening. */
export function Fields(props: FieldsProps) {
  const t = useTranslations("transactions.fields");
  const { opened, error } = useOpeningHere();
  const last = opened.items.at(-1);
  const summary = useSummary(props);
  const newest = last?.accessId;
  useEffect(() => {
    // The button that opened one field has made place for what it opened.
    if (newest !== undefined && document.activeElement === document.body)
      document.getElementById(MAIN_ACTION)?.focus();
  }, [newest]);
  const title = (
    <>
      {t("title")} <span className="ml-2 font-normal text-ink-2">{summary}</span>
    </>
  );
  const action =
    last === undefined
      ? undefined
      : t.rich("openedAt", { time: () => <LocalTime instant={last.openedAt} form="clock" /> });
  return (
    <Section title={title} action={action}>
      <OpeningChoice hasSealed={props.sealed.length > 0} />
      <OpeningRefusal error={error} />
      <BlankNotice />
      <p role="status" className="sr-only">
        {last === undefined ? "" : summary}
      </p>
      {props.groups.length === 0 ? <p className="py-4 text-body text-ink-2">{t("nothing")}</p> : null}
      {props.groups.map((group) => (
        <OneField key={group} group={group} props={props} />
      ))}
      {last === undefined ? null : <Written opened={last} />}
      <EvidenceHere />
    </Section>
  );
}
