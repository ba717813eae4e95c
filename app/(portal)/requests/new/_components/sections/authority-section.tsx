"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Choice, ChoiceGroup, Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Icon } from "@/components/ui/icon";
import { controlId } from "../answers/answers";
import { loadReader } from "../autosave/open-stores";
import { DocumentDrop } from "../document/document-drop";
import type { OrderText } from "../document/use-order-text";
import type { FormView } from "../form-view";
import type { AuthorityState } from "./authority-store";
import { FormSection } from "./form-section";
import { OrderTextLine, ReadFact, useFillingIn } from "./read-fact";
import { TextField } from "./text-field";

/** Kinds whose issuer is usually the requesting agency itself. */
const OWN_KINDS: readonly string[] = ["statutory_demand", "audit_mandate"];

function KindField({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.authority");
  const domain = useTranslations("domain.instruments");
  const { answers, options } = form;
  return (
    <Field id={controlId("kind")} label={t("kind")} error={form.errorOf("kind")}>
      {(control) => (
        <Select
          {...control}
          value={answers.kind}
          onChange={(event) => {
            const kind = options.kinds.find((one) => one === event.target.value) ?? "";
            const isIssuerOpen = answers.issuer === "" || answers.issuer === options.organisation;
            // A demand or a mandate is usually issued by the requesting agency.
            const issuer = OWN_KINDS.includes(kind) ? options.organisation : "";
            form.change({ kind, ...(isIssuerOpen ? { issuer } : {}) });
          }}
        >
          <option value="">{t("chooseOne")}</option>
          {options.kinds.map((kind) => (
            <option key={kind} value={kind}>
              {domain(kind)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function JurisdictionField({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.authority");
  return (
    <Field id={controlId("jurisdiction")} label={t("jurisdiction")} error={form.errorOf("jurisdiction")}>
      {(control) => (
        <Select
          {...control}
          value={form.answers.jurisdiction}
          onChange={(event) => form.change({ jurisdiction: event.target.value })}
        >
          <option value="">{t("chooseOne")}</option>
          {form.options.jurisdictions.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** How many requests the order allows. */
function UseField({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.authority");
  return (
    <Field id={controlId("use")} label={t("use")} error={form.errorOf("use")}>
      {(control) => (
        <Select
          {...control}
          value={form.answers.use}
          onChange={(event) => form.change({ use: event.target.value === "once" ? "once" : "" })}
        >
          <option value="">{t("useMany")}</option>
          <option value="once">{t("useOnce")}</option>
        </Select>
      )}
    </Field>
  );
}

/** Whether the order forbids notifying anyone: a question of its own, with neither answer chosen. */
function SealQuestion({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.authority");
  const { sealed } = form.answers;
  return (
    <div className="mt-5">
      <ChoiceGroup id={controlId("sealed")} legend={t("sealQuestion")} error={form.errorOf("sealed")}>
        <div className="flex flex-wrap gap-x-8">
          {(["yes", "no"] as const).map((answer) => (
            <Choice
              key={answer}
              kind="radio"
              name="sealed"
              value={answer}
              label={t(`seal.${answer}`)}
              checked={sealed === answer}
              onChange={() =>
                form.change(
                  answer === "yes"
                    ? { sealed: answer }
                    : { sealed: answer, sealedBasis: "", sealedUntil: "" },
                )
              }
            />
          ))}
        </div>
      </ChoiceGroup>
      {sealed === "yes" ? (
        <>
          <p className="text-control text-ink-2">{t("sealMeans")}</p>
          <div className="mt-3 grid items-start gap-4 tablet:grid-cols-3">
            <TextField
              form={form}
              name="sealedBasis"
              label={t("sealedBasis")}
              maxLength={1000}
              className="tablet:col-span-2"
            />
            <TextField form={form} name="sealedUntil" label={t("sealedUntil")} type="date" />
          </div>
        </>
      ) : null}
    </div>
  );
}

/** What few orders have. Closed unless one of its fields has a value or a fault. */
function SeldomFields({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.authority");
  const ui = useTranslations("ui");
  const { recognitionBasis, use } = form.answers;
  const isUsed = [recognitionBasis, use].some((value) => value !== "");
  const hasError = ["recognitionBasis", "use"] as const;
  const isOpen = isUsed || hasError.some((name) => form.errorOf(name) !== undefined);
  return (
    <details open={isOpen || undefined} className="group mt-4">
      <summary className="flex cursor-pointer list-none items-start gap-2 py-3 text-control tablet:py-1">
        <Icon name="right" className="mt-[2px] group-open:rotate-90" />
        <span className="underline underline-offset-4">{t("more")}</span>
      </summary>
      <div className="mt-3 grid items-start gap-4 tablet:grid-cols-3">
        <TextField
          form={form}
          name="recognitionBasis"
          label={t("recognitionBasis")}
          mark={ui("optional")}
          help={t("recognitionHelp")}
          maxLength={1000}
          className="tablet:col-span-3"
        />
        <div className="tablet:col-span-2">
          <UseField form={form} />
        </div>
      </div>
    </details>
  );
}

/** The legal authority: its document, and the facts that reviewers retype from it. */
export function AuthoritySection(props: {
  form: FormView;
  number: number;
  state: AuthorityState;
  /** What the chosen file's text says. */
  text: OrderText;
  onFile: (file: File) => void;
  onAgain: () => void;
  onSign: (file: File | undefined) => void;
}) {
  const { form } = props;
  const t = useTranslations("requests.new.authority");
  useEffect(() => {
    // If it cannot be loaded, the file is refused when it is chosen.
    loadReader().catch(() => undefined);
  }, []);
  useFillingIn(form, props.text);
  return (
    <FormSection number={props.number} title={t("title")} help={t("help")}>
      <DocumentDrop
        state={props.state}
        error={form.errorOf("document")}
        onFile={props.onFile}
        onAgain={props.onAgain}
        onSign={props.onSign}
      />
      <OrderTextLine text={props.text} />
      <div className="mt-4 grid items-start gap-4 tablet:grid-cols-3">
        <ReadFact form={form} name="kind">
          <KindField form={form} />
        </ReadFact>
        <ReadFact form={form} name="issuer">
          <TextField form={form} name="issuer" label={t("issuer")} maxLength={300} />
        </ReadFact>
        <ReadFact form={form} name="caseNumber">
          <TextField form={form} name="caseNumber" label={t("caseNumber")} maxLength={200} />
        </ReadFact>
        <ReadFact form={form} name="validFrom">
          <TextField form={form} name="validFrom" label={t("validFrom")} type="date" />
        </ReadFact>
        <ReadFact form={form} name="validUntil">
          <TextField
            form={form}
            name="validUntil"
            label={t("validUntil")}
            mark={t("validUntilHelp")}
            type="date"
          />
        </ReadFact>
        <ReadFact form={form} name="jurisdiction">
          <JurisdictionField form={form} />
        </ReadFact>
      </div>
      <SealQuestion form={form} />
      <SeldomFields form={form} />
    </FormSection>
  );
}
