"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { AreaField, TextField, TickField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import type { Answers } from "@/components/form/use-answers";
import { useForm } from "@/components/form/use-form";
import type { setOrganisationHours } from "@/lib/api-client/operations/administration/organisations";
import type { OfficeHours } from "@/lib/organisations/schema";
import { bodyOf, type TypedHours, typedOf, WEEKDAYS } from "./typed-hours";

const PUT = target<typeof setOrganisationHours>("PUT", "/confidential/admin/organisations/{id}/hours");

const CONTROLS = {
  "/zone": "zone",
  "/weekly_hours/1": "week.1",
  "/weekly_hours/2": "week.2",
  "/weekly_hours/3": "week.3",
  "/weekly_hours/4": "week.4",
  "/weekly_hours/5": "week.5",
  "/weekly_hours/6": "week.6",
  "/weekly_hours/7": "week.7",
  "/holiday_region": "country",
  "/holiday_region/country": "country",
  "/holiday_region/state": "state",
  "/closed_dates": "closed",
  "/open_dates": "open",
  "/home_jurisdictions": "homes",
} as const;

function useWords() {
  const t = useTranslations("organisations.form");
  const day = (name: (typeof WEEKDAYS)[number]) => ({ label: t(`days.${name}`), wrong: t("unread") });
  return {
    zone: { label: t("zone") },
    hasHours: { label: t("hasHours") },
    "week.1": day("1"),
    "week.2": day("2"),
    "week.3": day("3"),
    "week.4": day("4"),
    "week.5": day("5"),
    "week.6": day("6"),
    "week.7": day("7"),
    country: { label: t("country") },
    state: { label: t("state") },
    closed: { label: t("closedDates") },
    open: { label: t("openDates") },
    homes: { label: t("homes") },
  };
}

/** The seven days. An empty one is closed. */
function Week({ form }: { form: Answers<TypedHours> }) {
  const t = useTranslations("organisations.form");
  return (
    <div className="grid gap-x-6 gap-y-3 facts:grid-cols-2">
      {WEEKDAYS.map((day) => (
        <TextField key={day} form={form} name={`week.${day}`} placeholder={t("closed")} />
      ))}
    </div>
  );
}

/** Sets when an organisation is open. */
function HoursForm({ hours, onDone }: { hours: OfficeHours; onDone: () => void }) {
  const t = useTranslations("organisations.form");
  const ui = useTranslations("ui");
  const form = useForm<typeof setOrganisationHours, TypedHours>({
    call: PUT,
    params: { id: hours.id },
    schema: async () => (await import("@/lib/organisations/schema")).OfficeHoursBody,
    id: "hours",
    initial: typedOf(hours),
    toBody: (typed) => bodyOf(typed, hours.is_operator),
    controls: CONTROLS,
    words: useWords(),
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("submit")}>
      <TextField form={form} name="zone" help={t("zoneHelp")} />
      <TickField form={form} name="hasHours" help={t("hasHoursHelp")} />
      {form.hook.watch("hasHours") ? <Week form={form} /> : null}
      <div className="grid gap-x-6 facts:grid-cols-2">
        <TextField form={form} name="country" help={t("countryHelp")} />
        <TextField form={form} name="state" mark={ui("optional")} help={t("stateHelp")} />
      </div>
      <AreaField form={form} name="closed" help={t("datesHelp")} rows={2} className="font-mono" />
      <AreaField form={form} name="open" help={t("openHelp")} rows={2} className="font-mono" />
      {hours.is_operator ? <TextField form={form} name="homes" help={t("homesHelp")} /> : null}
    </FormFrame>
  );
}

/** The drawer that changes the hours. */
export function ChangeHours({ hours }: { hours: OfficeHours }) {
  const t = useTranslations("organisations.form");
  return (
    <DialogButton label={t("change")} named={t("title")} title={t("title")} button={{ size: "bar" }}>
      {(close) => <HoursForm hours={hours} onDone={close} />}
    </DialogButton>
  );
}
