"use client";

import { useTranslations } from "next-intl";
import { countryOfZone } from "@/app/setup/_components/country-of-zone";
import { send } from "@/components/client/api";
import { controlAt } from "@/components/form/faults";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { faultsBy, useAnswers } from "@/components/form/use-answers";
import { Facts } from "@/components/ui/facts";
import type {
  SetupAdministrator,
  SetupAdministratorAnswer,
  SetupCall,
  SetupOrganisation,
  SetupView,
} from "@/lib/administration/setup/schema";

const loadSchemas = () => import("@/lib/administration/setup/schema");

// Each sends the link's token in its body: an address would be kept by browsers, proxies and logs. All throw
// CallRefused and NetworkLost.

/** Returns which step is next. */
export async function viewSetup(call: SetupCall): Promise<SetupView> {
  return (await send("POST", "/api/auth/setup", { body: call })).json();
}

async function saveOrganisation(body: SetupOrganisation): Promise<SetupView> {
  return (await send("POST", "/api/auth/setup/organisation", { body })).json();
}

/** Makes the first administrator, and returns the token with which this browser sets the passkey. */
async function nameFirst(body: SetupAdministrator): Promise<SetupAdministratorAnswer> {
  return (await send("POST", "/api/auth/setup/administrator", { body })).json();
}

interface Step<T> {
  readonly call: SetupCall;
  readonly view: SetupView;
  readonly onDone: (made: T) => void;
}

interface Organisation {
  readonly name: string;
  readonly zone: string;
  readonly homes: string;
}

const codesOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,;]+/)
      .map((code) => code.toUpperCase())
      .filter((code) => code !== ""),
  ),
];

function useOrganisation({ call, onDone }: Step<SetupView>) {
  const t = useTranslations("setup.organisation");
  const bodyOf = ({ name, zone, homes }: Organisation): SetupOrganisation => ({
    ...call,
    name: name.trim(),
    zone: zone.trim(),
    home_jurisdictions: codesOf(homes),
  });
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return useAnswers<Organisation, SetupView>({
    id: "organisation",
    initial: { name: "", zone: here, homes: countryOfZone(here) },
    focus: "summary",
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      zone: { label: t("zone"), missing: t("zoneMissing"), wrong: t("zoneWrong") },
      homes: { label: t("homes"), missing: t("homesMissing"), wrong: t("homesWrong") },
    },
    check: (answers) => faultsBy(async () => (await loadSchemas()).SetupOrganisation, bodyOf(answers)),
    controlOf: ({ pointer }) =>
      controlAt({ "/name": "name", "/zone": "zone", "/home_jurisdictions": "homes" }, pointer),
    send: (answers) => saveOrganisation(bodyOf(answers)),
    onDone,
    keeps: (_made, answers) => answers,
  });
}

/** Step 1: the operator's organisation. The address is shown, because passkeys belong to it. */
export function OrganisationForm(step: Step<SetupView>) {
  const t = useTranslations("setup.organisation");
  const form = useOrganisation(step);
  return (
    <FormFrame form={form} submit={t("submit")} icon="arrow" failed={t("failed")}>
      <div>
        <Facts look="aligned" facts={[{ name: t("address"), value: step.view.origin }]} />
        <p className="mt-1 text-control text-ink-2">{t("addressHelp")}</p>
      </div>
      <TextField form={form} name="name" maxLength={200} autoComplete="organization" />
      <TextField form={form} name="zone" maxLength={60} />
      <TextField form={form} name="homes" maxLength={200} help={t("homesHelp")} />
    </FormFrame>
  );
}

interface Person {
  readonly name: string;
  readonly email: string;
}

/** Someone who was named, with the token that sets their passkey. */
export interface Named extends Person {
  readonly invitation: string;
}

function useFirst({ call, onDone }: Step<Named>) {
  const t = useTranslations("setup.administrator");
  const bodyOf = ({ name, email }: Person): SetupAdministrator => ({
    ...call,
    name: name.trim(),
    email: email.trim(),
  });
  return useAnswers<Person, Named>({
    id: "administrator",
    initial: { name: "", email: "" },
    focus: "summary",
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      email: { label: t("email"), missing: t("emailMissing"), wrong: t("emailWrong") },
    },
    check: (answers) => faultsBy(async () => (await loadSchemas()).SetupAdministrator, bodyOf(answers)),
    controlOf: ({ pointer }) => controlAt({ "/name": "name", "/email": "email" }, pointer),
    send: async (answers) => ({ ...bodyOf(answers), ...(await nameFirst(bodyOf(answers))) }),
    onDone,
    keeps: (_made, answers) => answers,
  });
}

/** Step 2: the person at the keyboard, who sets a passkey next. */
export function AdministratorForm(step: Step<Named>) {
  const t = useTranslations("setup.administrator");
  const form = useFirst(step);
  return (
    <FormFrame form={form} submit={t("submit")} icon="arrow" failed={t("failed")}>
      <TextField form={form} name="name" maxLength={200} autoComplete="name" />
      <TextField form={form} name="email" maxLength={254} type="email" autoComplete="email" />
    </FormFrame>
  );
}

interface Place {
  readonly token: string;
}

/** Asks for SETUP_TOKEN, where this browser is not on the portal's own machine. */
export function PlaceForm({ onDone }: { onDone: (token: string) => Promise<unknown> }) {
  const t = useTranslations("setup.begin.place");
  const form = useAnswers<Place, unknown>({
    id: "place",
    initial: { token: "" },
    focus: "control",
    words: { token: { label: t("label"), missing: t("missing") } },
    check: ({ token }) =>
      token.trim() === "" ? [{ pointer: "/token", reason: { key: "missing", count: 0 } }] : [],
    controlOf: () => "token",
    send: ({ token }) => onDone(token.trim()),
    onDone: () => undefined,
  });
  return (
    <FormFrame form={form} submit={t("submit")} icon="arrow">
      <TextField form={form} name="token" maxLength={200} type="password" autoComplete="off" />
    </FormFrame>
  );
}
