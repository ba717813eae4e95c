"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { controlAt, type Fault } from "@/components/form/faults";
import { SelectField, TextField, TickField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { type Answers, faultsBy, useAnswers } from "@/components/form/use-answers";
import { roleKey } from "@/components/layout/role-words";
import type { ExampleFacts } from "@/lib/access/policy/policy-document";
import type { simulatePolicies } from "@/lib/api-client/operations/policies";
import type { SimulateAnswer } from "@/lib/policies/simulate/schema";
import type { Role } from "@/lib/vocabulary";
import { PURPOSES, ROLES } from "@/lib/word-lists";
import {
  FACT_CONTROLS,
  type FactAnswers,
  FactFields,
  factAnswers,
  factsOf,
  useFactWords,
} from "../edit/fact-fields";

const loadFacts = async () => (await import("@/lib/access/policy/policy-document")).ExampleFacts;
const SIMULATE = target<typeof simulatePolicies>("POST", "/confidential/policies/simulate");

/** What a case can be about, and what the page's address says of it. */
export interface KnownCases {
  /** Number of the version in force. */
  readonly active: number;
  readonly sets: readonly { readonly number: number; readonly state: string; readonly title: string }[];
  readonly people: readonly { readonly id: string; readonly name: string; readonly organisation: string }[];
  readonly isReal: boolean;
  /** Facts of an entry of the log. */
  readonly recorded: ExampleFacts | undefined;
  /** Facts of an ordinary case. */
  readonly ordinary: ExampleFacts;
  /** From the page's address. */
  readonly given: {
    readonly person: string;
    readonly record: string;
    readonly purpose: string;
    readonly at: string;
    readonly grant: string;
  };
}

interface OfCase {
  readonly known: KnownCases;
  readonly onAnswer: (answer: SimulateAnswer) => void;
}

function useSetOptions({ sets, active }: KnownCases) {
  const t = useTranslations("policies");
  const others = sets.filter(({ number }) => number !== active);
  return [
    { value: "", label: t("simulate.inForce", { number: active }) },
    ...others.map(({ number, state, title }) => ({
      value: String(number),
      label: `${t(state === "draft" ? "draftNamed" : "versionNamed", { number })}: ${title}`,
    })),
  ];
}

const numberOf = (text: string) => (text === "" ? {} : { number: Number(text) });

interface ExampleCase extends FactAnswers {
  number: string;
}

/** Made-up facts. */
export function ExampleForm({ known, onAnswer }: OfCase) {
  const t = useTranslations("policies.simulate");
  const { call } = useApi();
  const words = useFactWords();
  const options = useSetOptions(known);
  const form = useAnswers<ExampleCase, SimulateAnswer>({
    id: "case",
    initial: { number: "", ...factAnswers(known.recorded ?? known.ordinary) },
    words: { number: { label: t("set") }, ...words },
    focus: "summary",
    keeps: (_sent, answers) => answers,
    check: (answers) => faultsBy(loadFacts, factsOf(answers, known.recorded)),
    controlOf: ({ pointer }) => controlAt(FACT_CONTROLS, pointer),
    send: async (answers) =>
      call(SIMULATE, {
        body: {
          kind: "example",
          ...numberOf(answers.number),
          example: (await loadFacts()).parse(factsOf(answers, known.recorded)),
        },
      }),
    onDone: onAnswer,
  });
  return (
    <FormFrame form={form} submit={t("try")} failed={t("failed")} className="pt-2">
      {known.recorded === undefined ? null : <p className="text-control text-ink-2">{t("recorded")}</p>}
      <SelectField form={form} name="number" options={options} />
      <FactFields form={form} />
    </FormFrame>
  );
}

interface RealCase {
  number: string;
  person: string;
  record: string;
  purpose: string;
  day: string;
  time: string;
  hasReason: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Any person of a role, in the menu of people. */
const ROLE_PREFIX = "role:";
const TRIED_ROLES = ROLES.filter((role) => role !== "admin");

function roleIn(value: string): Role | undefined {
  return TRIED_ROLES.find((role) => value === `${ROLE_PREFIX}${role}`);
}

/** Who the case is about, as the body says it. */
function whoOf(person: string, grant: string) {
  const role = roleIn(person);
  if (role !== undefined) return { kind: "role" as const, role, level: "full" as const };
  return { kind: "record" as const, person, ...(grant === "" ? {} : { grant_id: grant }) };
}

function wrongIn({ person, record, day, time }: RealCase): Fault[] {
  const at = (name: string, isEmpty: boolean): Fault => ({
    pointer: `/${name}`,
    reason: { key: isEmpty ? "missing" : "form", count: 0 },
  });
  return [
    ...(UUID.test(person) || roleIn(person) !== undefined ? [] : [at("person", true)]),
    ...(UUID.test(record.trim()) ? [] : [at("record", record.trim() === "")]),
    ...(time !== "" && day === "" ? [at("day", true)] : []),
  ];
}

function instantOf({ day, time }: RealCase) {
  return day === "" ? {} : { at: new Date(`${day}T${time === "" ? "12:00" : time}`).toISOString() };
}

/** Day and time of an instant in the reader's zone, as controls take them. */
function localOf(instant: string): { day: string; time: string } {
  const at = new Date(instant);
  if (instant === "" || Number.isNaN(at.getTime())) return { day: "", time: "" };
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  };
}

function RealFields({ form, known }: { form: Answers<RealCase>; known: KnownCases }) {
  const t = useTranslations("policies.simulate");
  const purposes = useTranslations("domain.purposes");
  const roleNames = useTranslations("portal.roles");
  const options = useSetOptions(known);
  const people = known.people.map(({ id, name, organisation }) => ({
    value: id,
    label: `${name}, ${organisation}`,
  }));
  const roles = TRIED_ROLES.map((role) => ({
    value: `${ROLE_PREFIX}${role}`,
    label: t("anyOf", { role: roleNames(roleKey(role)) }),
  }));
  const { person } = known.given;
  // A person of the address who is not among the first of the list.
  const named =
    person === "" || people.some(({ value }) => value === person) ? [] : [{ value: person, label: person }];
  return (
    <>
      <SelectField form={form} name="number" options={options} />
      <SelectField
        form={form}
        name="person"
        help={t("personHelp")}
        options={[{ value: "", label: t("choosePerson") }, ...named, ...roles, ...people]}
      />
      <TextField
        form={form}
        name="record"
        help={t("recordHelp")}
        maxLength={64}
        spellCheck={false}
        autoComplete="off"
        className="font-mono"
      />
      <SelectField
        form={form}
        name="purpose"
        options={PURPOSES.map((value) => ({ value, label: purposes(value) }))}
      />
      <div className="flex flex-wrap gap-4">
        <TextField form={form} name="day" type="date" />
        <TextField form={form} name="time" type="time" />
      </div>
      <TickField form={form} name="hasReason" />
    </>
  );
}

/** A person and a record as they are. */
export function RealForm({ known, onAnswer }: OfCase) {
  const t = useTranslations("policies.simulate");
  const { call } = useApi();
  const { given } = known;
  const form = useAnswers<RealCase, SimulateAnswer>({
    id: "case",
    initial: {
      number: "",
      person: given.person,
      record: given.record,
      purpose: given.purpose,
      ...localOf(given.at),
      hasReason: false,
    },
    words: {
      number: { label: t("set") },
      person: { label: t("person"), missing: t("personMissing") },
      record: { label: t("record"), missing: t("recordMissing"), form: t("recordWrong") },
      purpose: { label: t("purpose") },
      day: { label: t("day"), missing: t("dayMissing") },
      time: { label: t("time") },
      hasReason: { label: t("hasReason") },
    },
    focus: "summary",
    keeps: (_sent, answers) => answers,
    check: wrongIn,
    controlOf: ({ pointer }) => (["person", "record", "day"] as const).find((name) => pointer === `/${name}`),
    send: (answers) =>
      call(SIMULATE, {
        body: {
          ...whoOf(answers.person, given.grant),
          ...numberOf(answers.number),
          transaction_id: answers.record.trim(),
          purpose: PURPOSES.find((one) => one === answers.purpose) ?? "audit",
          ...instantOf(answers),
          reason_outside_hours: answers.hasReason,
        },
      }),
    onDone: onAnswer,
  });
  return (
    <FormFrame form={form} submit={t("try")} failed={t("failed")} className="pt-2">
      <RealFields form={form} known={known} />
    </FormFrame>
  );
}
