"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { target } from "@/components/client/api";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { roleKey } from "@/components/layout/role-words";
import type { RetentionSettings } from "@/lib/access/policy/retention";
import type { savePolicySet } from "@/lib/api-client/operations/policies";
import { ENTRY_CLASSES } from "@/lib/audit/entry/event";
import type { PolicySetView } from "@/lib/policies/schema";
import type { Role } from "@/lib/vocabulary";

const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");

type Days = Readonly<Record<string, string>>;

const ROLES: readonly Role[] = ["regulator", "auditor", "coordinator", "client", "miner", "admin"];

/** Controls by their place in the document. `all` is `*`. */
const CONTROLS = [
  ...["*", ...ENTRY_CLASSES].map((name) => ({ part: "classes", name }) as const),
  ...["*", ...ROLES].map((name) => ({ part: "roles", name }) as const),
].map(({ part, name }) => ({ part, name, id: `${part}_${name === "*" ? "all" : name}` }));

const PLACES = Object.fromEntries(
  CONTROLS.map(({ part, name, id }) => [`/document/settings/retention/${part}/${name}`, id]),
);

/** The days of one part as the form has them; what is empty is not named, so that the days of all others count. */
function partOf(answers: Days, of: "classes" | "roles"): Record<string, number> {
  return Object.fromEntries(
    CONTROLS.flatMap(({ part, name, id }) => {
      const text = (answers[id] ?? "").trim();
      if (part !== of || (text === "" && name !== "*")) return [];
      return [[name, text === "" ? Number.NaN : Number(text)]];
    }),
  );
}

function retentionOf(answers: Days): RetentionSettings {
  const [classes, roles] = [partOf(answers, "classes"), partOf(answers, "roles")];
  // The server refuses at its place what is no number of days.
  return { classes, roles } as unknown as RetentionSettings;
}

function initialOf({ classes, roles }: RetentionSettings): Record<string, string> {
  const days: Readonly<Record<string, Readonly<Record<string, number | undefined>>>> = { classes, roles };
  return Object.fromEntries(CONTROLS.map(({ part, name, id }) => [id, String(days[part]?.[name] ?? "")]));
}

function useLabels(): Record<string, { label: string; wrong: string }> {
  const t = useTranslations("policies.retention");
  const keeping = useTranslations("keeping.retention");
  const portal = useTranslations("portal.roles");
  return Object.fromEntries(
    CONTROLS.map(({ part, name, id }) => {
      const entry = ENTRY_CLASSES.find((one) => one === name);
      const others = t(part === "classes" ? "otherClasses" : "otherRoles");
      const named = entry === undefined ? portal(roleKey(name)) : keeping(`classNames.${entry}`);
      return [id, { label: name === "*" ? others : named, wrong: t("wrong") }];
    }),
  );
}

interface Edited {
  readonly set: Pick<PolicySetView, "number" | "revision" | "document">;
}

function PeriodsForm({ set, onClose }: Edited & { onClose: () => void }) {
  const { number, revision, document } = set;
  const t = useTranslations("policies.retention");
  const form = useForm({
    call: SAVE,
    params: { number: String(number) },
    ifMatch: `"${revision}"`,
    schema: async () => (await import("@/lib/policies/schema")).SavedPolicySet,
    id: "retention",
    initial: initialOf(document.settings.retention),
    isInDialog: true,
    toBody: (answers) => ({
      document: { ...document, settings: { ...document.settings, retention: retentionOf(answers) } },
    }),
    controls: PLACES,
    words: useLabels(),
    onDone: onClose,
  });
  const fieldsOf = (of: "classes" | "roles") =>
    CONTROLS.filter(({ part }) => part === of).map(({ id }) => (
      <TextField key={id} form={form} name={id} inputMode="numeric" maxLength={5} autoComplete="off" />
    ));
  return (
    <FormFrame form={form} failed={t("failed")} submit={t("save")}>
      <p className="text-control text-ink-2">{t("help")}</p>
      <fieldset className="grid gap-3">
        <legend className="pb-2 font-semibold text-body">{t("classes")}</legend>
        {fieldsOf("classes")}
      </fieldset>
      <fieldset className="grid gap-3">
        <legend className="pb-2 font-semibold text-body">{t("roles")}</legend>
        {fieldsOf("roles")}
      </fieldset>
    </FormFrame>
  );
}

/** Changes the periods of a draft. */
export function RetentionEditor(edited: Edited) {
  const t = useTranslations("policies.retention");
  return (
    <DialogButton label={t("change")} button={{ size: "bar", icon: "pencil" }}>
      {(close) => <PeriodsForm {...edited} onClose={close} />}
    </DialogButton>
  );
}
