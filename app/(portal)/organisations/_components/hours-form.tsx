"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Choice, TextArea, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { setOrganisationHours } from "@/lib/api-client/operations/organisations";
import type { OfficeHours } from "@/lib/organisations/schema";
import { bodyOf, type TypedHours, typedOf, unreadDays, WEEKDAYS } from "./typed-hours";

const put = target<typeof setOrganisationHours>("PUT", "/confidential/admin/organisations/{id}/hours");

/** The seven days; an empty one is closed. */
function Week(props: {
  typed: TypedHours;
  wrong: readonly string[];
  onChange: (change: Partial<TypedHours>) => void;
}) {
  const t = useTranslations("organisations.form");
  const { typed } = props;
  return (
    <div className="grid gap-x-6 gap-y-3 facts:grid-cols-2">
      {WEEKDAYS.map((day) => (
        <Field
          key={day}
          id={`hours-${day}`}
          label={t(`days.${day}`)}
          error={props.wrong.includes(day) ? t("unread") : undefined}
        >
          {(control) => (
            <TextInput
              {...control}
              value={typed.week[day]}
              placeholder={t("closed")}
              onChange={(event) => props.onChange({ week: { ...typed.week, [day]: event.target.value } })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

/** A line of text of the form. */
function Line(props: {
  id: string;
  label: string;
  help?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field id={props.id} label={props.label} help={props.help}>
      {(control) => (
        <TextInput
          {...control}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Dates, divided by blanks. */
function Dates(props: {
  id: string;
  label: string;
  help: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field id={props.id} label={props.label} help={props.help}>
      {(control) => (
        <TextArea
          {...control}
          rows={2}
          className="font-mono"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Sets when an organisation is open. What was typed stays until it was taken. */
export function HoursForm({ hours }: { hours: OfficeHours }) {
  const t = useTranslations("organisations.form");
  const router = useRouter();
  const { isBusy, error, run } = useAct(put);
  const [typed, setTyped] = useState(() => typedOf(hours));
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const [isDone, setDone] = useState(false);
  const change = (part: Partial<TypedHours>) => {
    setDone(false);
    setTyped((before) => ({ ...before, ...part }));
  };
  const submit = async () => {
    const unread = unreadDays(typed);
    setWrong(unread);
    if (unread.length > 0) return;
    const answer = await run({ params: { id: hours.id }, body: bodyOf(typed) });
    if (answer === undefined) return;
    setTyped(typedOf(answer));
    setDone(true);
    router.refresh();
  };
  return (
    <form
      className="flex max-w-[720px] flex-col gap-4 pt-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Line
        id="hours-zone"
        label={t("zone")}
        help={t("zoneHelp")}
        value={typed.zone}
        onChange={(zone) => change({ zone })}
      />
      <Choice
        label={t("hasHours")}
        help={t("hasHoursHelp")}
        checked={typed.hasHours}
        onChange={(event) => change({ hasHours: event.target.checked })}
      />
      {typed.hasHours ? <Week typed={typed} wrong={wrong} onChange={change} /> : null}
      <div className="grid gap-x-6 facts:grid-cols-2">
        <Line
          id="hours-country"
          label={t("country")}
          help={t("countryHelp")}
          value={typed.country}
          onChange={(country) => change({ country })}
        />
        <Line
          id="hours-state"
          label={t("state")}
          help={t("stateHelp")}
          value={typed.state}
          onChange={(state) => change({ state })}
        />
      </div>
      <Dates
        id="hours-closed"
        label={t("closedDates")}
        help={t("datesHelp")}
        value={typed.closed}
        onChange={(closed) => change({ closed })}
      />
      <Dates
        id="hours-open"
        label={t("openDates")}
        help={t("openHelp")}
        value={typed.open}
        onChange={(open) => change({ open })}
      />
      <Line
        id="hours-homes"
        label={t("homes")}
        help={t(hours.is_operator ? "homesOperator" : "homesOther")}
        value={typed.homes}
        onChange={(homes) => change({ homes })}
      />
      <div role="status">{isDone ? <p className="text-accent text-control">{t("done")}</p> : null}</div>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
      <div>
        <Button type="submit" isBusy={isBusy}>
          {t("submit")}
        </Button>
      </div>
    </form>
  );
}
